"""Chunker: token-sized cutting (tokenizers, semantic-text-splitter)."""

from lexiane_dagster.adapters.splitter.chunker import StructureChunker
from lexiane_dagster.adapters.splitter.tokenizer import TokenizerFile

__all__ = ["StructureChunker", "TokenizerFile"]
