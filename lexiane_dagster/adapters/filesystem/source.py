"""A folder as a source of documents."""

# Names need not be UTF-8, so paths are bytes here.
# ruff: noqa: PTH112, PTH118

import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from lexiane_dagster.adapters.filesystem.reading import FileReader
from lexiane_dagster.adapters.filesystem.selection import AccessRule, AccessRules, Selection
from lexiane_dagster.adapters.filesystem.sidecar import (
    MAX_BYTES,
    SUFFIX,
    Sidecar,
    parse_sidecar,
    sidecar_invalid,
)
from lexiane_dagster.domain.corpus import SourceDocument, utf8_order
from lexiane_dagster.domain.errors import DocumentError, SourceError
from lexiane_dagster.domain.media_types import media_type_of
from lexiane_dagster.ports.source import SourceEntry

_SIDECAR = SUFFIX.encode()
_NO_SIDECAR = Sidecar((), {})


class FolderSource:
    """The `Source` port over the files of `root`, by relative path.

    Hidden files, editor locks (`~$…`) and sidecars are no documents. Links to files inside the
    folder are read; links to folders are not followed. `max_bytes` limits one file.
    """

    def __init__(
        self,
        root: Path,
        *,
        include: Sequence[str] = ("**/*",),
        exclude: Sequence[str] = (),
        access: Sequence[AccessRule] = (),
        media_types: Mapping[str, str] = {},
        max_bytes: int,
    ) -> None:
        self._root = root
        self._media_types = {name.lower(): value for name, value in media_types.items()}
        real = os.path.realpath(os.fsencode(root))
        self._reader = FileReader(real, max_bytes)
        self._settings_reader = FileReader(real, MAX_BYTES)
        self._selection = Selection(include, exclude, self._ignored())
        self._access = AccessRules(access)

    def entries(self) -> Iterator[SourceEntry]:
        self._require_folder()
        listing = self._walk(b"")
        first = next(listing, None)
        if first is None:
            raise SourceError(
                f"No document was found in {str(self._root)!r}.",
                remedy="Put files into the folder, or widen `include` and `exclude` in defs.yaml.",
            )
        previous = None
        for entry in chain((first,), listing):
            if previous is not None and utf8_order(entry.document_id) <= utf8_order(previous):
                raise SourceError(
                    f"Two files or folders are shown alike, at {entry.document_id!r}.",
                    remedy="Rename the one whose name is not UTF-8.",
                )
            yield entry
            previous = entry.document_id

    def read(self, entry: SourceEntry) -> SourceDocument:
        name = entry.document_id
        relative = os.fsencode(entry.locator)
        if name.encode() != relative:
            raise DocumentError(
                name,
                "name_not_utf8",
                "has a name that is not UTF-8 (its bytes are shown as escapes).",
                remedy="Rename the file, or the folder that holds it.",
            )
        raw = self._reader.read(name, relative)
        sidecar = self._sidecar(name, relative)
        groups = self._access.groups_of(name).union(sidecar.groups)
        media_type = media_type_of(name.rpartition("/")[2], self._media_types)
        return SourceDocument(name, raw, media_type, sidecar.metadata, tuple(sorted(groups)))

    def _sidecar(self, document_id: str, relative: bytes) -> Sidecar:
        if not os.path.lexists(os.path.join(self._reader.root, relative + _SIDECAR)):
            return _NO_SIDECAR
        try:
            raw = self._settings_reader.read(document_id, relative + _SIDECAR)
        except DocumentError as error:
            raise sidecar_invalid(document_id, f"it {error.detail}") from error
        return parse_sidecar(document_id, raw)

    def _ignored(self) -> list[str]:
        name = ".lexianeignore"
        if not os.path.lexists(os.path.join(self._reader.root, name.encode())):
            return []
        raw = self._settings_reader.read(name, name.encode())
        try:
            return raw.decode("utf-8").splitlines()
        except UnicodeDecodeError as error:
            raise SourceError(
                f"{name!r} is not UTF-8 at byte {error.start}.", remedy="Save it as UTF-8."
            ) from error

    def _require_folder(self) -> None:
        if not self._root.is_dir():
            what = "is not a folder" if self._root.exists() else "does not exist"
            raise SourceError(
                f"The folder {str(self._root)!r} {what}.",
                remedy="Create it, or correct `source.path` in defs.yaml.",
            )

    def _walk(self, folder: bytes) -> Iterator[SourceEntry]:
        for item in self._children(folder):
            relative = folder + item.name
            if item.is_dir(follow_symlinks=False):
                if not self._selection.leaves_out(_shown(relative) + "/"):
                    yield from self._walk(relative + b"/")
            elif self._is_document(relative, item):
                yield SourceEntry(_shown(relative), os.fsdecode(relative))

    def _children(self, folder: bytes) -> list[os.DirEntry[bytes]]:
        """Visible items of one folder, in the order of the ids below it; sidecars left out."""
        try:
            with os.scandir(os.path.join(self._reader.root, folder)) as listing:
                items = [i for i in listing if not i.name.startswith((b".", b"~$"))]
        except OSError as error:
            raise SourceError(
                f"The folder {_shown(folder) or str(self._root)!r} cannot be listed: "
                f"{error.strerror}.",
                remedy="Give the user who builds the right to read it, or exclude it.",
            ) from error
        files = {item.name for item in items if not item.is_dir(follow_symlinks=False)}
        sidecars = {name for name in files if name.endswith(_SIDECAR)}
        for sidecar in sorted(sidecars):
            if sidecar.removesuffix(_SIDECAR) not in files:
                self._refuse_orphan(_shown(folder + sidecar))
        return sorted((item for item in items if item.name not in sidecars), key=_order)

    def _refuse_orphan(self, sidecar: str) -> None:
        if not self._selection.leaves_out(sidecar):
            raise SourceError(
                f"The sidecar {sidecar!r} has no document next to it.",
                remedy="Remove it, or give it the name of its document.",
            )

    def _is_document(self, relative: bytes, item: os.DirEntry[bytes]) -> bool:
        if not self._selection.takes(_shown(relative)):
            return False
        # What a link to a folder inside holds is reached by its own path.
        return not (
            item.is_symlink()
            and os.path.isdir(item.path)
            and self._is_inside(os.path.realpath(item.path))
        )

    def _is_inside(self, target: bytes) -> bool:
        return target == self._reader.root or self._reader.is_inside(target)


def _shown(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace")


def _order(item: os.DirEntry[bytes]) -> bytes:
    is_folder = item.is_dir(follow_symlinks=False)
    return _shown(item.name + (b"/" if is_folder else b"")).encode()
