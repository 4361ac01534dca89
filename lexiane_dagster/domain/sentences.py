"""Sentence spans, for cutting and for quoting verbatim.

Rules instead of a model: the same text gives the same spans for ever, and a rule that errs on one
sentence does not move the others. Made for English and French prose and for Markdown.
"""

import re
from collections.abc import Iterator

from lexiane_dagster.domain.blocks import Block, blocks, stripped

Span = tuple[int, int]

# A mark that may end a sentence, with the closing quotes and brackets that belong to it.
_MARK = re.compile(
    r"(?P<stop>[.!?…]+|[。！？]+)(?P<close>(?:[\"'”’)\]*_]|[ \u00a0\u202f]?»)*)(?P<gap>\s+|\Z|(?<=[。！？]))"
)
_BEFORE = re.compile(r"[^\s'’]+\Z")
_OPENING = "\"'“‘«([*_¿¡ \u00a0\u202f"

# Never the end of a sentence: something is always said after these.
_ALWAYS = """
    mr mrs ms dr prof st sr jr rev hon gen col capt lt sgt messrs mm mme mmes mlle mlles mgr
    art arts fig figs eq eqs eqn eqns sect chap cf e.g i.e eg ie vs viz resp incl approx éd réf
    p.ex tél tel jan feb aug sept oct nov janv févr avr juil
"""
# Abbreviations only before a number; elsewhere they are words, or end a sentence.
_BEFORE_NUMBER = """
    no nos nr nº n° num ref refs sec ch vol vols p pp par para tab al app ca dec déc mar apr jun
    jul ex § ed max min est
"""
_ABBREVIATIONS = frozenset(_ALWAYS.split())
_NUMBERED = frozenset(_BEFORE_NUMBER.split())
_INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
_SHORT_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3})*")


def sentences(text: str) -> list[Span]:
    """Spans of the sentences of `text`, in order: `(start, end)` in code points.

    A span never crosses a block: headings, list items, table rows and lines of code are spans of
    their own. Together the spans hold every character that is not white space, and none begins or
    ends with white space.
    """
    return [span for block in blocks(text) for span in sentences_of(text, block)]


def sentences_of(text: str, block: Block) -> list[Span]:
    """The sentences of one block of `text`."""
    if block.kind in ("heading", "row"):
        return [(block.start, block.end)]
    ends = _lines(text, block) if block.kind == "code" else _ends(text, block)
    spans: list[Span] = []
    start = block.start
    for end in (*ends, block.end):
        span = stripped(text, start, end)
        if span[0] < span[1] and spans and not has_word(text[span[0] : span[1]]):
            spans[-1] = (spans[-1][0], span[1])
        elif span[0] < span[1]:
            spans.append(span)
        start = end
    return spans


def _lines(text: str, block: Block) -> Iterator[int]:
    return (found.end() for found in re.compile(r"\n").finditer(text, block.start, block.end))


def _ends(text: str, block: Block) -> Iterator[int]:
    for mark in _MARK.finditer(text, block.start, block.end):
        if _is_end(text, block, mark):
            yield mark.end("close")


def _is_end(text: str, block: Block, mark: re.Match[str]) -> bool:
    if mark["stop"][0] in "。！？":
        return True
    if mark.start() == block.start or mark.end() >= block.end:
        return False
    if text[mark.start() - 1].isspace() and mark["stop"] == ".":
        return True  # tokenised text: " . " is never anything but a full stop
    following = text[mark.end() : block.end].lstrip(_OPENING)[:1]
    if following.islower():
        return False
    return mark["stop"] != "." or not _abbreviates(text, block, mark.start(), following)


def _abbreviates(text: str, block: Block, stop: int, following: str) -> bool:
    """Whether the full stop at `stop` belongs to the word before it."""
    found = _BEFORE.search(text, max(block.start, stop - 24), stop)
    if found is None:
        return False
    word = found[0].lstrip(_OPENING + "-–—/").casefold()
    if word in _ABBREVIATIONS or (word in _NUMBERED and following.isdigit()):
        return True
    if _INITIALS.fullmatch(word):
        return word not in ("i", "a.m", "p.m")
    at_start = not text[block.start : found.start()].strip("-*+ >#")
    return bool(_SHORT_NUMBER.fullmatch(word)) and (at_start or following.isdigit())


def has_word(piece: str) -> bool:
    """Whether there is anything to read in `piece`."""
    return any(map(str.isalnum, piece))
