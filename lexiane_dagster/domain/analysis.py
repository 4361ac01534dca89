"""Analysis v1: from text to words (docs/formats/analysis-v1.md). Stemming is an adapter's."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final, NamedTuple

from lexiane_dagster.domain.unicode14 import ASSIGNED, LETTERS_AND_NUMBERS, MARKS, ranges

TERM_LIMIT: Final = 64
NO_LANGUAGE: Final = "none"

# Scripts written without spaces between words, as ranges that hold their letters, marks, numbers.
UNSEGMENTED: Final = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19DF),  # Tai Le, New Tai Lue
    (0x1A20, 0x1AAF),  # Tai Tham
    (0x3005, 0x3007),  # ideographic iteration mark, closing mark, zero
    (0x3021, 0x3029),  # Suzhou numerals
    (0x3031, 0x312F),  # Hiragana, Katakana, Bopomofo
    (0x31A0, 0x31FF),  # Bopomofo and Katakana extensions
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0xA4CF),  # Han, Yi
    (0xA9E0, 0xA9FF),  # Myanmar
    (0xAA60, 0xAADF),  # Myanmar, Tai Viet
    (0xF900, 0xFAFF),  # Han
    (0x16FE0, 0x18CFF),  # Tangut, Khitan
    (0x1AFF0, 0x1B2FF),  # Kana, Nushu
    (0x20000, 0x3FFFF),  # Han
)

_IGNORED: Final = re.compile(
    "[\u00ad\u061c\u180b-\u180f\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0100-\U000e01ef]+"
)
_ASTRAL: Final = re.compile("[\U00010000-\U0010ffff]")
_ASCII_LETTERS_AND_DIGITS: Final = bytes(
    ord(chr(code).lower()) if chr(code).isalnum() and code < 128 else ord(" ")
    for code in range(256)
)


Ranges = Sequence[tuple[int, int]]


class _Patterns(NamedTuple):
    unassigned: re.Pattern[str]
    unsegmented: re.Pattern[str]
    runs: re.Pattern[str]


def words(text: str) -> list[str]:
    """The words of a text in order: folded runs of letters and digits, not yet cut or stemmed.

    A run of an unsegmented script becomes its overlapping pairs of code points, or itself where it
    is a single one.
    """
    if text.isascii():
        return text.encode().translate(_ASCII_LETTERS_AND_DIGITS).decode().split()
    text = _folded(text)
    patterns = _patterns_for(text)
    found = patterns.runs.findall(text)
    if not patterns.unsegmented.search(text):
        return found
    return [word for run in found for word in (pairs(run) if is_unsegmented(run) else (run,))]


def pairs(run: str) -> list[str]:
    """Overlapping pairs of code points; the run itself where it is shorter than two."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def is_unsegmented(word: str) -> bool:
    """Whether a word belongs to a script written without spaces. Runs never mix the two kinds."""
    code = ord(word[0])
    return code >= UNSEGMENTED[0][0] and any(first <= code <= last for first, last in UNSEGMENTED)


def term_of(word: str, stop_words: frozenset[str], stem: Callable[[str], str]) -> str:
    """The index term of one word; empty where the word is not indexed.

    A word is cut to 64 code points, dropped where the stop list has it, and stemmed. Words of
    unsegmented scripts stay as they are.
    """
    if is_unsegmented(word):
        return word
    word = word[:TERM_LIMIT]
    return "" if word in stop_words else stem(word)


def _folded(text: str) -> str:
    # Unassigned code points go first: a later Unicode may decompose or fold them. What is left is
    # covered by Unicode's stability policies for NFKC and toCasefold(toNFKC(text)).
    text = _IGNORED.sub("", text)
    text = _patterns_for(text).unassigned.sub(" ", text)
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded)


def _patterns_for(text: str) -> _Patterns:
    # Classes without astral code points are several times faster to scan.
    return _patterns(0x10FFFF if _ASTRAL.search(text) else 0xFFFF)


@cache
def _patterns(last: int) -> _Patterns:
    """The patterns for texts without a code point above `last`."""
    first = _common(ranges(LETTERS_AND_NUMBERS), [(0, last)])
    further = _common([*ranges(LETTERS_AND_NUMBERS), *ranges(MARKS)], [(0, last)])
    segmented = _gaps(UNSEGMENTED)
    spaced = f"[{_class(_common(first, segmented))}][{_class(_common(further, segmented))}]*"
    unspaced = f"[{_class(_common(first, UNSEGMENTED))}][{_class(_common(further, UNSEGMENTED))}]*"
    return _Patterns(
        unassigned=re.compile(f"[^{_class(_common(ranges(ASSIGNED), [(0, last)]))}]+"),
        unsegmented=re.compile(f"[{_class(_common(UNSEGMENTED, [(0, last)]))}]"),
        runs=re.compile(f"{spaced}|{unspaced}"),
    )


def _common(some: Ranges, others: Ranges) -> list[tuple[int, int]]:
    """Code points in both."""
    pairs = ((max(a, c), min(b, d)) for a, b in some for c, d in others)
    return [(first, last) for first, last in pairs if first <= last]


def _gaps(some: Ranges) -> list[tuple[int, int]]:
    """Code points outside ascending ranges."""
    starts = [0, *(last + 1 for _, last in some)]
    ends = [*(first - 1 for first, _ in some), 0x10FFFF]
    return list(zip(starts, ends, strict=True))


def _class(some: Ranges) -> str:
    return "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in some)
