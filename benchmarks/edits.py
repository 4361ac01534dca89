"""How many chunks one small edit makes new: `python -m benchmarks.edits`.

Two hundred random edits of real documents (about thirty words or one paragraph inserted, deleted or
replaced), each applied alone. A chunk is new when its (heading path, text) was not there before.
"""

import json
import random
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from lexiane_dagster.domain.corpus import ExtractedText

ROOT = Path(__file__).resolve().parent.parent
CRANFIELD = ROOT.parent / "shared" / "data" / "cranfield" / "corpus.jsonl"
HANDBOOK = ROOT / "examples" / "handbook"
WORDS = 30

Cut = Callable[[ExtractedText], Sequence[tuple[tuple[str, ...], str]]]
Edit = Callable[[str, str, random.Random], str]


def abstracts() -> list[str]:
    """The texts of Cranfield, one paragraph each."""
    with CRANFIELD.open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    return [text for text in texts if len(text.split()) > 2 * WORDS]


def documents(rng: random.Random) -> list[ExtractedText]:
    """Short documents, long ones made of 5 to 20 of them, and the handbook's Markdown."""
    short = abstracts()
    long = ["\n\n".join(rng.sample(short, rng.randint(5, 20))) for _ in range(100)]
    pages = [path.read_text("utf-8") for path in sorted(HANDBOOK.rglob("*.md"))]
    return [
        *(ExtractedText(text, "plain") for text in rng.sample(short, 100)),
        *(ExtractedText(text, "plain") for text in long),
        *(ExtractedText(text, "markdown") for text in pages if len(text.split()) > 2 * WORDS),
    ]


def insert_words(text: str, donor: str, rng: random.Random) -> str:
    """About thirty words of another document, between two words."""
    place = rng.choice([i for i, c in enumerate(text) if c == " "] or [len(text)])
    return f"{text[:place]} {_words(donor, rng)}{text[place:]}"


def delete_words(text: str, _: str, rng: random.Random) -> str:
    """About thirty consecutive words less."""
    start, end = _stretch(text, rng)
    return text[:start] + text[end:]


def replace_words(text: str, donor: str, rng: random.Random) -> str:
    """About thirty consecutive words exchanged for others."""
    start, end = _stretch(text, rng)
    return f"{text[:start]}{_words(donor, rng)} {text[end:]}"


def insert_paragraph(text: str, donor: str, rng: random.Random) -> str:
    """A paragraph of about sixty words between two."""
    paragraphs = text.split("\n\n")
    paragraphs.insert(rng.randint(0, len(paragraphs)), _words(donor, rng, 2 * WORDS) + ".")
    return "\n\n".join(paragraphs)


def delete_paragraph(text: str, _: str, rng: random.Random) -> str:
    """One paragraph less; of a document that is one paragraph, thirty words."""
    paragraphs = text.split("\n\n")
    if len(paragraphs) == 1:
        return delete_words(text, _, rng)
    del paragraphs[rng.randrange(len(paragraphs))]
    return "\n\n".join(paragraphs)


EDITS: tuple[Edit, ...] = (
    insert_words,
    delete_words,
    replace_words,
    insert_paragraph,
    delete_paragraph,
)


def edits(number: int, seed: int) -> Iterator[tuple[str, ExtractedText, ExtractedText]]:
    """`number` times: the kind of edit, a document, and the same document edited."""
    rng = random.Random(seed)
    known, donors = documents(rng), abstracts()
    groups = [known[:100], known[100:200], known[200:]]
    for turn in range(number):
        before = rng.choice(groups[turn % 3] or known)
        edit = EDITS[turn // 3 % len(EDITS)]
        after = edit(before.text, rng.choice(donors), rng)
        yield edit.__name__, before, ExtractedText(after, before.markup)


def new_chunks(cut: Cut, before: ExtractedText, after: ExtractedText) -> int:
    """Chunks of `after` that `before` has not (as multisets)."""
    return (Counter(cut(after)) - Counter(cut(before))).total()


def _stretch(text: str, rng: random.Random) -> tuple[int, int]:
    starts = [0, *(i + 1 for i, c in enumerate(text) if c == " ")]
    first = rng.randrange(max(1, len(starts) - WORDS))
    return starts[first], starts[min(first + WORDS, len(starts) - 1)]


def _words(donor: str, rng: random.Random, number: int = WORDS) -> str:
    words = donor.split()
    first = rng.randrange(max(1, len(words) - number))
    return " ".join(words[first : first + number])
