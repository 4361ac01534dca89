"""The chunker's contract: what holds for every text."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.edits import default_chunker
from benchmarks.random_edits import pages
from lexiane_dagster.adapters.splitter import StructureChunker, TokenizerFile
from lexiane_dagster.domain.blocks import blocks
from lexiane_dagster.domain.corpus import ExtractedText, Markup, Passage
from lexiane_dagster.domain.errors import ConfigurationError, UnavailableError
from tests.chunking.tokens import Words

VOCABULARY = "Go the rates apply no. 3.5 No. Sum: x1 --- ** été 保険。 e.g. end. Why? [a](b)"
WORD = st.sampled_from(VOCABULARY.split())
LINE = st.lists(WORD, max_size=12).map(" ".join)
LINES = st.builds(
    "{}{}".format,
    st.sampled_from(["", "", "- ", "1. ", "| ", "# ", "## ", "### ", "---", "```", "  "]),
    LINE,
)
TEXTS = st.lists(LINES, max_size=40).map("\n".join) | st.text(max_size=200)
MARKUPS: st.SearchStrategy[Markup] = st.sampled_from(["plain", "markdown"])
TITLES = st.none() | LINE


def silent(text: str, passages: list[Passage]) -> list[str]:
    """The non-blank stretches of `text` that no passage holds."""
    edges = [0, *(edge for passage in passages for edge in (passage.start, passage.end)), len(text)]
    gaps = (text[start:end].strip() for start, end in zip(edges[::2], edges[1::2], strict=True))
    return [gap for gap in gaps if gap]


@given(TEXTS, MARKUPS, TITLES, st.integers(16, 60))
def test_every_passage_is_in_order_and_fits(
    text: str, markup: Markup, title: str | None, most: int
) -> None:
    tokenizer = Words()
    passages = StructureChunker(tokenizer, most, most // 4).cut(ExtractedText(text, markup, title))
    position = 0
    for passage in passages:
        assert position <= passage.start < passage.end <= len(text)
        body = text[passage.start : passage.end]
        assert body == body.strip()
        assert sum(tokenizer.count(["\n".join((*passage.heading, body))])) <= most
        position = passage.end
    if markup == "plain":
        assert not silent(text, passages)


@given(TEXTS, TITLES)
def test_what_is_left_out_of_the_text_is_in_a_path(text: str, title: str | None) -> None:
    passages = StructureChunker(Words(), 60, 15).cut(ExtractedText(text, "markdown", title))
    said = {name for passage in passages for name in passage.heading}
    missing = {place for place, sign in enumerate(text) if not sign.isspace()}
    missing.difference_update(*(range(passage.start, passage.end) for passage in passages))
    for block in blocks(text):
        if block.kind == "heading" and block.title in said:
            missing.difference_update(range(block.start, block.end))
    assert not missing


@given(TEXTS, MARKUPS)
def test_the_same_text_is_cut_in_the_same_way(text: str, markup: Markup) -> None:
    whole = ExtractedText(text, markup)
    assert StructureChunker(Words(), 40, 10).cut(whole) == StructureChunker(Words(), 40, 10).cut(
        whole
    )


def test_hash_seeds_change_nothing() -> None:
    program = (
        "from benchmarks.edits import default_chunker\n"
        "from benchmarks.random_edits import pages\n"
        "from lexiane_dagster.domain.corpus import ExtractedText\n"
        "chunker = default_chunker()\n"
        "print(chunker.identity, [chunker.cut(ExtractedText(p, 'markdown')) for p in pages()])\n"
    )
    printed = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert printed[0] == printed[1]


def test_the_handbook_fits_the_model() -> None:
    chunker = default_chunker()
    for page in pages():
        passages = chunker.cut(ExtractedText(page, "markdown", "Handbook"))
        texts = ["\n".join((*p.heading, page[p.start : p.end])) for p in passages]
        assert max(chunker.tokenizer.count(texts)) <= 200
        assert all(p.heading[0] == "Handbook" for p in passages)


MARKDOWN = """\
---
owner: Claims
---

Preamble of the page.

# Motor claims

## Limits

Up to 5,000 euros.

## Forms
### Paper
### Online

Use the portal.

## Annex
"""


def test_headings() -> None:
    passages = StructureChunker(Words(), 60, 0).cut(ExtractedText(MARKDOWN, "markdown"))
    assert [(p.heading, MARKDOWN[p.start : p.end]) for p in passages] == [
        ((), "---\nowner: Claims\n---\n\nPreamble of the page."),
        (("Motor claims", "Limits"), "Up to 5,000 euros."),
        (("Motor claims", "Forms"), "### Paper"),
        (("Motor claims", "Forms", "Online"), "Use the portal."),
        (("Motor claims",), "## Annex"),
    ]


@pytest.mark.parametrize(
    ("title", "path"), [("A", ("A", "B")), ("Other", ("Other", "A", "B")), (None, ("A", "B"))]
)
def test_a_title_beside_the_text_leads_the_path(title: str | None, path: tuple[str, ...]) -> None:
    text = ExtractedText("# A\n## **B** [link](http://x)\ntext", "markdown", title)
    assert StructureChunker(Words(), 60, 0).cut(text)[0].heading == (*path[:-1], "B link")


def test_a_heading_too_long_for_a_path_is_text_as_well() -> None:
    line = "# " + "long " * 50
    text = ExtractedText(f"{line}\n\nbody", "markdown")
    first, second = StructureChunker(Words(), 200, 0).cut(text)
    assert text.text[first.start : first.end] == line.strip()
    assert second.heading == (" ".join(["long"] * 39),)


def test_equal_headings_are_sections_of_their_own() -> None:
    text = ExtractedText("## Note\none\n## Note\ntwo", "markdown")
    passages = StructureChunker(Words(), 60, 20).cut(text)
    assert [text.text[p.start : p.end] for p in passages] == ["one", "two"]


def test_plain_text_has_no_headings() -> None:
    text = ExtractedText("# not a title\nbody", "plain")
    assert [p.heading for p in StructureChunker(Words(), 60, 20).cut(text)] == [()]


@pytest.mark.parametrize(
    "text", ["word " * 2000, "one two three\n" * 500, "a, " * 2000, "x1" * 3000, "保険の約款" * 500]
)
def test_text_without_sentences_is_cut_to_size(text: str) -> None:
    chunker = default_chunker()
    passages = chunker.cut(ExtractedText(text, "plain"))
    counts = chunker.tokenizer.count([text[p.start : p.end] for p in passages])
    assert max(counts) <= 200
    assert not silent(text, passages)
    assert len(counts) <= 2 + sum(counts) / 60


@pytest.mark.parametrize(("most", "least"), [(600, 10), (100, 60), (100, -1)])
def test_impossible_sizes_are_refused(most: int, least: int) -> None:
    with pytest.raises(ConfigurationError):
        StructureChunker(Words(), most, least)


def test_a_tokenizer_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    for name in ("missing.json", "tokenizer.json"):
        with pytest.raises(UnavailableError):
            TokenizerFile(tmp_path / name, 256).count(["text"])


def test_capacity_leaves_room_for_special_tokens_and_the_prompt() -> None:
    tokenizer = default_chunker().tokenizer
    assert isinstance(tokenizer, TokenizerFile)
    assert tokenizer.capacity == 254
    assert TokenizerFile(tokenizer.path, 256, "passage: ").capacity == 252
    assert tokenizer.count(["", "word " * 1000]) == [0, 1000]


def test_identity_follows_parameters_and_tokenizer() -> None:
    made = [StructureChunker(Words(), 40, 10), StructureChunker(Words(), 40, 11), default_chunker()]
    assert len({chunker.identity for chunker in made}) == 3
