"""What a replay says where something was erased, and that it still compares what is left."""

import shutil
from collections.abc import Sequence
from dataclasses import replace

from lexiane_dagster.application.answer import Asker
from lexiane_dagster.bootstrap import application
from lexiane_dagster.domain.ledger.entry import ERASURE, Event
from lexiane_dagster.domain.ledger.erasures import coverage
from lexiane_dagster.domain.replay import Verdict
from lexiane_dagster.domain.retrieval import Candidates
from tests.pipeline.support import CORPUS
from tests.replay.conftest import Asked
from tests.replay.support import ASKS, SAME, ask_all, outcomes, record_of, replayed, the_one
from tests.replay.test_verdicts import searching

LEAVE = 0
EVERYTHING = "*"


def erase(asked: Asked, answer_id: int, paths: Sequence[str], **more: list[str]) -> None:
    """Take fields out of the ledger as `lexiane erase` does."""
    ledger = application(asked.project.root).backends.ledger
    known = list(ledger.fields([answer_id])[answer_id])
    covered = known if EVERYTHING in paths else list(paths)
    body = {"kind": "answer", "covers": [coverage(answer_id, paths)], **more}
    ledger.erase([Event(ERASURE, body)], {answer_id: covered})


def test_an_answer_that_was_erased(own: Asked) -> None:
    answer = own.ids[LEAVE]
    ranked = len(record_of(own.project, answer).ranking)
    erase(own, answer, [EVERYTHING])
    done = own.project.run("replay", str(answer))
    assert done.code == Verdict.ERASED
    assert done.out == (
        f"answer {answer}: ERASED({ranked} of {ranked}): the question, or what it was asked with, "
        "was erased\n"
    )
    everything = own.project.run("replay", "--all", "--json", "--group", "staff")
    assert everything.code == Verdict.ERASED
    assert '"verdict": "IDENTICAL"' in everything.out


def test_fields_that_no_replay_needs(own: Asked) -> None:
    """Who asked, when the clock stood where, on which machine: nothing of the answer."""
    erase(own, own.ids[LEAVE], ["principal", "timings", "environment"])
    assert the_one(replayed(own.project, own.ids[:1])).text == "IDENTICAL"


def test_who_may_see_is_not_forgotten(own: Asked) -> None:
    """Without the groups nobody gets at what is left; a whole erasure leaves nothing to get at."""
    erase(own, own.ids[LEAVE], ["groups"])
    assert own.project.run("show", str(own.ids[LEAVE]), "--json").problem["exit_code"] == 5
    assert the_one(replayed(own.project, own.ids[:1])).verdict is Verdict.ERASED


def test_one_ranked_chunk_that_was_erased(own: Asked) -> None:
    record = record_of(own.project, own.ids[LEAVE])
    ranked = len(record.ranking)
    erase(own, own.ids[LEAVE], ["ranking/001"])
    found = the_one(replayed(own.project, own.ids[:1]))
    assert found.text == f"ERASED(1 of {ranked})"
    assert outcomes(found) == SAME | {
        "fusion": "erased",
        "evidence": "erased",
        "generation": "erased",
    }


def test_what_is_left_must_be_the_same(own: Asked) -> None:
    """A difference among the survivors is a difference, whatever was erased beside them."""
    record = record_of(own.project, own.ids[LEAVE])
    third = record.ranking[2]
    assert third is not None
    chunk_id = third.ranked.chunk_id
    erase(own, own.ids[LEAVE], ["ranking/001"])

    def other_dense(found: Candidates) -> Candidates:
        lexical, dense = found.scores[chunk_id]
        return replace(found, scores={**found.scores, chunk_id: (lexical, dense - 1)})

    found = the_one(replayed(own.project, own.ids[:1], searching(other_dense)))
    assert found.text == "DIVERGED(dense)"
    assert str(found.reason).startswith(f"rank 3: chunk {chunk_id[:12]}…")

    def other_fusion(real: Asker) -> Asker:
        weights = replace(real.version.manifest.retrieval, dense_weight=5, lexical_weight=5)
        manifest = replace(real.version.manifest, retrieval=weights)
        return replace(real, version=replace(real.version, manifest=manifest))

    found = the_one(replayed(own.project, own.ids[:1], other_fusion))
    assert found.text == "DIVERGED(fusion)"
    assert str(found.reason).startswith("rank 1: chunk ")


def test_a_part_of_the_wording_that_was_erased(own: Asked) -> None:
    record = record_of(own.project, own.ids[LEAVE])
    erase(own, own.ids[LEAVE], ["answer"])
    found = the_one(replayed(own.project, own.ids[:1]))
    assert found.text == f"ERASED(0 of {len(record.ranking)})"
    assert outcomes(found) == SAME | {"generation": "erased"}


def test_an_erased_query_vector_is_computed_again(own: Asked) -> None:
    erase(own, own.ids[LEAVE], ["query_vector"])
    found = the_one(replayed(own.project, own.ids[:1]))
    assert (found.verdict, found.query_vector) == (Verdict.ERASED, "recomputed")
    assert outcomes(found) == SAME | {"query_vector": "erased"}


def test_a_version_that_was_collected(own: Asked) -> None:
    record = record_of(own.project, own.ids[LEAVE])
    store = own.project.home / "store" / "versions"
    (store / f"{record.version.partition('@')[2]}.json").unlink()
    assert the_one(replayed(own.project, own.ids[:1])).text == "UNAVAILABLE(version gone)"
    erase(own, own.ids[-1], ["timings"], versions=[record.version])
    found = the_one(replayed(own.project, own.ids[:1]))
    assert found.text == f"ERASED({len(record.ranking)} of {len(record.ranking)})"


def test_a_document_that_was_erased(own: Asked) -> None:
    """Answers that it was ranked in lose their evidence; of the others, the lists are shorter."""
    before = own.project.copy(own.project.root.with_name("before"))
    done = own.project.run("erase", "--document", "tiny.md", "--corpus", CORPUS, "--yes")
    assert done.code == 0, done.err
    found = replayed(own.project, own.ids)
    seen = set()
    for ask, answer, item in zip(ASKS, own.ids, found, strict=True):
        record = record_of(before, answer)
        lost = sum(chunk is not None and chunk.document_id == "tiny.md" for chunk in record.ranking)
        if item.verdict is Verdict.IDENTICAL:
            assert not lost
            continue
        assert item.text == f"ERASED({lost} of {len(record.ranking)})", ask
        assert outcomes(item)["evidence"] == ("erased" if lost else "same")
        assert outcomes(item)["generation"] == ("erased" if lost else "same")
        seen.add(lost > 0)
    assert seen == {True, False}
    assert own.project.run("replay", str(own.ids[0])).code == Verdict.ERASED
    # What is answered from the rest is compared whole again.
    later = ask_all(own.project.root, ASKS)
    assert {item.text for item in replayed(own.project, later)} == {"IDENTICAL"}

    def less(found: Candidates) -> Candidates:
        rest = {
            chunk: scores
            for chunk, scores in found.scores.items()
            if chunk != found.dense[0].chunk_id
        }
        return replace(found, scores=rest)

    told = the_one(replayed(own.project, later[:1], searching(less)))
    assert told.verdict is Verdict.DIVERGED
    # The same store beside a ledger that knows nothing of it: somebody took rows out.
    shutil.rmtree(before.home / "store")
    shutil.copytree(own.project.home / "store", before.home / "store")
    told = the_one(replayed(before, own.ids[:1]))
    assert told.text == "UNAVAILABLE(version damaged)"
    assert "no erasure says so" in str(told.detail)
