"""The embedder without a model."""

import os
import subprocess
import sys

from lexiane_dagster.adapters.memory.embedder import HashEmbedder
from lexiane_dagster.adapters.memory.tokenizer import WordTokenizer
from lexiane_dagster.ports.embedder import Embedder
from tests.embedding.contract import EmbedderContract


class TestHashEmbedder(EmbedderContract):
    def embedder(self, threads: int | None = None) -> Embedder:
        return HashEmbedder()


def test_dimension_is_part_of_the_identity() -> None:
    assert HashEmbedder(32).embed_question("x").shape == (1, 32)
    assert HashEmbedder(32).identity.digest != HashEmbedder(64).identity.digest


def test_hash_seeds_change_nothing() -> None:
    program = (
        "from lexiane_dagster.adapters.memory.embedder import HashEmbedder\n"
        "print(HashEmbedder().embed_question('two signatures').tobytes().hex())\n"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1


def test_words_and_signs_are_tokens() -> None:
    assert WordTokenizer().count(["", "Two signs, here.", "insurance"]) == [0, 5, 2]
