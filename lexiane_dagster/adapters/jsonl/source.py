"""A JSONL file as a source of documents."""

import hashlib
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from lexiane_dagster.adapters.jsonl.line import Line, parse_line
from lexiane_dagster.domain.corpus import SourceDocument, utf8_order
from lexiane_dagster.domain.errors import DocumentError, SourceError
from lexiane_dagster.domain.media_types import RECORD
from lexiane_dagster.ports.source import SourceEntry

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a line lies: its number, byte offset and length, and a digest of its bytes."""

    number: int
    offset: int
    length: int
    digest: str

    def locator(self) -> str:
        return f"{self.number}:{self.offset}:{self.length}:{self.digest}"

    @classmethod
    def of(cls, locator: str) -> "_Place":
        number, offset, length, digest = locator.split(":")
        return cls(int(number), int(offset), int(length), digest)


class JsonlSource:
    """The `Source` port over a file of `{"id", "text", "title"?, "metadata"?, "groups"?}` lines.

    `groups_of` adds groups, by id, to those that the line names; `max_bytes` limits one line.
    Listing keeps the ids and offsets in memory, never the text. A line that cannot be used is
    listed as `line:N` and refused when it is read.
    """

    def __init__(
        self,
        path: Path,
        *,
        groups_of: Callable[[str], Collection[str]] = lambda _: (),
        max_bytes: int,
    ) -> None:
        self._path = path
        self._groups_of = groups_of
        self._max_bytes = max_bytes

    def entries(self) -> Iterator[SourceEntry]:
        with self._open() as file:
            before = os.fstat(file.fileno())
            found = [(self._id_of(place, raw), place) for place, raw in self._lines(file)]
            after = os.fstat(file.fileno())
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise self._changed()
        if not found:
            raise SourceError(
                f"No document was found in {str(self._path)!r}.",
                remedy="Put one JSON object on each line.",
            )
        found.sort(key=lambda item: (utf8_order(item[0]), item[1].number))
        self._refuse_duplicates(found)
        for document_id, place in found:
            yield SourceEntry(document_id, place.locator())

    def read(self, entry: SourceEntry) -> SourceDocument:
        place = _Place.of(entry.locator)
        if place.length > self._max_bytes:
            raise self._too_large(entry.document_id, place)
        with self._open() as file:
            file.seek(place.offset)
            raw = file.read(place.length)
        if _digest(raw) != place.digest:
            raise self._changed()
        line = _parsed(entry.document_id, place, raw)
        groups = tuple(sorted({*line.groups, *self._groups_of(line.document_id)}))
        return SourceDocument(line.document_id, line.raw, RECORD, line.metadata, groups)

    def _open(self) -> BinaryIO:
        try:
            if not self._path.is_file():
                raise FileNotFoundError(2, "there is no such file")
            return self._path.open("rb")
        except OSError as error:
            raise SourceError(
                f"The file {str(self._path)!r} cannot be read: {error.strerror}.",
                remedy="Create it, or correct `source.path` in defs.yaml.",
            ) from error

    def _lines(self, file: BinaryIO) -> Iterator[tuple[_Place, bytes]]:
        """The lines that are not blank, without their ends; of one above the limit, its start."""
        offset = len(_BOM) if file.read(len(_BOM)) == _BOM else 0
        file.seek(offset)
        number = 0
        while raw := file.readline(self._max_bytes + 2):
            number += 1
            length = len(raw)
            part = raw
            while not part.endswith(b"\n") and (part := file.readline(1 << 20)):
                length += len(part)
            stripped = raw.strip(b" \t\r\n")
            if stripped or length > len(raw):
                start = offset + raw.index(stripped[:1])
                content = len(stripped) if length == len(raw) else length - part.endswith(b"\n")
                yield _Place(number, start, content, _digest(stripped)), stripped
            offset += length

    def _id_of(self, place: _Place, raw: bytes) -> str:
        bad = f"line:{place.number}"
        if place.length > self._max_bytes:
            return bad
        try:
            return _parsed(bad, place, raw).document_id
        except DocumentError:
            return bad

    def _refuse_duplicates(self, found: Sequence[tuple[str, _Place]]) -> None:
        for (a, first), (b, second) in pairwise(found):
            if a == b:
                raise SourceError(
                    f"Lines {first.number} and {second.number} of {str(self._path)!r} "
                    f"have the same id {a!r}.",
                    remedy="Give every line its own id.",
                )

    def _changed(self) -> SourceError:
        return SourceError(
            f"The file {str(self._path)!r} changed while it was being read.",
            remedy="Run the build again when nobody is writing the file.",
        )

    def _too_large(self, document_id: str, place: _Place) -> DocumentError:
        return DocumentError(
            document_id,
            "too_large",
            f"(line {place.number}) has {place.length:,} bytes, more than the limit of "
            f"{self._max_bytes:,} bytes.",
            remedy="Raise `limits.max_bytes` in defs.yaml, split the line, "
            "or waive it with `on_error: quarantine`.",
        )


def _parsed(document_id: str, place: _Place, raw: bytes) -> Line:
    try:
        return parse_line(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise DocumentError(
            document_id,
            "not_utf8",
            f"(line {place.number}) is not UTF-8 at byte {place.offset + error.start} of the file.",
            remedy="Save the file as UTF-8.",
        ) from error
    except (ValueError, TypeError) as error:
        raise DocumentError(
            document_id,
            "line_invalid",
            f"(line {place.number}) cannot be used: {error}.",
            remedy='A line is {"id", "text"} with "title", "metadata" and "groups" as you like.',
        ) from error


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:32]
