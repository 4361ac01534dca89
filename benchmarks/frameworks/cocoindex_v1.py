"""CocoIndex v1: its own incremental engine over a folder, into a SQLite table.

The flow is that of its example `text_embedding` (the splitter's sizes too), with two changes: the target
is its SQLite connector instead of Postgres, so that no server is needed, with vectors as bytes; and
the embedder declares that its change matters (`detect_change`), without which nothing is embedded anew.
A file whose modification time has not moved is not read at all.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cocoindex as coco
import numpy as np
from cocoindex.connectors import localfs, sqlite
from cocoindex.ops.text import RecursiveSplitter
from cocoindex.resources.chunk import Chunk
from cocoindex.resources.file import FileLike, PatternFilePathMatcher
from cocoindex.resources.id import IdGenerator

from benchmarks.frameworks.hashing import CountedHashing, Embedded
from benchmarks.frameworks.worker import run

CHUNK_SIZE = 2000
CHUNK_OVERLAP = 500


class Embedding:
    """Feature hashing behind a memoised function, as CocoIndex's own embedders have it; its identity
    is what is pickled: the model's name."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.counted = CountedHashing()

    def __getstate__(self) -> dict[str, Any]:
        return {"model": self.model}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["model"])  # type: ignore[misc]

    @coco.fn(memo=True, version=1, logic_tracking="self")  # type: ignore[untyped-decorator]
    async def embed(self, text: str) -> bytes:
        return np.asarray(self.counted([text])[0], dtype=np.float32).tobytes()


DATABASE: Any = coco.ContextKey("database")
EMBEDDING: Any = coco.ContextKey("embedding", detect_change=True)
_splitter = RecursiveSplitter()


@dataclass
class Row:
    """One embedded chunk."""

    id: int
    filename: str
    start: int
    end: int
    text: str
    embedding: bytes


@coco.fn  # type: ignore[untyped-decorator]
async def process_chunk(chunk: Chunk, filename: str, ids: IdGenerator, table: Any) -> None:
    table.declare_row(
        row=Row(
            id=await ids.next_id(chunk.text),
            filename=filename,
            start=chunk.start.char_offset,
            end=chunk.end.char_offset,
            text=chunk.text,
            embedding=await coco.use_context(EMBEDDING).embed(chunk.text),
        )
    )


@coco.fn(memo=True)  # type: ignore[untyped-decorator]
async def process_file(file: FileLike, table: Any) -> None:
    chunks = _splitter.split(
        await file.read_text(),
        chunk_size=CHUNK_SIZE,
        chunk_overlap=CHUNK_OVERLAP,
        language="markdown",
    )
    await coco.map(process_chunk, chunks, str(file.file_path.path), IdGenerator(), table)


@coco.fn  # type: ignore[untyped-decorator]
async def index_folder(folder: Path) -> None:
    schema = await sqlite.TableSchema.from_class(Row, primary_key=["id"])
    table = await sqlite.mount_table_target(DATABASE, "chunks", schema)
    matcher = PatternFilePathMatcher(included_patterns=["**/*.md"])
    files = localfs.walk_dir(folder, recursive=True, path_matcher=matcher)
    await coco.mount_each(process_file, files.items(), table)


def update(folder: Path, state: Path, model: str) -> Embedded:
    """Bring the index in `state` up to date with `folder`."""
    return asyncio.run(_update(folder, state, model))


async def _update(folder: Path, state: Path, model: str) -> Embedded:
    state.mkdir(parents=True, exist_ok=True)
    embedding = Embedding(model)
    provider = coco.ContextProvider()
    provider.provide(EMBEDDING, embedding)
    provider.provide_with(DATABASE, sqlite.managed_connection(state / "chunks.sqlite"))
    environment = coco.Environment(
        coco.Settings(db_path=state / "engine"), context_provider=provider
    )
    config = coco.AppConfig(name="benchmark", environment=environment)
    try:
        await coco.App(config, index_folder, folder).update()
    finally:
        environment.close()
        await provider.aclose()
    return embedding.counted.embedded


if __name__ == "__main__":
    run(update)
