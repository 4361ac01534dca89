"""An explained answer: every number follows from the definition of retrieval v1 and adds up."""

from math import log
from typing import Any

import pytest

from lexiane_dagster.bootstrap import application
from lexiane_dagster.domain.ledger.entry import Entry
from lexiane_dagster.domain.merkle import leaf_hash
from tests.replay.conftest import Asked
from tests.replay.support import ASKS, STAFF
from tests.replay.test_erased import erase

GROUPS = ("--group", STAFF, "--group", "board")


@pytest.fixture(scope="module")
def shown(asked: Asked) -> list[dict[str, Any]]:
    """Three answers explained: open, restricted, and one of which nothing was found in one list."""
    return [
        asked.project.run("show", str(asked.ids[n]), *GROUPS, "--json").json for n in (0, 1, 19)
    ]


def test_the_ranking_adds_up(asked: Asked, shown: list[dict[str, Any]]) -> None:
    for answer in shown:
        chunks = answer["explanation"]["chunks"]
        assert [chunk["chunk_id"] for chunk in chunks] == [e["chunk_id"] for e in answer["ranking"]]
        weights = answer["explanation"]["retrieval"]
        for chunk, ranked in zip(chunks, answer["ranking"], strict=True):
            assert chunk["adds_up"]
            products = [part["impact"] * part["idf"] for part in chunk["terms"]]
            assert products == [part["product"] for part in chunk["terms"]]
            assert sum(products) == chunk["lexical"] == ranked["lexical_score"]
            assert chunk["dense"] == ranked["dense_score"]
            for part in ("lexical", "dense"):
                best = answer[part]["best"]
                share = chunk[part] * 2**30 // best if best > 0 and chunk[part] > 0 else 0
                assert chunk[f"{part}_share"] == share
            assert ranked["score"] == (
                weights["dense_weight"] * chunk["dense_share"]
                + weights["lexical_weight"] * chunk["lexical_share"]
            )


def test_terms_weigh_what_bm25_says(asked: Asked, shown: list[dict[str, Any]]) -> None:
    """Close to the real-valued formula, from counts taken here."""
    statistics = asked.project.manifest(shown[0]["version"])["lexical"]
    texts = asked.project.indexed_texts(shown[0]["version"])
    count, mean = statistics["chunks"], statistics["length"] / statistics["chunks"]
    seen = [
        (chunk["length"], part)
        for chunk in shown[0]["explanation"]["chunks"]
        for part in chunk["terms"]
    ]
    assert len(seen) > 5
    for length, part in seen:
        tf = part["tf"]
        bm25 = 2.2 * tf / (tf + 1.2 * (0.25 + 0.75 * length / mean))
        assert abs(part["impact"] / 16384 - bm25) < 1e-4
    holding = sum("annual" in text.casefold() for text in texts)
    annual = next(part for _, part in seen if part["term"] == "annual")
    assert abs(annual["idf"] / 4096 - log(1 + (count - holding + 0.5) / (holding + 0.5))) < 1e-3


def test_the_place_in_the_ledger(asked: Asked, shown: list[dict[str, Any]]) -> None:
    ledger = application(asked.project.root).backends.ledger
    for answer in shown:
        place, index = answer["ledger"], answer["answer_id"]
        data = ledger.entry(index).data
        assert place["leaf"] == index
        assert place["leaf_hash"] == leaf_hash(data).hex()
        assert Entry.from_bytes(data).version == answer["version"]
        size = place["checkpoint"]["size"]
        assert size > index
        assert bytes.fromhex(place["checkpoint"]["root"]) == ledger.checkpoint(size).checkpoint.root
        assert place["checkpoint"]["note"] == ledger.checkpoint(size).note()


def test_a_person_reads_the_same(asked: Asked, shown: list[dict[str, Any]]) -> None:
    text = asked.project.run("show", str(asked.ids[0])).out
    answer = shown[0]
    assert f"answer     {asked.ids[0]}, given {answer['at']}" in text
    assert ASKS[0].question in text
    assert answer["version"] in text
    for citation in answer["citations"]:
        assert citation["quote"] in text
        assert f"characters {citation['start']}-{citation['end']}" in text
    for chunk in answer["explanation"]["chunks"]:
        assert f" = {chunk['score']}" in text
        for part in chunk["terms"]:
            assert f"× idf {part['idf']} = {part['product']}" in text
    assert "380 are needed: answered" in text
    assert answer["prompt"] in text
    assert answer["ledger"]["leaf_hash"] in text
    assert answer["environment"]["libraries"]["numpy"] in text


def test_an_answer_without_its_version(own: Asked, shown: list[dict[str, Any]]) -> None:
    """The record is shown all the same, and why its ranking is not computed again."""
    version = shown[0]["version"].partition("@")[2]
    (own.project.home / "store" / "versions" / f"{version}.json").unlink()
    found = own.project.run("show", str(own.ids[0]), "--json").json
    assert found["ranking"] == shown[0]["ranking"]
    assert found["explanation"]["chunks"] == []
    assert version in found["explanation"]["reason"]
    assert "not computed again" in own.project.run("show", str(own.ids[0])).out


def test_erased_parts_are_shown_as_such(own: Asked) -> None:
    erase(own, own.ids[0], ["ranking/001", "citations/000", "principal"])
    found = own.project.run("show", str(own.ids[0]), "--json").json
    assert found["erased"] == ["citations/000", "principal", "ranking/001"]
    assert found["ranking"][1] is None
    assert found["explanation"]["chunks"][1] is None
    text = own.project.run("show", str(own.ids[0])).out
    assert "  2. (erased)\n" in text
    assert "  [1] (erased)\n" in text
    assert "asked by   (erased)" in text
    erase(own, own.ids[4], ["*"])
    assert "question   (erased)" in own.project.run("show", str(own.ids[4])).out


def test_versions_are_shown_as_before(asked: Asked, shown: list[dict[str, Any]]) -> None:
    version = shown[0]["version"]
    assert asked.project.run("show", version[:18]).out.startswith(f"version    {version}\n")
    assert asked.project.run("show", version, "--json").json["corpus"] == "papers"
