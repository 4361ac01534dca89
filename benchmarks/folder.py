"""A folder of small documents for the rebuild benchmark: real sentences, seeded."""

import random
import re
from pathlib import Path

from benchmarks.random_edits import paragraphs

_SEED = 20250711
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_PARAGRAPHS = 3
_SENTENCES = 4


def make_folder(folder: Path, documents: int) -> int:
    """Write `documents` Markdown files of a title and three paragraphs; returns their bytes."""
    rng = random.Random(_SEED)
    sentences = [line for text in paragraphs() for line in _SENTENCE_END.split(text) if line]
    written = 0
    for number in range(documents):
        path = folder / f"{number // 100:03}" / f"{number:05}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        parts = [" ".join(rng.choices(sentences, k=_SENTENCES)) for _ in range(_PARAGRAPHS)]
        title = f"# {number}: {rng.choice(sentences)[:60].strip()}"
        written += path.write_text("\n\n".join([title, *parts]) + "\n", "utf-8")
    return written
