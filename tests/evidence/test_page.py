"""The page of a pack: complete, harmless, and readable by machines that read to people."""

from collections.abc import Mapping
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from lexiane_dagster.entrypoints.check_evidence import HARMLESS
from tests.evidence.support import Pack, citations
from tests.evidence.test_good_packs import KINDS

VOID = {"meta", "br"}


class Page(HTMLParser):
    """Elements, texts and attributes of a page; every element must be closed where it belongs."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.marked: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.texts.append(data)
        if "mark" in self.open:
            self.marked.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page_of(pack: Pack) -> Page:
    return Page(pack.members["index.html"].decode())


@pytest.mark.parametrize("kind", KINDS)
def test_it_holds_nothing_that_acts(packs: Mapping[str, Pack], kind: str) -> None:
    page = page_of(packs[kind])
    assert {name for name, _ in page.elements} <= HARMLESS
    for _, attributes in page.elements:
        assert not [
            name for name in attributes if name.startswith("on") or name in ("src", "style")
        ]
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for link in page.all("a"):
        target = link["href"]
        assert (
            target.removeprefix("#") in ids
            if target.startswith("#")
            else target in packs[kind].members
        )
    policy = page.all("meta")[1]
    assert policy["http-equiv"] == "Content-Security-Policy"
    assert policy["content"].startswith("default-src 'none'; style-src 'sha256-")


@pytest.mark.parametrize("kind", KINDS)
def test_it_has_the_structure_that_screen_readers_use(packs: Mapping[str, Pack], kind: str) -> None:
    page = page_of(packs[kind])
    assert page.all("html") == [{"lang": "en"}]
    assert [len(page.all(name)) for name in ("title", "header", "main", "footer", "nav", "h1")] == [
        1
    ] * 6
    assert all(each["scope"] in ("row", "col") for each in page.all("th"))
    assert all("aria-labelledby" in each for each in page.all("section"))
    levels = [int(name[1]) for name, _ in page.elements if name in ("h1", "h2", "h3")]
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_it_shows_what_the_record_says(packs: Mapping[str, Pack]) -> None:
    for kind in ("quotes", "page", "groups"):
        pack, page = packs[kind], page_of(packs[kind])
        told = "".join(page.texts)
        fields = pack.json("record.json")["fields"]
        assert fields["question"]["value"] in told
        assert page.marked == [each["quote"] for each in citations(pack)]
        for row in pack.json("chunks.json")["chunks"]:
            assert row["leaf"]["text"] in told
        assert pack.json("pack.json")["version"] in told
        assert "no better passage was left out needs the whole version" in told
        for path in pack.members.keys() - {"pack.json", "pack.sig", "index.html"}:
            assert path in told


def test_hostile_text_is_shown_and_does_nothing(packs: Mapping[str, Pack]) -> None:
    page = packs["hostile"].members["index.html"].decode()
    assert "&lt;img src=x onerror=alert(2)&gt;" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "\u202e" not in page
    assert "⟦U+202E⟧evif⟦U+202C⟧" in page
