"""The forward pass of a BERT sentence model, written out.

Importing sentence-transformers takes several times as long as answering a question does, and its
tokenizer wrapper has to be locked. For the most common shape of model, BERT with mean pooling on
the CPU, the same torch operations in the same order give the same bits without it; a test compares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.adapters.sentence_transformers.files import ModelFiles, settings_in

if TYPE_CHECKING:
    from torch import Tensor

_SHAPE = {
    "model_type": "bert",
    "architectures": ["BertModel"],
    "hidden_act": "gelu",
    "position_embedding_type": "absolute",
}
_MODULES = (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])


def is_plain_bert(files: ModelFiles) -> bool:
    """Whether `Bert` computes what the library would."""
    types = [module["type"].rpartition(".")[2] for module in files.modules]
    if types not in _MODULES or files.modules[0]["path"]:
        return False
    config = settings_in(files.folder / "config.json")
    pooling = settings_in(files.folder / files.modules[1]["path"] / "config.json")
    modes = {key for key, on in pooling.items() if key.startswith("pooling_mode_") and on is True}
    return (
        {**_SHAPE, **{key: config[key] for key in _SHAPE if key in config}} == _SHAPE
        and (modes == {"pooling_mode_mean_tokens"} or pooling.get("pooling_mode") == "mean")
        and not settings_in(files.folder / "sentence_bert_config.json").get("do_lower_case")
        and (files.folder / "model.safetensors").is_file()
        and files.tokenizer.is_file()
    )


class Bert:
    """Embeds one text a call; safe for use by several threads."""

    def __init__(self, files: ModelFiles) -> None:
        from safetensors.torch import load_file
        from tokenizers import Tokenizer

        config = settings_in(files.folder / "config.json")
        self.heads: int = config["num_attention_heads"]
        self.layers: int = config["num_hidden_layers"]
        self.epsilon: float = config["layer_norm_eps"]
        self.normalised = len(files.modules) == 3
        self.tokenizer = Tokenizer.from_file(str(files.tokenizer))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(files.length)
        # Copied out of the file's mapping: the allocator aligns, and kernels may heed alignment.
        loaded = load_file(files.folder / "model.safetensors").items()
        self.weights = {name: tensor.float().clone() for name, tensor in loaded}

    def __call__(self, text: str) -> NDArray[np.float32]:
        import torch
        from torch.nn import functional

        with torch.inference_mode():
            states = self._encode(torch.tensor([self.tokenizer.encode(text).ids]))
            mask = torch.ones_like(states)
            pooled = (states * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
            row: Tensor = functional.normalize(pooled) if self.normalised else pooled
        array: NDArray[np.float32] = row[0].numpy()
        return array

    def _encode(self, ids: Tensor) -> Tensor:
        """Token ids (1, n) to hidden states (1, n, dimension)."""
        import torch
        from torch.nn import functional

        def embedded(name: str, indices: Tensor) -> Tensor:
            return functional.embedding(
                indices, self.weights[f"embeddings.{name}_embeddings.weight"]
            )

        states = embedded("word", ids) + embedded("token_type", torch.zeros_like(ids))
        states = states + embedded("position", torch.arange(ids.shape[1])[None])
        states = self._normed(states, "embeddings.LayerNorm")
        for number in range(self.layers):
            layer = f"encoder.layer.{number}"
            attended = self._attend(states, f"{layer}.attention.self")
            attended = self._linear(attended, f"{layer}.attention.output.dense")
            states = self._normed(attended + states, f"{layer}.attention.output.LayerNorm")
            inner = functional.gelu(self._linear(states, f"{layer}.intermediate.dense"))
            inner = self._linear(inner, f"{layer}.output.dense")
            states = self._normed(inner + states, f"{layer}.output.LayerNorm")
        return states

    def _attend(self, states: Tensor, name: str) -> Tensor:
        from torch.nn import functional

        shape = (*states.shape[:2], self.heads, states.shape[2] // self.heads)
        query, key, value = (
            self._linear(states, f"{name}.{part}").view(shape).transpose(1, 2)
            for part in ("query", "key", "value")
        )
        attended = functional.scaled_dot_product_attention(query, key, value)
        return attended.transpose(1, 2).reshape(states.shape)

    def _linear(self, states: Tensor, name: str) -> Tensor:
        from torch.nn import functional

        return functional.linear(states, *self._parameters(name))

    def _normed(self, states: Tensor, name: str) -> Tensor:
        from torch.nn import functional

        size = (states.shape[-1],)
        return functional.layer_norm(states, size, *self._parameters(name), self.epsilon)

    def _parameters(self, name: str) -> tuple[Tensor, Tensor]:
        return self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
