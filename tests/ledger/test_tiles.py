"""The layout of C2SP tlog-tiles, by the examples of its page and by what holds for any size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lexiane_dagster.domain.ledger.tiles import (
    Bundle,
    Tile,
    bundle_bytes,
    bundle_entries,
    bundles_of,
    tiles_of,
)


@pytest.mark.parametrize(
    ("place", "path"),
    [
        (Tile(0, 1_234_067), "tile/0/x001/x234/067"),
        (Tile(2, 0, 1), "tile/2/000.p/1"),
        (Tile(0, 273, 112), "tile/0/273.p/112"),
        (Tile(1, 1_000, 255), "tile/1/x001/000.p/255"),
        (Bundle(999), "tile/entries/999"),
        (Bundle(1_234_067, 17), "tile/entries/x001/x234/067.p/17"),
    ],
)
def test_paths_are_those_of_the_page(place: Tile | Bundle, path: str) -> None:
    assert place.path == path


def test_a_tree_of_70000_leaves_has_the_tiles_of_the_page() -> None:
    full = [(tile.level, tile.index) for tile in tiles_of(70_000) if tile.width == 256]
    partial = [(tile.level, tile.width) for tile in tiles_of(70_000) if tile.width < 256]
    assert full == [*((0, index) for index in range(273)), (1, 0)]
    assert partial == [(0, 112), (1, 17), (2, 1)]


def test_a_tree_of_256_leaves_has_the_tiles_of_the_page() -> None:
    assert list(tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(bundles_of(256)) == [Bundle(0)]
    assert [*tiles_of(0), *bundles_of(0)] == []


@given(st.integers(0, 200_000), st.integers(0, 200_000))
def test_an_update_adds_what_the_earlier_export_lacks(one: int, other: int) -> None:
    since, size = sorted((one, other))
    earlier, later = set(tiles_of(since)), set(tiles_of(size))
    assert set(tiles_of(size, since)) == later - earlier
    assert set(bundles_of(size, since)) == set(bundles_of(size)) - set(bundles_of(since))


@given(st.lists(st.binary(max_size=300), max_size=20), st.data())
def test_bundles_give_their_entries_back(entries: list[bytes], data: st.DataObject) -> None:
    packed = bundle_bytes(entries)
    assert bundle_entries(packed) == entries
    ends = {len(bundle_bytes(entries[:count])) for count in range(len(entries) + 1)}
    cut = data.draw(st.integers(0, len(packed)))
    if cut in ends:
        assert bundle_bytes(bundle_entries(packed[:cut])) == packed[:cut]
    else:
        with pytest.raises(ValueError, match="ends within entry"):
            bundle_entries(packed[:cut])


def test_an_entry_is_framed_with_two_bytes() -> None:
    assert bundle_bytes([b"ab", b""]) == b"\x00\x02ab\x00\x00"
    assert len(bundle_bytes([bytes(65_535)])) == 65_537
    with pytest.raises(OverflowError):
        bundle_bytes([bytes(65_536)])
