"""This project's stages from source to embeddings, without Dagster: for many small updates in a row.

Chunks are the default ones, sized in the tokens of the default model, though the embedder hashes.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.edits import default_chunker
from benchmarks.frameworks.hashing import DIMENSION, CountedHashing, Embedded
from lexiane_dagster.adapters.memory.embedder import CAPACITY
from lexiane_dagster.application.chunk import chunk
from lexiane_dagster.application.embed import embed
from lexiane_dagster.application.ingest import ingest
from lexiane_dagster.bootstrap import application
from lexiane_dagster.domain.digest import digest_of_text
from lexiane_dagster.domain.version import EmbedderIdentity
from lexiane_dagster.entrypoints.cli.output import NoProgress
from lexiane_dagster.ports.embedder import Advance, no_progress
from lexiane_dagster.settings import CorpusSettings

_chunker = cache(default_chunker)


class Embedding:
    """Feature hashing behind this project's port; its identity is the model's name."""

    def __init__(self, model: str) -> None:
        self.counted = CountedHashing()
        self._identity = EmbedderIdentity({model: digest_of_text(model)}, DIMENSION, CAPACITY)

    @property
    def identity(self) -> EmbedderIdentity:
        return self._identity

    def embed_passages(
        self, texts: Sequence[str], advance: Advance = no_progress
    ) -> NDArray[np.float32]:
        advance(len(texts))
        return np.asarray(self.counted(texts), dtype=np.float32)

    def embed_question(self, text: str) -> NDArray[np.float32]:
        return self.embed_passages([text])


def update(folder: Path, state: Path, model: str) -> Embedded:
    """Bring the embeddings in `state` up to date with `folder`."""
    settings = CorpusSettings.model_validate(
        {"source": {"type": "folder", "path": str(folder.resolve())}, "embedder": {"type": "hash"}}
    )
    app, embedding = application(state), Embedding(model)
    recipe = replace(app.recipe("benchmark", settings), chunker=_chunker(), embedder=embedding)
    progress = NoProgress()
    ingested = ingest(recipe, app.backends, progress)
    chunked = chunk(ingested.snapshot.digest, recipe.chunker, app.backends, progress)
    embed(chunked.snapshot.digest, embedding, app.backends, progress)
    return embedding.counted.embedded
