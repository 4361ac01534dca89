"""Sentence spans."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lexiane_dagster.domain.sentences import sentences

CASES = [
    ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
    ("See No. 5 and Art. 12 of the Act. Then stop.", ["See No. 5 and Art. 12 of the Act.", "Then stop."]),
    ("The answer is no. Then we left.", ["The answer is no.", "Then we left."]),
    ("Mr. Smith met Dr. J. R. Jones. They spoke.", ["Mr. Smith met Dr. J. R. Jones.", "They spoke."]),
    ("Use tools, e.g. Tantivy, i.e. Rust. Fine.", ["Use tools, e.g. Tantivy, i.e. Rust.", "Fine."]),
    ("It is 3.5 km. On 12.03.2024 we met.", ["It is 3.5 km.", "On 12.03.2024 we met."]),
    ("We close at 5 p.m. The shop opens at 9.", ["We close at 5 p.m.", "The shop opens at 9."]),
    ("He said “Go.” She went. (Really.) Yes.", ["He said “Go.”", "She went.", "(Really.)", "Yes."]),
    ("He wrote “why?” and left.", ["He wrote “why?” and left."]),
    ("Vraiment ? Oui ! « C'est fait. » Bien.", ["Vraiment ?", "Oui !", "« C'est fait. »", "Bien."]),
    ("Voir l'art. L. 121-1 du code. Mme. Dupont l'a dit.",
     ["Voir l'art. L. 121-1 du code.", "Mme. Dupont l'a dit."]),
    ("a test of wings . the results agree . end", ["a test of wings .", "the results agree .", "end"]),
    ("and so on . . . the end .", ["and so on . . .", "the end ."]),
    ("第一。第二！完", ["第一。", "第二！", "完"]),
    ("Wrapped over\ntwo lines. And\nmore.", ["Wrapped over\ntwo lines.", "And\nmore."]),
    ("# Title\nBody one. Body two.", ["# Title", "Body one.", "Body two."]),
    ("Title\n=====\nBody.", ["Title\n=====", "Body."]),
    ("- first\n- second. More\n  of it.\n\n1. third", ["- first", "- second.", "More\n  of it.", "1. third"]),
    ("| a | b. C |\n|---|---|\n| 1 | 2 |", ["| a | b. C |", "|---|---|", "| 1 | 2 |"]),
    ("Intro:\n```py\nx = 1\n\ny = 2\n```\nEnd.", ["Intro:", "```py", "x = 1", "y = 2\n```", "End."]),
    ("", []),
    (" \n\t\n", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_spans(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


@given(st.text(st.sampled_from("ab. \n\t#-|`=>1A«»!?:…。"), max_size=80) | st.text(max_size=80))
def test_spans_hold_every_character_once(text: str) -> None:
    spans = sentences(text)
    position = 0
    for start, end in spans:
        assert position <= start < end
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip()
        position = end
    assert not text[position:].strip()
