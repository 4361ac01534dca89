"""Sealed tables and the archive of vectors: nothing damaged is ever read as if it were whole."""

from pathlib import Path

import numpy as np
import pytest

from lexiane_dagster.adapters.memory.objects import MemoryObjectStore
from lexiane_dagster.adapters.objects.store import FolderObjectStore
from lexiane_dagster.adapters.parquet import embeddings
from lexiane_dagster.adapters.parquet.embeddings import ParquetEmbeddingArchive
from lexiane_dagster.adapters.parquet.encoding import vector_hashes
from lexiane_dagster.adapters.parquet.tables import ParquetTables
from lexiane_dagster.domain.corpus import Chunk, Document, WaivedDocument
from lexiane_dagster.domain.digest import digest_of_text
from lexiane_dagster.domain.errors import IntegrityError, NotFoundError
from lexiane_dagster.domain.merkle import merkle_root, root_of_hashes

DOCUMENTS = [
    Document(
        f"d{n}", "0" * 64, "1" * 64, "text/plain", {"n": n, "deep": {"x": [True, None]}}, ("hr",),
        (0, 7), "markdown", "Title" if n else None, 10, 20,
    )
    for n in range(3)
]  # fmt: skip
CHUNKS = [Chunk(digest_of_text(str(n)), f"d{n}", 0, 4, ("A", "B"), "tëxt") for n in range(600)]
IDS = [chunk.chunk_id for chunk in CHUNKS]
VECTORS = np.arange(600 * 8, dtype="<i2").reshape(600, 8)
WAIVED = [WaivedDocument("bad.pdf", "damaged", "it is damaged")]


def fill(tables: ParquetTables) -> dict[str, str]:
    roots = {
        "documents": merkle_root(row.leaf() for row in DOCUMENTS),
        "chunks": merkle_root(row.leaf() for row in CHUNKS),
        "waived": merkle_root(row.leaf() for row in WAIVED),
        "vectors": root_of_hashes(vector_hashes("", IDS, VECTORS)),
    }
    tables.put_documents(roots["documents"], DOCUMENTS)
    tables.put_chunks(roots["chunks"], CHUNKS)
    tables.put_waived(roots["waived"], WAIVED)
    tables.put_vectors(roots["vectors"], IDS, VECTORS)
    return roots


def read(tables: ParquetTables, kind: str, root: str) -> object:
    return tables.vectors(root, IDS) if kind == "vectors" else getattr(tables, kind)(root)


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    tables = ParquetTables(FolderObjectStore(tmp_path))
    roots = fill(tables)
    assert list(tables.documents(roots["documents"])) == DOCUMENTS
    assert list(tables.chunks(roots["chunks"])) == CHUNKS
    assert list(tables.waived(roots["waived"])) == WAIVED
    assert np.array_equal(tables.vectors(roots["vectors"], IDS), VECTORS)
    assert all(tables.holds(kind, root) for kind, root in roots.items())


@pytest.mark.parametrize("kind", ["documents", "chunks", "waived", "vectors"])
def test_a_changed_byte_is_found_and_named(tmp_path: Path, kind: str) -> None:
    tables = ParquetTables(FolderObjectStore(tmp_path))
    roots = fill(tables)
    (file,) = (tmp_path / kind).rglob("*-*")
    whole = file.read_bytes()
    for position in range(0, len(whole), max(1, len(whole) // 150)):
        damaged = bytearray(whole)
        damaged[position] ^= 0x10
        file.write_bytes(damaged)
        with pytest.raises(IntegrityError, match=file.name):
            read(tables, kind, roots[kind])


@pytest.mark.parametrize("kind", ["documents", "chunks", "waived", "vectors"])
def test_a_missing_or_cut_table_is_named(tmp_path: Path, kind: str) -> None:
    tables = ParquetTables(FolderObjectStore(tmp_path))
    roots = fill(tables)
    (file,) = (tmp_path / kind).rglob("*-*")
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(IntegrityError, match=file.name):
        read(tables, kind, roots[kind])
    file.unlink()
    with pytest.raises(NotFoundError, match=roots[kind]):
        read(tables, kind, roots[kind])


def test_vectors_are_kept_once_and_found_by_text() -> None:
    archive = ParquetEmbeddingArchive(MemoryObjectStore())
    texts = [digest_of_text(str(n)) for n in range(10)]
    vectors = np.arange(40, dtype=np.int16).reshape(10, 4)
    archive.add("model", texts, vectors)
    found = archive.find("model", [*texts[:3], digest_of_text("unknown")])
    assert {key: list(value) for key, value in found.items()} == {
        text: list(vector) for text, vector in zip(texts[:3], vectors, strict=False)
    }
    assert archive.find("other model", texts) == {}
    assert list(archive.embedders()) == ["model"]


def test_of_two_vectors_for_one_text_everybody_gets_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(embeddings, "MANY_SEGMENTS", 5)
    text = digest_of_text("one text")
    one, two = np.array([[1, 2]], dtype=np.int16), np.array([[1, 3]], dtype=np.int16)
    results = []
    for order in ((one, two), (two, one)):
        store = MemoryObjectStore()
        archive = ParquetEmbeddingArchive(store)
        for vectors in order:
            archive.add("model", [text], vectors)
        before = list(archive.find("model", [text])[text])
        for number in range(6):
            archive.add("model", [digest_of_text(f"other {number}")], one)
        assert len(list(store.keys("embeddings/"))) < 5
        assert list(archive.find("model", [text])[text]) == before
        results.append(before)
    assert results[0] == results[1]


def test_a_damaged_segment_is_named(tmp_path: Path) -> None:
    archive = ParquetEmbeddingArchive(FolderObjectStore(tmp_path))
    archive.add("model", [digest_of_text("x")], np.ones((1, 4), dtype=np.int16))
    (file,) = tmp_path.rglob("*.parquet")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(IntegrityError, match=file.name):
        archive.find("model", [digest_of_text("x")])
