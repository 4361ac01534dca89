"""Any sentence-transformers model, by the library."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.adapters.sentence_transformers.files import ModelFiles


class Library:
    """Embeds one text a call; safe for use by several threads."""

    def __init__(self, files: ModelFiles, device: str) -> None:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.set_verbosity_error()
        logging.disable_progress_bar()
        model = SentenceTransformer(str(files.folder), device=device, local_files_only=True)
        self.model = model.float().eval()
        self.length = files.length
        self.device = device
        self.lock = threading.Lock()

    def __call__(self, text: str) -> NDArray[np.float32]:
        import torch

        with self.lock:  # the tokenizer keeps its truncation settings in shared state
            features = self.model.tokenizer(
                text, truncation=True, max_length=self.length, return_tensors="pt"
            )
        with torch.inference_mode():
            made: Any = self.model({key: on.to(self.device) for key, on in features.items()})
        row: NDArray[np.float32] = made["sentence_embedding"][0].float().cpu().numpy()
        return row
