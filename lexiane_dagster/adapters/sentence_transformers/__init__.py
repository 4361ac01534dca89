"""Embedder: sentence-transformers models (sentence-transformers, torch)."""

from lexiane_dagster.adapters.sentence_transformers.embedder import SentenceTransformersEmbedder
from lexiane_dagster.adapters.sentence_transformers.files import ModelFiles, resolve_model

__all__ = ["ModelFiles", "SentenceTransformersEmbedder", "resolve_model"]
