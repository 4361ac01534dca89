"""Tiles: the layout in which a ledger is exported and served (docs/formats/ledger-v1.md, section 7).

Format: https://c2sp.org/tlog-tiles. A tile holds up to 256 hashes of subtrees of one level, a bundle
up to 256 entries; both are named by their number, and by their width while they are not full.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

HEIGHT: Final = 8
WIDTH: Final = 1 << HEIGHT
CHECKPOINT: Final = "checkpoint"
TILES: Final = "tile"
_LENGTH_BYTES: Final = 2


@dataclass(frozen=True, slots=True)
class Tile:
    """Place of a tile: it holds the nodes `index·256 …` of tree level `level·8`, `width` of them."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        return f"{TILES}/{self.level}/{_number(self.index, self.width)}"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Place of an entry bundle: it holds the leaves `index·256 …`, `width` of them."""

    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        return f"{TILES}/entries/{_number(self.index, self.width)}"


def tiles_of(size: int, since: int = 0) -> Iterator[Tile]:
    """The tiles of a ledger of `size` leaves that one of `since` leaves lacks, lowest level first."""
    level = 0
    while size >> (level * HEIGHT):
        for index, width in _widths(size >> (level * HEIGHT), since >> (level * HEIGHT)):
            yield Tile(level, index, width)
        level += 1


def bundles_of(size: int, since: int = 0) -> Iterator[Bundle]:
    """The same for entry bundles."""
    for index, width in _widths(size, since):
        yield Bundle(index, width)


def bundle_bytes(entries: Sequence[bytes]) -> bytes:
    """Entries one after another, each behind its length as a big-endian uint16.

    Raises:
        OverflowError: an entry is longer than 65,535 bytes.
    """
    return b"".join(len(entry).to_bytes(_LENGTH_BYTES, "big") + entry for entry in entries)


def bundle_entries(data: bytes) -> list[bytes]:
    """The entries of a bundle.

    Raises:
        ValueError: the bytes end within an entry.
    """
    found: list[bytes] = []
    at = 0
    while at < len(data):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(data[at:start], "big")
        if at > len(data) or start > len(data):
            raise ValueError(f"the bundle ends within entry {len(found)}")
        found.append(data[start:at])
    return found


def _widths(count: int, since: int) -> Iterator[tuple[int, int]]:
    """(number, width) of each group of 256 of `count` items that `since` items do not have."""
    for index in range(since // WIDTH, (count + WIDTH - 1) // WIDTH):
        width = min(WIDTH, count - index * WIDTH)
        if index * WIDTH + width > since:
            yield index, width


def _number(index: int, width: int) -> str:
    """`1234067` is `x001/x234/067`; a width below 256 is told behind `.p/`."""
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03}")
    partial = f".p/{width}" if width < WIDTH else ""
    return "/".join(groups) + partial
