"""Rules of analysis v1 that the vectors do not show."""

import sys
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lexiane_dagster.adapters.snowball import SnowballAnalyzer, probes
from lexiane_dagster.adapters.snowball import analyzer as module
from lexiane_dagster.domain import unicode14
from lexiane_dagster.domain.analysis import words
from lexiane_dagster.domain.errors import ConfigurationError, UnavailableError
from lexiane_dagster.domain.stop_words import LANGUAGES, stop_words


@pytest.mark.parametrize("language", LANGUAGES)
def test_stop_words_are_words(language: str) -> None:
    assert stop_words(language)
    assert all(words(word) == [word] for word in stop_words(language))
    assert SnowballAnalyzer(language).terms(" ".join(stop_words(language))) == []


@pytest.mark.skipif(unicodedata.unidata_version != "14.0.0", reason="needs Unicode 14 (3.11)")
def test_tables_are_those_of_unicode_14() -> None:
    tables: dict[str, Callable[[str], bool]] = {
        unicode14.ASSIGNED: lambda category: category not in ("Cn", "Cs"),
        unicode14.LETTERS_AND_NUMBERS: lambda category: category[0] in "LN",
        unicode14.MARKS: lambda category: category[0] == "M",
    }
    for table, belongs in tables.items():
        listed = {c for first, last in unicode14.ranges(table) for c in range(first, last + 1)}
        assert listed == {
            c for c in range(sys.maxunicode + 1) if belongs(unicodedata.category(chr(c)))
        }


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_the_fast_way_for_ascii_gives_the_same(text: str) -> None:
    assert words(text) == words(text + "\u00b6")


@given(st.text())
def test_words_of_words_are_the_same_words(text: str) -> None:
    for word in words(text):
        # A pair of an unsegmented script may begin with the mark of the character before it.
        if not unicodedata.category(word[0]).startswith("M"):
            assert words(word) in ([word], [])


def test_unknown_language() -> None:
    with pytest.raises(ConfigurationError, match="klingon"):
        SnowballAnalyzer("klingon")


def test_changed_stemmer_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(probes.EXPECTED, "english", "0" * 64)
    with pytest.raises(UnavailableError, match="analysis changed"):
        SnowballAnalyzer("english")


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MEMO_LIMIT", 10)
    analyzer = SnowballAnalyzer("none")
    assert analyzer.terms(" ".join(map(str, range(100)))) == [str(n) for n in range(100)]
    assert len(analyzer._terms) <= 10
