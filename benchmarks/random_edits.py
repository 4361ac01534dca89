"""Random small edits of real documents. Seeded: the same edits on every machine with the same data."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lexiane_dagster.domain.corpus import ExtractedText

ROOT = Path(__file__).resolve().parent.parent
CRANFIELD = ROOT.parent / "shared" / "data" / "cranfield" / "corpus.jsonl"
HANDBOOK = ROOT / "examples" / "handbook"
WORDS = 30
SHORTEST = 2 * WORDS

Operation = Callable[[str, str, random.Random], str]


@dataclass(frozen=True)
class Edit:
    """One edit of one document: the kind of document, the operation, before and after."""

    documents: str
    operation: str
    before: ExtractedText
    after: ExtractedText


def edits(number: int, seed: int) -> Iterator[Edit]:
    """`number` edits, the kinds of documents and of operations in turn."""
    rng = random.Random(seed)
    donors = paragraphs()
    kinds = documents(donors, rng)
    for turn in range(number):
        kind = list(kinds)[turn % len(kinds)]
        operation = OPERATIONS[turn // len(kinds) % len(OPERATIONS)]
        before = rng.choice(kinds[kind])
        after = operation(before.text, rng.choice(donors), rng)
        yield Edit(kind, operation.__name__, before, ExtractedText(after, before.markup))


def paragraphs() -> list[str]:
    """The abstracts of Cranfield; without them the paragraphs of the handbook."""
    if CRANFIELD.is_file():
        found = [json.loads(line)["text"] for line in CRANFIELD.read_text("utf-8").splitlines()]
    else:
        found = [part for page in pages() for part in page.split("\n\n")]
    return [text for text in found if len(text.split()) > SHORTEST]


def pages() -> list[str]:
    """The Markdown pages of the handbook."""
    return [path.read_text("utf-8") for path in sorted(HANDBOOK.rglob("*.md"))]


def documents(short: Sequence[str], rng: random.Random) -> dict[str, list[ExtractedText]]:
    """Documents by kind; the long ones are made of 5 to 20 short ones."""

    def joined(separator: str) -> list[ExtractedText]:
        sizes = [rng.randint(5, 20) for _ in range(50)]
        return [ExtractedText(separator.join(rng.choices(short, k=n)), "plain") for n in sizes]

    return {
        "one paragraph": [ExtractedText(text, "plain") for text in short],
        "paragraphs": joined("\n\n"),
        "one long paragraph": joined(" "),
        "Markdown": [ExtractedText(text, "markdown") for text in pages()],
    }


def insert_words(text: str, donor: str, rng: random.Random) -> str:
    """Thirty words of another document between two words."""
    place = rng.choice(_word_starts(text))
    return f"{text[:place]}{_words(donor, WORDS, rng)} {text[place:]}"


def delete_words(text: str, _: str, rng: random.Random) -> str:
    """Thirty consecutive words less."""
    start, end = _stretch(text, rng)
    return text[:start] + text[end:]


def replace_words(text: str, donor: str, rng: random.Random) -> str:
    """Thirty consecutive words exchanged for others."""
    start, end = _stretch(text, rng)
    return f"{text[:start]}{_words(donor, WORDS, rng)} {text[end:]}"


def insert_paragraph(text: str, donor: str, rng: random.Random) -> str:
    """A paragraph of sixty words between two, or at either end."""
    parts = text.split("\n\n")
    parts.insert(rng.randint(0, len(parts)), _words(donor, SHORTEST, rng) + ".")
    return "\n\n".join(parts)


def delete_paragraph(text: str, donor: str, rng: random.Random) -> str:
    """One paragraph less; where there is only one, thirty words."""
    parts = text.split("\n\n")
    if len(parts) == 1:
        return delete_words(text, donor, rng)
    del parts[rng.randrange(len(parts))]
    return "\n\n".join(parts)


OPERATIONS: tuple[Operation, ...] = (
    insert_words,
    delete_words,
    replace_words,
    insert_paragraph,
    delete_paragraph,
)


def _word_starts(text: str) -> list[int]:
    return [0, *(place + 1 for place, sign in enumerate(text) if sign == " ")]


def _stretch(text: str, rng: random.Random) -> tuple[int, int]:
    starts = _word_starts(text)
    first = rng.randrange(len(starts) - WORDS)
    return starts[first], starts[first + WORDS]


def _words(donor: str, number: int, rng: random.Random) -> str:
    words = donor.split()
    first = rng.randrange(max(1, len(words) - number))
    return " ".join(words[first : first + number])
