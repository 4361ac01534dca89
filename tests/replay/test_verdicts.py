"""Each verdict and each stage, brought about by what would bring it about in earnest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lexiane_dagster.adapters.embedded.searcher import EmbeddedSearcher
from lexiane_dagster.adapters.extractive.generator import ExtractiveGenerator
from lexiane_dagster.adapters.memory.embedder import HashEmbedder
from lexiane_dagster.adapters.snowball import SnowballAnalyzer
from lexiane_dagster.application.answer import Asker
from lexiane_dagster.application.records import load_record
from lexiane_dagster.bootstrap import application
from lexiane_dagster.domain.answer import AnalyzedQuestion, Draft, EvidenceChunk
from lexiane_dagster.domain.errors import IntegrityError
from lexiane_dagster.domain.record import answer_event
from lexiane_dagster.domain.retrieval import Candidates, Scored
from tests.replay.conftest import Asked
from tests.replay.support import (
    ASKS,
    SAME,
    STAFF,
    asker,
    outcomes,
    record_of,
    replay_leaves,
    replayed,
    the_one,
)

LEAVE = 0


class Searching(EmbeddedSearcher):
    """The version's own searcher, whose candidates are changed on their way out."""

    def __init__(self, inner: EmbeddedSearcher, change: Callable[[Candidates], Candidates]) -> None:
        self.__dict__.update(inner.__dict__)
        self._change = change

    def search(
        self,
        terms: Sequence[str],
        vector: NDArray[np.int16],
        groups: frozenset[str],
        depth: int,
    ) -> Candidates:
        return self._change(super().search(terms, vector, groups, depth))


def searching(change: Callable[[Candidates], Candidates]) -> Callable[[Asker], Asker]:
    def changed(real: Asker) -> Asker:
        assert isinstance(real.version.searcher, EmbeddedSearcher)
        wrapped = Searching(real.version.searcher, change)
        return replace(real, version=replace(real.version, searcher=wrapped))

    return changed


def test_identical_through_every_stage(asked: Asked) -> None:
    found = replayed(asked.project, asked.ids)
    assert [item.answer_id for item in found] == asked.ids
    assert {item.text for item in found} == {"IDENTICAL"}
    assert all(outcomes(item) == SAME and item.query_vector == "recomputed" for item in found)


def test_ids_come_back_in_the_order_given(asked: Asked) -> None:
    wanted = asked.ids[::-1][:3]
    assert [item.answer_id for item in replayed(asked.project, wanted)] == wanted


@dataclass(frozen=True)
class OtherStopWords:
    """The version's analyser with one more stop word, which its settings do not tell."""

    inner: SnowballAnalyzer

    @property
    def settings(self) -> Any:
        return self.inner.settings

    def terms(self, text: str) -> list[str]:
        return [term for term in self.inner.terms(text) if term != "annual"]

    def terms_of_many(self, texts: Sequence[str]) -> list[list[str]]:
        return [self.terms(text) for text in texts]


def test_other_terms_are_named(asked: Asked) -> None:
    other = OtherStopWords(SnowballAnalyzer("english"))
    found = the_one(
        replayed(asked.project, asked.ids[:1], lambda real: replace(real, analyzer=other))
    )
    assert found.text == "DIVERGED(analysis)"
    assert found.reason == "term 3 of 4 is another one now"
    assert outcomes(found)["lexical"] == "different"


class OtherBits(HashEmbedder):
    """The version's embedder on a processor that rounds otherwise."""

    def embed_question(self, text: str) -> NDArray[np.float32]:
        vector = super().embed_question(text)
        vector[0, np.abs(vector[0]).argmax()] *= np.float32(1.01)
        return vector


def test_another_query_vector_is_told_and_the_recorded_one_decides(asked: Asked) -> None:
    found = the_one(
        replayed(asked.project, asked.ids[:1], lambda real: replace(real, embedder=OtherBits))
    )
    assert (found.text, found.query_vector) == ("IDENTICAL", "recorded")
    assert outcomes(found) == SAME | {"query_vector": "different"}
    detail = next(item.detail for item in found.stages if item.stage == "query_vector")
    assert detail is not None
    assert detail.startswith("coordinate ")
    assert detail.endswith("of 64 differ)")


def test_another_model_is_not_asked(asked: Asked) -> None:
    found = the_one(
        replayed(
            asked.project,
            asked.ids[:1],
            lambda real: replace(real, embedder=lambda: HashEmbedder(32)),
        )
    )
    assert (found.text, found.query_vector) == ("IDENTICAL", "recorded")
    assert outcomes(found) == SAME | {"query_vector": "unavailable"}


def raised(entries: Sequence[Scored], place: int, by: int) -> tuple[Scored, ...]:
    changed = [*entries]
    changed[place] = Scored(entries[place].chunk_id, entries[place].score + by)
    return tuple(changed)


def test_another_lexical_score_is_named(asked: Asked) -> None:
    record = record_of(asked.project, asked.ids[LEAVE])
    third = record.ranking[2]
    assert third is not None
    chunk_id, score = third.ranked.chunk_id, third.ranked.lexical_score

    def change(found: Candidates) -> Candidates:
        _, dense = found.scores[chunk_id]
        return replace(found, scores={**found.scores, chunk_id: (score + 1, dense)})

    found = the_one(replayed(asked.project, [asked.ids[LEAVE]], searching(change)))
    assert found.text == "DIVERGED(lexical)"
    assert found.reason == f"rank 3: chunk {chunk_id[:12]}… score {score} recorded, {score + 1} now"
    assert outcomes(found)["dense"] == "same"


def test_an_entry_far_down_a_list_counts(asked: Asked) -> None:
    """Nothing that was shown changes, and still it is not the same list."""

    def lexical(found: Candidates) -> Candidates:
        return replace(found, lexical=found.lexical[:-1])

    def dense(found: Candidates) -> Candidates:
        return replace(found, dense=raised(found.dense, -1, -1))

    for change, stage, reason in (
        (lexical, "lexical", "entries recorded"),
        (dense, "dense", "an entry below the ranked chunks is another one now"),
    ):
        found = the_one(replayed(asked.project, [asked.ids[LEAVE]], searching(change)))
        assert found.text == f"DIVERGED({stage})"
        assert reason in str(found.reason)


def test_another_fused_list_is_named(asked: Asked) -> None:
    """Both lists are the same, and one candidate more was fused."""
    record = record_of(asked.project, asked.ids[LEAVE])
    first = record.ranking[0]
    assert first is not None
    known = asker(application(asked.project.root)).version.chunks

    def change(found: Candidates) -> Candidates:
        other = next(chunk for chunk in known if chunk not in found.scores)
        best = found.lexical[0].score, found.dense[0].score
        return replace(found, scores={**found.scores, other: best})

    found = the_one(replayed(asked.project, [asked.ids[LEAVE]], searching(change)))
    assert found.text == "DIVERGED(fusion)"
    assert str(found.reason).startswith(f"rank 1: chunk {first.ranked.chunk_id[:12]}… recorded, ")
    assert [outcomes(found)[stage] for stage in ("lexical", "dense")] == ["same", "same"]


def test_other_evidence_is_named(asked: Asked) -> None:
    record = record_of(asked.project, asked.ids[LEAVE])
    first = record.ranking[0]
    assert first is not None

    def change(real: Asker) -> Asker:
        chunks = dict(real.version.chunks)
        chunk = chunks[first.ranked.chunk_id]
        chunks[chunk.chunk_id] = replace(chunk, heading=(*chunk.heading, "Notes"))
        return replace(real, version=replace(real.version, chunks=chunks))

    found = the_one(replayed(asked.project, [asked.ids[LEAVE]], change))
    assert found.text == "DIVERGED(evidence)"
    assert outcomes(found)["fusion"] == "same"


class Talkative(ExtractiveGenerator):
    """A later release that chooses otherwise under the same name."""

    def draft(self, question: AnalyzedQuestion, evidence: Sequence[EvidenceChunk]) -> Draft:
        made = super().draft(question, evidence)
        return replace(made, quotes=[replace(quote, end=quote.end - 1) for quote in made.quotes])


def test_other_wording_from_the_same_evidence(asked: Asked) -> None:
    found = the_one(
        replayed(
            asked.project,
            [asked.ids[LEAVE]],
            lambda real: replace(real, generator_of=lambda _: Talkative(real.analyzer)),
        )
    )
    assert (found.text, found.stage) == ("SAME_EVIDENCE", "generation")
    assert str(found.reason).startswith("citation 1: chunk ")
    assert outcomes(found) == SAME | {"generation": "different"}


def test_a_profile_of_today_does_not_matter(own: Asked) -> None:
    """A replay uses the recorded parameters; a new answer those of the profile."""
    own.project.profile(generator={"max_quotes": 1})
    quoted = [len(record_of(own.project, answer).citations) for answer in own.ids]
    assert max(quoted) > 1
    found = own.project.run("replay", *map(str, own.ids), "--group", STAFF, "--group", "board")
    assert found.code == 0, found.out
    ask = ASKS[quoted.index(max(quoted))]
    groups = [part for group in ask.groups for part in ("--group", group)]
    assert len(own.project.ask(ask.question, *groups)["citations"]) == 1


def test_a_threshold_that_was_fitted_again_does_not_matter(own: Asked) -> None:
    """It is a parameter of the generator, so it is recorded."""
    other = ExtractiveGenerator(SnowballAnalyzer("english"), 2, 900)
    asking = asker(application(own.project.root), generator=other)
    answer = asking.ask(ASKS[LEAVE].question)
    assert answer.answer.abstained
    found = the_one(replayed(own.project, [answer.answer_id]))
    assert found.text == "IDENTICAL"


def test_replays_are_leaves_that_hold_no_personal_data(own: Asked) -> None:
    assert replay_leaves(own.project) == []
    replayed(own.project, own.ids[:3], record=True)
    version = record_of(own.project, own.ids[0]).version
    assert replay_leaves(own.project) == [
        {
            "version": version,
            "answer": answer,
            "verdict": "IDENTICAL",
            "stage": None,
            "query_vector": "recomputed",
        }
        for answer in own.ids[:3]
    ]
    size = application(own.project.root).backends.ledger.size()
    assert own.project.run("replay", str(own.ids[0]), "--no-record").code == 0
    assert application(own.project.root).backends.ledger.size() == size


def test_a_chunk_that_the_version_never_held_was_not_erased(own: Asked) -> None:
    """A record that says so is wrong; `ERASED` would excuse it."""
    app = application(own.project.root)
    real = asker(app)
    item = ASKS[LEAVE]
    derived = real.derive(item.question, item.groups, item.top)
    search = derived.answer.search
    (first, *others) = search.ranking
    foreign = replace(first, ranked=replace(first.ranked, chunk_id="0" * 64))
    told = replace(search, ranking=(foreign, *others))
    forged = replace(derived, answer=replace(derived.answer, search=told))
    appended = app.backends.ledger.append([answer_event(forged, None, {})])
    found = the_one(replayed(own.project, appended.indexes))
    assert found.text == "DIVERGED(lexical)"
    assert found.reason == "rank 1: chunk 000000000000… is no candidate now"


def test_a_field_that_was_recorded_as_no_json_is_named(own: Asked) -> None:
    """The commitment holds, so only reading can tell: somebody with the key recorded it."""
    app = application(own.project.root)
    item = ASKS[LEAVE]
    event = answer_event(asker(app).derive(item.question, item.groups, item.top), None, {})
    broken = replace(event, fields={**event.fields, "selection": b"{"})
    (index,) = app.backends.ledger.append([broken]).indexes
    with pytest.raises(IntegrityError, match=f"answer {index} was recorded with a field"):
        load_record(app.backends.ledger, index, item.groups)
