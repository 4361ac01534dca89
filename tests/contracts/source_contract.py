"""What every source must do, whatever it is read from (ports/source.py)."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from lexiane_dagster.domain.corpus import SourceDocument, utf8_order
from lexiane_dagster.ports.source import Source


def read_all(source: Source) -> dict[str, SourceDocument]:
    """Every document of a source by id, read from several threads at once."""
    with ThreadPoolExecutor(4) as pool:
        return {d.document_id: d for d in pool.map(source.read, source.entries())}


def check_source(source: Source, expected: Mapping[str, tuple[str, ...]]) -> None:
    """`expected`: the groups of every document that the source holds, by id."""
    entries = list(source.entries())
    ids = [entry.document_id for entry in entries]
    assert ids == sorted(expected, key=utf8_order)
    assert entries == list(source.entries()), "listing twice gives the same"
    first, again = read_all(source), read_all(source)
    assert first == again, "reading twice gives the same"
    for document_id, document in first.items():
        assert document.document_id == document_id
        assert document.groups == tuple(sorted(set(expected[document_id])))
        assert document.media_type.count("/") == 1
