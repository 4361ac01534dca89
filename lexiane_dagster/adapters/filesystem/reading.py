"""Bytes of one instant of a file, and never of anything but a file."""

# Names need not be UTF-8, so paths are bytes here.
# ruff: noqa: PTH110, PTH114, PTH116, PTH118

import os
import stat
from dataclasses import dataclass

from lexiane_dagster.domain.errors import DocumentError

_ATTEMPTS = 3
_BLOCK = 1 << 20
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW


@dataclass(frozen=True, slots=True)
class FileReader:
    """Reads files below `root` (bytes, no symbolic link in it), up to `max_bytes` bytes.

    What is read is what the file held at one instant. A writer that rests half way through is not
    noticed; one that writes another file and renames it is never seen half way.
    """

    root: bytes
    max_bytes: int

    def read(self, document_id: str, relative: bytes) -> bytes:
        """The content of one file.

        Raises:
            DocumentError: `symlink_outside`, `symlink_broken`, `vanished`, `not_a_file`,
                `unreadable`, `too_large` or `changed_while_read`.
        """
        path = self._resolve(document_id, os.path.join(self.root, relative))
        try:
            if not stat.S_ISREG(os.stat(path).st_mode):
                raise _not_a_file(document_id)
            descriptor = os.open(path, _FLAGS)
            try:
                return self._stable(document_id, descriptor)
            finally:
                os.close(descriptor)
        except FileNotFoundError:
            raise DocumentError(
                document_id,
                "vanished",
                "was listed and is gone.",
                remedy="Run the build again when nobody is changing the folder.",
            ) from None
        except OSError as error:
            raise DocumentError(
                document_id,
                "unreadable",
                f"cannot be read: {error.strerror}.",
                remedy="Give the user who builds the right to read it, or exclude it.",
            ) from error

    def is_inside(self, path: bytes) -> bool:
        return path.startswith(os.path.join(self.root, b""))

    def _resolve(self, document_id: str, path: bytes) -> bytes:
        target = os.path.realpath(path)
        if not self.is_inside(target):
            raise DocumentError(
                document_id,
                "symlink_outside",
                f"is a link that leaves the folder, to {_shown(target)!r}.",
                remedy="Copy the target into the folder, or exclude the link.",
            )
        if os.path.islink(path) and not os.path.exists(target):
            raise DocumentError(
                document_id,
                "symlink_broken",
                "is a link to nothing.",
                remedy="Repair the link or remove it.",
            )
        return target

    def _stable(self, document_id: str, descriptor: int) -> bytes:
        for _ in range(_ATTEMPTS):
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise _not_a_file(document_id)
            if before.st_size > self.max_bytes:
                raise _too_large(document_id, before.st_size, self.max_bytes)
            content = _content(descriptor, before.st_size)
            if _same(before, os.fstat(descriptor)) and _is_still(descriptor, content):
                return content
        raise DocumentError(
            document_id,
            "changed_while_read",
            f"changed during each of {_ATTEMPTS} attempts to read it.",
            remedy="Run the build again when nobody is writing the file.",
        )


def _content(descriptor: int, size: int) -> bytes:
    parts: list[bytes] = []
    position = 0
    while position < size and (part := os.pread(descriptor, size - position, position)):
        parts.append(part)
        position += len(part)
    return b"".join(parts)


def _is_still(descriptor: int, content: bytes) -> bool:
    # Time stamps move in ticks of milliseconds, so a quick writer leaves them as they were.
    view = memoryview(content)
    return all(
        os.pread(descriptor, _BLOCK, start) == view[start : start + _BLOCK]
        for start in range(0, len(content) + 1, _BLOCK)
    )


def _same(a: os.stat_result, b: os.stat_result) -> bool:
    return (a.st_size, a.st_mtime_ns, a.st_ino) == (b.st_size, b.st_mtime_ns, b.st_ino)


def _not_a_file(document_id: str) -> DocumentError:
    return DocumentError(
        document_id,
        "not_a_file",
        "is a pipe, a socket, a device or a folder.",
        remedy="Remove it from the folder, or exclude it.",
    )


def _too_large(document_id: str, size: int, limit: int) -> DocumentError:
    return DocumentError(
        document_id,
        "too_large",
        f"has {size:,} bytes, more than the limit of {limit:,} bytes.",
        remedy="Raise `limits.max_bytes` in defs.yaml, exclude the file, "
        "or waive it with `on_error: quarantine`.",
    )


def _shown(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace")
