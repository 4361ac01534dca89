"""LangChain: the indexing API with a record manager in SQLite and a persisted vector store.

`index(…, cleanup="full")` is the mode that also removes deleted documents. The vector store is the one
of langchain-core, dumped to a file; the splitter is the recommended RecursiveCharacterTextSplitter.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from langchain_classic.indexes import SQLRecordManager
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.indexing import index
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_text_splitters import RecursiveCharacterTextSplitter

from benchmarks.frameworks.hashing import CountedHashing, Embedded
from benchmarks.frameworks.worker import run

# The largest that one SQLite statement of the record manager takes: fewer round trips than by default.
BATCH = 1000


class Embedding(Embeddings):  # type: ignore[misc]
    """Feature hashing under LangChain's interface, which knows no identity of a model."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.counted = CountedHashing()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self.counted(texts)

    def embed_query(self, text: str) -> list[float]:
        return self.counted([text])[0]


def update(folder: Path, state: Path, model: str) -> Embedded:
    """Bring the index in `state` up to date with `folder`."""
    embedding = Embedding(model)
    state.mkdir(parents=True, exist_ok=True)
    file = state / "vectors.json"
    if file.exists():
        store = InMemoryVectorStore.load(str(file), embedding)
    else:
        store = InMemoryVectorStore(embedding)
    records = SQLRecordManager("benchmark", db_url=f"sqlite:///{state / 'records.sqlite'}")
    records.create_schema()
    found = index(
        _chunks(folder),
        records,
        store,
        cleanup="full",
        source_id_key="source",
        batch_size=BATCH,
        key_encoder="sha256",
    )
    if found["num_added"] or found["num_updated"] or found["num_deleted"]:
        store.dump(str(file))
    return embedding.counted.embedded


def _chunks(folder: Path) -> Iterator[Any]:
    splitter = RecursiveCharacterTextSplitter()
    for path in sorted(folder.rglob("*.md")):
        source = {"source": str(path.relative_to(folder))}
        yield from splitter.split_documents([Document(path.read_text("utf-8"), metadata=source)])


if __name__ == "__main__":
    run(update)
