"""Content-defined cutting (docs/formats/chunking-v1.md).

A boundary's priority is a property of the few words that follow it. A stretch of text that is too
long is cut at its best boundary, and so are the parts, as in a treap: whether a boundary is a cut
depends on the text up to the next better ones and on nothing farther away. So an edit changes the
chunk it falls in, sometimes a neighbour, and never what lies beyond.
"""

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice

from lexiane_dagster.domain.corpus import ExtractedText, Passage
from lexiane_dagster.domain.outline import FRAGMENT, Atom, Count, outline

ALGORITHM = "lexiane/chunking/v1"
SIGNIFICANT_WORDS = 3

_LINE = re.compile(r"\S(?:[^\n]*\S)?")

Split = Callable[[str, int], list[tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Sizes:
    """In tokens. `maximum` holds heading path and text; a text below `minimum` is avoided."""

    maximum: int
    minimum: int


def cut(text: ExtractedText, sizes: Sizes, count: Count, split: Split) -> list[Passage]:
    """The passages of `text`, in order.

    `count` gives the tokens of each of many texts, in one call per document where nothing is too
    long. `split(text, limit)` cuts what holds no better boundary into spans of at most `limit`
    tokens.
    """
    sections = outline(text, sizes.maximum // 2, count)
    tokens = iter(count([piece for s in sections for piece in _pieces(text.text, s.atoms)]))
    passages: list[Passage] = []
    for section in sections:
        limit = sizes.maximum - section.path_tokens
        atoms, costs = _divided(
            text.text,
            section.atoms,
            list(islice(tokens, len(section.atoms))),
            limit,
            count,
            split,
        )
        for first, last in _runs(text.text, atoms, costs, limit, min(sizes.minimum, limit // 2)):
            passages.append(Passage(atoms[first].start, atoms[last - 1].end, section.path))
    return passages


def _pieces(text: str, atoms: Sequence[Atom]) -> list[str]:
    """What is counted for each atom: the white space before it belongs to it, save at the start."""
    starts = [atoms[0].start, *(atom.end for atom in atoms[:-1])] if atoms else []
    return [text[start : atom.end] for start, atom in zip(starts, atoms, strict=True)]


def _divided(
    text: str,
    atoms: list[Atom],
    costs: list[int],
    limit: int,
    count: Count,
    split: Split,
) -> tuple[list[Atom], list[int]]:
    """Atoms above the limit cut into lines, and lines above it by `split`."""
    cutters: list[Callable[[str], list[tuple[int, int]]]] = [
        _lines,
        lambda t: split(t, limit),
    ]
    for cutter in cutters:
        if max(costs, default=0) <= limit:
            break
        parts = [
            [
                Atom(
                    atom.start + start,
                    atom.start + end,
                    FRAGMENT if start else atom.rank,
                )
                for start, end in cutter(text[atom.start : atom.end])
            ]
            if cost > limit
            else [atom]
            for atom, cost in zip(atoms, costs, strict=True)
        ]
        atoms = [atom for part in parts for atom in part]
        costs = count(_pieces(text, atoms))
    return atoms, costs


def _lines(text: str) -> list[tuple[int, int]]:
    return [line.span() for line in _LINE.finditer(text)]


def _runs(
    text: str, atoms: Sequence[Atom], costs: Sequence[int], limit: int, minimum: int
) -> Iterator[tuple[int, int]]:
    """Ranges of atoms that become passages, in order: `(first, last + 1)`."""
    totals = list(accumulate(costs, initial=0))
    priorities = [_priority(text, atom) for atom in atoms]
    waiting = [(0, len(atoms))]
    while waiting:
        first, last = waiting.pop()
        if totals[last] - totals[first] <= limit or last - first == 1:
            yield first, last
            continue
        best = _best(priorities, totals, first, last, minimum)
        waiting += [(best, last), (first, best)]


def _best(
    priorities: Sequence[int],
    totals: Sequence[int],
    first: int,
    last: int,
    minimum: int,
) -> int:
    """Where to cut atoms `first` to `last`: by priority, among equals nearest to the middle.

    Only boundaries that leave `minimum` on both sides count, unless there are none.
    """
    low = max(first + 1, bisect_left(totals, totals[first] + minimum))
    high = min(last, bisect_right(totals, totals[last] - minimum))
    if low >= high:
        low, high = first + 1, last
    best = min(priorities[low:high])
    middle = totals[first] + totals[last]
    equal = (place for place in range(low, high) if priorities[place] == best)
    return min(equal, key=lambda place: abs(2 * totals[place] - middle))


def _priority(text: str, atom: Atom) -> int:
    """Low is good: the rank, then eight bytes of the hash of the first words."""
    words = " ".join(
        text[atom.start : atom.end].split(maxsplit=SIGNIFICANT_WORDS)[:SIGNIFICANT_WORDS]
    )
    hashed = hashlib.sha256(words.encode()).digest()[:8]
    return atom.rank << 64 | int.from_bytes(hashed)
