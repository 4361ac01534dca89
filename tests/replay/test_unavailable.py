"""What cannot be replayed, and why: each by what would take it away in earnest."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from lexiane_dagster.adapters.extractive.generator import ExtractiveGenerator
from lexiane_dagster.adapters.snowball import SnowballAnalyzer
from lexiane_dagster.bootstrap import application
from lexiane_dagster.domain.replay import Verdict
from lexiane_dagster.ports.generator import GeneratorIdentity
from tests.replay.conftest import Asked
from tests.replay.support import ASKS, SAME, asker, outcomes, record_of, replayed, the_one

LEAVE = 0


def test_an_analysis_with_other_settings_is_not_available(asked: Asked) -> None:
    other = SnowballAnalyzer("none")
    found = replayed(asked.project, asked.ids[:2], lambda real: replace(real, analyzer=other))
    for item in found:
        assert item.text == "UNAVAILABLE(analysis changed)"
        assert outcomes(item) == {"version": "same", "analysis": "unavailable"}


class Oracle(ExtractiveGenerator):
    """A generator of another release."""

    @property
    def identity(self) -> GeneratorIdentity:
        return GeneratorIdentity("oracle/v9", {"mood": "good"})


def test_a_generator_that_is_not_there_any_more(own: Asked) -> None:
    app = application(own.project.root)
    asking = asker(app, generator=Oracle(SnowballAnalyzer("english")))
    answer = asking.ask(ASKS[LEAVE].question).answer_id
    found = own.project.run("replay", str(answer), "--json")
    assert found.code == Verdict.UNAVAILABLE
    told = the_one(replayed(own.project, [answer]))
    assert told.text == "UNAVAILABLE(generator not available)"
    assert "oracle/v9" in str(told.detail)
    assert outcomes(told)["evidence"] == "same"


def flip(file: Path, place: int) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)


def test_a_version_that_is_gone_or_damaged(own: Asked) -> None:
    version = record_of(own.project, own.ids[0]).version.partition("@")[2]
    manifest = own.project.home / "store" / "versions" / f"{version}.json"
    whole = manifest.read_bytes()
    flip(manifest, 40)
    damaged = the_one(replayed(own.project, own.ids[:1]))
    assert damaged.text == "UNAVAILABLE(version damaged)"
    manifest.write_bytes(whole)
    tables = [f for f in (own.project.home / "store").rglob("*") if "chunks" in str(f.parent)]
    file = next(f for f in tables if f.is_file())
    flip(file, file.stat().st_size // 2)
    assert the_one(replayed(own.project, own.ids[:1])).text == "UNAVAILABLE(version damaged)"
    manifest.unlink()
    done = own.project.run("replay", str(own.ids[0]))
    assert done.code == Verdict.UNAVAILABLE
    assert done.out.startswith(f"answer {own.ids[0]}: UNAVAILABLE(version gone)")


def test_a_quoted_document_that_is_damaged(own: Asked) -> None:
    record = record_of(own.project, own.ids[LEAVE])
    document = record.citations[0]
    assert document is not None
    digest = asker(application(own.project.root)).version.documents[document.document_id]
    name = digest.text_digest
    flip(own.project.home / "store" / "objects" / name[:2] / name, 10)
    found = the_one(replayed(own.project, [own.ids[LEAVE]]))
    assert found.text == "UNAVAILABLE(source damaged)"
    assert outcomes(found) == SAME | {"generation": "unavailable"}


@pytest.mark.parametrize(
    "damage",
    [
        "update fields set value = '\"Who?\"' where path = 'question' and leaf = ?",
        "update fields set opening = zeroblob(32) where path = 'ranking/000' and leaf = ?",
        "delete from fields where path = 'answer' and leaf = ?",
        "update ledger set version = 'papers@' || hex(randomblob(32)) where leaf = ?",
    ],
    ids=["value", "opening", "gone", "version"],
)
def test_a_record_that_is_damaged(own: Asked, damage: str) -> None:
    with sqlite3.connect(own.project.home / "catalog.sqlite") as database:
        database.execute(damage, (own.ids[LEAVE],))
    database.close()
    found = replayed(own.project, own.ids[:2])
    assert found[LEAVE].text.startswith("UNAVAILABLE(record damaged: ")
    assert found[LEAVE].stage is None
    # The other answers are replayed all the same, unless it is theirs too to say who may see them.
    assert found[1].text == "IDENTICAL"
