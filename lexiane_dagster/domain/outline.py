"""The outline of a text: sections under their heading paths, each a run of atoms.

An atom is a sentence, a list item's sentence, a table row or a line of code: what is kept whole
unless it alone is too long.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from lexiane_dagster.domain.blocks import Block, blocks
from lexiane_dagster.domain.corpus import ExtractedText
from lexiane_dagster.domain.sentences import has_word, sentences_of

MAX_TITLE = 40

# What begins at an atom, best place to cut first.
BLOCK, MEMBER, SENTENCE, FRAGMENT = range(4)

Count = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True)
class Atom:
    """Code points `start` to `end`; `rank` says what begins there."""

    start: int
    end: int
    rank: int


@dataclass(slots=True)
class Section:
    """A run of atoms under one heading path; `path_tokens` is what the path costs."""

    path: tuple[str, ...]
    path_tokens: int
    atoms: list[Atom] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Title:
    """One element of a path. `start` tells equal titles apart; -1 is the title beside the text.

    `whole` is False when words had to be left out.
    """

    start: int
    level: int
    text: str
    tokens: int
    whole: bool


_Path = tuple[_Title, ...]


def outline(text: ExtractedText, budget: int, count: Count) -> list[Section]:
    """The sections of `text` in order, with heading paths of at most `budget` tokens.

    A heading line is left out of the text when the path of what follows it holds its title whole;
    any other one (nothing under it, or too long for a path) is text of the enclosing section.
    """
    found = blocks(text.text)
    sections: list[Section] = []
    placed: _Path | None = None
    previous: Block | None = None
    for block, path in _placed(found, _titles(text, found, min(MAX_TITLE, budget), count), budget):
        if path != placed:
            fitted = _fit(path, budget)
            sections.append(Section(tuple(t.text for t in fitted), sum(t.tokens for t in fitted)))
            placed, previous = path, None
        rank = _rank(text.text, previous, block)
        for start, end in sentences_of(text.text, block):
            sections[-1].atoms.append(Atom(start, end, rank))
            rank = SENTENCE
        previous = block
    for section in sections:
        section.atoms = _absorbed(text.text, section.atoms)
    return sections


def _placed(
    found: Sequence[Block], titles: dict[int, _Title], budget: int
) -> Iterator[tuple[Block, _Path]]:
    """The blocks that are text, each with all the titles it stands under."""
    path: _Path = (titles[-1],) if -1 in titles else ()
    pending: list[tuple[Block, _Title, _Path]] = []
    for block in found:
        title = titles.get(block.start)
        if title is None:
            yield from _spoken(pending, path, budget)
            pending.clear()
            yield block, path
            continue
        path = tuple(outer for outer in path if outer.level < title.level)
        pending.append((block, title, path))
        if [outer.text for outer in path] == [title.text]:
            path = ()
        path = (*path, title)
    yield from _spoken(pending, (), budget)


def _spoken(
    pending: Sequence[tuple[Block, _Title, _Path]], following: _Path, budget: int
) -> list[tuple[Block, _Path]]:
    """Those of consecutive headings that the path of what follows does not say."""
    spoken: list[tuple[Block, _Path]] = []
    said = _fit(following, budget) if pending else ()
    for block, title, enclosing in reversed(pending):
        if not (title.whole and title in said):
            spoken.append((block, enclosing))
            said = _fit(enclosing, budget)
    return spoken[::-1]


def _fit(path: _Path, budget: int) -> _Path:
    """`path` within `budget`: the second element goes first, the innermost never."""
    path = tuple(title for title in path if title.tokens)
    while len(path) > 1 and sum(title.tokens for title in path) > budget:
        path = path[:1] + path[2:] if len(path) > 2 else path[1:]
    return path


def _titles(
    text: ExtractedText, found: Sequence[Block], limit: int, count: Count
) -> dict[int, _Title]:
    named = [(-1, 0, " ".join(text.title.split()))] if text.title else []
    if text.markup == "markdown":
        named += [(b.start, b.level, b.title) for b in found if b.kind == "heading"]
    named = [name for name in named if has_word(name[2])]
    tokens = count([f"{title}\n" for *_, title in named]) if named else []
    return {
        start: _Title(start, level, title, cost, whole=True)
        if cost <= limit
        else _shortened(start, level, title, limit, count)
        for (start, level, title), cost in zip(named, tokens, strict=True)
    }


def _shortened(start: int, level: int, title: str, limit: int, count: Count) -> _Title:
    """The first words of a title that is too long."""
    words = title.split()
    costs = accumulate(count([f" {word}" for word in words]), initial=1)
    kept = [(length, cost) for length, cost in enumerate(costs) if cost <= limit]
    length, cost = kept[-1] if kept else (0, 0)
    return _Title(start, level, " ".join(words[:length]), cost if length else 0, whole=False)


def _rank(text: str, previous: Block | None, block: Block) -> int:
    """Items and rows stay together, and with the words that introduce them, where they can."""
    if previous is None:
        return BLOCK
    together = block.kind == previous.kind and block.kind in ("item", "row")
    return MEMBER if together or text[previous.end - 1] == ":" else BLOCK


def _absorbed(text: str, atoms: Sequence[Atom]) -> list[Atom]:
    """Atoms without a word (rules, table separators) joined to the one before, else to the next."""
    joined: list[Atom] = []
    for atom in atoms:
        last = joined[-1] if joined else None
        if last and not (
            has_word(text[last.start : last.end]) and has_word(text[atom.start : atom.end])
        ):
            joined[-1] = Atom(last.start, atom.end, last.rank)
        else:
            joined.append(atom)
    return joined
