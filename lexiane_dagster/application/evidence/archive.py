"""The archive of an evidence pack: a ZIP file with exactly one form for its members (docs/evidence.md).

Members are stored, not deflated: what a deflater writes depends on its build, and a checker needs no
limits against archives that unpack to more than they are.
"""

import struct
from collections.abc import Mapping
from typing import Final
from zlib import crc32

PACK: Final = "pack.json"
SIGNATURE: Final = "pack.sig"

# Version 2.0, no flags, stored, 1980-01-01 00:00.
_COMMON: Final = struct.pack("<HHHHH", 20, 0, 0, 0, 33)
# Made on Unix: a regular file that everybody may read.
_MADE_BY: Final = 3 << 8 | 20
_MODE: Final = 0o100644 << 16
LIMIT: Final = 2**32 - 1


def archive(members: Mapping[str, bytes]) -> bytes:
    """The ZIP file of `members`: `pack.json` and `pack.sig` first, the others by path.

    Raises:
        ValueError: it would need more than 4 GiB, or more than 65,535 members.
    """
    body: list[bytes] = []
    directory: list[bytes] = []
    at = 0
    for path in ordered(members):
        name, data = path.encode("ascii"), members[path]
        common = _COMMON + struct.pack("<IIIHH", crc32(data), len(data), len(data), len(name), 0)
        body += [b"PK\3\4", common, name, data]
        directory += [
            struct.pack("<4sH", b"PK\1\2", _MADE_BY),
            common,
            struct.pack("<HHHII", 0, 0, 0, _MODE, at),
            name,
        ]
        at += 30 + len(name) + len(data)
    listed = b"".join(directory)
    if at + len(listed) > LIMIT or len(members) > 0xFFFF:
        raise ValueError(
            f"{len(members)} members of {at} bytes do not fit a ZIP file without ZIP64"
        )
    count = len(members)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, len(listed), at, 0)
    return b"".join((*body, listed, end))


def ordered(paths: Mapping[str, bytes]) -> list[str]:
    return sorted(paths, key=lambda path: (path not in (PACK, SIGNATURE), path))
