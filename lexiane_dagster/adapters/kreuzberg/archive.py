"""Archives (Office files, EPUB): how far they expand, found out before anything unpacks them."""

import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from lexiane_dagster.adapters.kreuzberg.limits import ParserLimits, damaged, encrypted, over_limit

_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_BLOCK = 1 << 16
_ENCRYPTED_FLAG = 0x1
_MAX_DEPTH = 4
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    NotImplementedError,
    ValueError,
)


def inspect_archive(document_id: str, raw: bytes, limits: ParserLimits) -> None:
    """Unpacks the archive with bounded memory and keeps nothing.

    Raises:
        DocumentError: `encrypted`, `damaged` or `expands_too_much`.
    """
    if raw.startswith(_COMPOUND_FILE):
        raise encrypted(document_id)
    allowed = min(limits.max_unpacked, limits.max_expansion * len(raw))
    _Inspection(document_id, limits, allowed).visit(raw, depth=1)


def rewrite_archive(raw: bytes, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> bytes:
    """The archive with `change(name, content)` instead of each member, or without it for None."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.infolist():
            if changed := change(member.filename, old.read(member)):
                new.writestr(zipfile.ZipInfo(changed[0]), changed[1])
    return target.getvalue()


@dataclass
class _Inspection:
    document_id: str
    limits: ParserLimits
    allowed: int
    unpacked: int = 0
    members: int = 0

    def visit(self, raw: bytes, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise over_limit(
                self.document_id,
                "expands_too_much",
                depth,
                "nested archives",
                "nesting",
                _MAX_DEPTH,
            )
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                self._visit_members(archive, depth)
        except _UNREADABLE as error:
            raise damaged(self.document_id, str(error)) from error

    def _visit_members(self, archive: zipfile.ZipFile, depth: int) -> None:
        members = archive.infolist()
        self._count(len(members))
        if len({member.filename for member in members}) < len(members):
            raise zipfile.BadZipFile("two of its members have the same name")
        if any(member.flag_bits & _ENCRYPTED_FLAG for member in members):
            raise encrypted(self.document_id)
        self._require(self.unpacked + sum(member.file_size for member in members))
        for member in members:
            with archive.open(member) as stream:
                start = stream.read(len(_ZIP))
                self._require(self.unpacked + len(start))
                self.unpacked += len(start)
                parts = [start]
                while block := stream.read(_BLOCK):
                    self.unpacked += len(block)
                    self._require(self.unpacked)
                    if start == _ZIP:
                        parts.append(block)
            if start == _ZIP:
                self.visit(b"".join(parts), depth + 1)

    def _require(self, unpacked: int) -> None:
        if unpacked > self.allowed:
            by_ratio = self.allowed < self.limits.max_unpacked
            raise over_limit(
                self.document_id,
                "expands_too_much",
                unpacked,
                "unpacked bytes",
                "max_expansion" if by_ratio else "max_unpacked",
                self.allowed,
            )

    def _count(self, members: int) -> None:
        self.members += members
        if self.members > self.limits.max_members:
            raise over_limit(
                self.document_id,
                "expands_too_much",
                self.members,
                "archive members",
                "max_members",
                self.limits.max_members,
            )
