"""Embedding with sentence-transformers models, one text per forward pass."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.adapters.sentence_transformers.files import ModelFiles, resolve_model
from lexiane_dagster.domain.errors import UnavailableError
from lexiane_dagster.domain.version import EmbedderIdentity
from lexiane_dagster.ports.embedder import Advance, no_progress

Forward = Callable[[str], NDArray[np.float32]]


class SentenceTransformersEmbedder:
    """The `Embedder` port over one model (see `resolve_model` for what `model` may be).

    A text is embedded alone, by one intra-op thread, so that its bits cannot depend on its
    neighbours; `threads` texts at a time (default: one a core; on another device than the CPU: one).
    The model is loaded at the first embedding. Loading sets torch's intra-op threads to one for the
    whole process.

    Raises:
        UnavailableError: the model is not there, or cannot be loaded.
    """

    def __init__(
        self,
        model: str | Path,
        *,
        passage_prompt: str = "",
        question_prompt: str = "",
        threads: int | None = None,
        device: str = "cpu",
    ) -> None:
        self._name = model
        self._prompts = (passage_prompt, question_prompt)
        self._threads = (threads or len(os.sched_getaffinity(0))) if device == "cpu" else 1
        self._device = device
        self._loading = Lock()
        self._loaded: Forward | None = None

    @cached_property
    def files(self) -> ModelFiles:
        """The model's files: also where its tokenizer is and how long its input may be."""
        return ModelFiles(resolve_model(self._name))

    @cached_property
    def identity(self) -> EmbedderIdentity:
        return self.files.identity(*self._prompts)

    def embed_passages(
        self, texts: Sequence[str], advance: Advance = no_progress
    ) -> NDArray[np.float32]:
        rows = np.empty((len(texts), self.files.dimension), dtype=np.float32)
        if not texts:
            return rows
        forward = self._forward()

        def work(place: int) -> None:
            rows[place] = forward(self._prompts[0] + texts[place])

        with ThreadPoolExecutor(min(self._threads, len(texts))) as pool:
            for _ in pool.map(work, range(len(texts))):
                advance(1)
        return rows

    def embed_question(self, text: str) -> NDArray[np.float32]:
        return self._forward()(self._prompts[1] + text)[None]

    def _forward(self) -> Forward:
        with self._loading:
            if self._loaded is None:
                self._loaded = _load(self.files, self._device)
            return self._loaded


def _load(files: ModelFiles, device: str) -> Forward:
    from lexiane_dagster.adapters.sentence_transformers.bert import Bert, is_plain_bert
    from lexiane_dagster.adapters.sentence_transformers.library import Library

    try:
        import torch

        torch.set_num_threads(1)
        forward = (
            Bert(files) if device == "cpu" and is_plain_bert(files) else Library(files, device)
        )
        probe = forward("probe")
    except Exception as error:  # whatever the libraries raise: the model cannot be used
        raise UnavailableError(
            f"the model in {files.folder} cannot be loaded: {error}",
            remedy="check the folder's files and `embedder.device`; `lexiane doctor` tries it",
        ) from error
    if probe.shape != (files.dimension,):
        raise UnavailableError(
            f"the model in {files.folder} embeds into {probe.shape} numbers where its files say "
            f"{files.dimension}",
            remedy="check the folder's config.json files",
        )
    return forward
