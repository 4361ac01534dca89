"""LlamaIndex: IngestionPipeline with document store, cache and vector store, persisted and reloaded.

As its guide "Ingestion Pipeline + Document Management" has it, with the strategy that also removes
deleted documents. The stores are those of llama-index-core, kept as JSON files.
"""

from pathlib import Path
from typing import Any

from llama_index.core import Document
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.ingestion import DocstoreStrategy, IngestionPipeline
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.storage.docstore import SimpleDocumentStore
from llama_index.core.vector_stores import SimpleVectorStore
from pydantic import PrivateAttr

from benchmarks.frameworks.hashing import CountedHashing, Embedded
from benchmarks.frameworks.worker import run


class Embedding(BaseEmbedding):  # type: ignore[misc]
    """Feature hashing under LlamaIndex's interface; its identity is `model_name`."""

    _counted: CountedHashing = PrivateAttr(default_factory=CountedHashing)

    @property
    def embedded(self) -> Embedded:
        return self._counted.embedded

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._counted([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return self._counted(texts)

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._counted([query])[0]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def update(folder: Path, state: Path, model: str) -> Embedded:
    """Bring the index in `state` up to date with `folder`."""
    embedding = Embedding(model_name=model)
    vectors = state / "vectors.json"
    pipeline = IngestionPipeline(
        transformations=[SentenceSplitter(), embedding],
        docstore=SimpleDocumentStore(),
        docstore_strategy=DocstoreStrategy.UPSERTS_AND_DELETE,
        vector_store=_vector_store(vectors),
    )
    if state.is_dir():
        pipeline.load(str(state))
    known = len(pipeline.docstore.get_all_document_hashes())
    nodes = pipeline.run(documents=_documents(folder))
    if nodes or len(pipeline.docstore.get_all_document_hashes()) != known:
        pipeline.persist(str(state))
        pipeline.vector_store.persist(str(vectors))
    return embedding.embedded


def _vector_store(file: Path) -> Any:
    return SimpleVectorStore.from_persist_path(str(file)) if file.exists() else SimpleVectorStore()


def _documents(folder: Path) -> list[Any]:
    return [
        Document(text=path.read_text("utf-8"), id_=str(path.relative_to(folder)))
        for path in sorted(folder.rglob("*.md"))
    ]


if __name__ == "__main__":
    run(update)
