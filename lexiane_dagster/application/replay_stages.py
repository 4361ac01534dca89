"""One recorded answer replayed stage by stage on an open version."""

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.application.answer import Asker
from lexiane_dagster.application.cite import cite
from lexiane_dagster.application.retrieve import with_documents
from lexiane_dagster.domain import differences
from lexiane_dagster.domain.answer import AnalyzedQuestion
from lexiane_dagster.domain.derivation import ListSummary, Retrieval, prompt_digest
from lexiane_dagster.domain.errors import (
    ConfigurationError,
    IntegrityError,
    NotFoundError,
    UnavailableError,
)
from lexiane_dagster.domain.record import AnswerRecord
from lexiane_dagster.domain.replay import (
    ANALYSIS,
    DENSE,
    EVIDENCE,
    FUSION,
    GENERATION,
    LEXICAL,
    QUERY_VECTOR,
    VERSION_STAGE,
    Outcome,
    Replay,
    StageResult,
    VectorSource,
    concluded,
)
from lexiane_dagster.domain.retrieval import Ranked, fused_score
from lexiane_dagster.ports.generator import GeneratorIdentity


class StagedReplay:
    """Every stage is computed from the recorded inputs of the answer and compared with its record.

    An erasure leaves gaps: in the record, in the version, or in both. What is left is compared all the
    same: the exact scores of the surviving ranked chunks, and their fused scores under the recorded
    best scores of the two lists.
    """

    def __init__(self, record: AnswerRecord, asker: Asker) -> None:
        self._record = record
        self._asker = asker
        self._stages = [StageResult(VERSION_STAGE, Outcome.SAME)]
        self._source: VectorSource = "recomputed"
        self._unavailable: str | None = None
        chunks, whole = asker.version.chunks, not asker.version.erased.chunks
        # Ranked chunks by rank, None where one is erased here or there. What a whole version never
        # held was not erased: it is a difference.
        self._ranking = [
            item if item is not None and (whole or item.ranked.chunk_id in chunks) else None
            for item in record.ranking
        ]
        self._erased = sum(item is None for item in self._ranking)
        # True where the lists cannot be compared whole, so that nothing fused from them can.
        self._partial = self._erased > 0

    def run(self) -> Replay:
        fields = self._record.fields
        question, groups, top = fields["question"], fields["groups"], fields["settings"]["top"]
        terms = self._asker.terms(question)
        compared = self._query_vector(question)
        if compared is not None:
            vector, result = compared
            found = self._asker.retrieve(question, terms, vector, groups, top)
            self._analysis(found)
            self._stages.append(result)
            self._list(LEXICAL, found, found.lexical, 0)
            self._list(DENSE, found, found.dense, 1)
            self._fusion(found)
            self._generation(found.question, self._evidence(found))
        return concluded(
            self._record.answer_id,
            self._record.version,
            self._stages,
            self._source,
            self._erased,
            len(self._ranking),
            self._unavailable,
        )

    def _query_vector(self, question: str) -> tuple[NDArray[np.int16], StageResult] | None:
        """The vector to go on from; None where there is neither a recorded nor a computed one."""
        recorded = self._record.query_vector
        try:
            computed = self._asker.question_vector(question)
        except (UnavailableError, IntegrityError, ConfigurationError) as error:
            gone = StageResult(QUERY_VECTOR, Outcome.UNAVAILABLE, error.detail)
            if recorded is None:
                self._stages.append(StageResult(QUERY_VECTOR, Outcome.ERASED, error.detail))
                self._erased = len(self._ranking)
                return None
            self._source = "recorded"
            return _vector(recorded), gone
        if recorded is None:
            return computed, StageResult(QUERY_VECTOR, Outcome.ERASED)
        difference = differences.in_vector(recorded, computed.astype("<i2").tobytes())
        if difference is None:
            return computed, StageResult(QUERY_VECTOR, Outcome.SAME)
        self._source = "recorded"
        return _vector(recorded), StageResult.compared(QUERY_VECTOR, difference)

    def _analysis(self, found: Retrieval) -> None:
        if "analysis" not in self._record.fields:
            self._gap(ANALYSIS)
        else:
            recorded = self._record.fields["analysis"]
            self._compare(ANALYSIS, differences.in_analysis(recorded, found))

    def _list(self, stage: str, found: Retrieval, summary: ListSummary, part: int) -> None:
        """One of the two lists; `part` is its place in the scores of a candidate."""
        recorded = (self._record.lexical, self._record.dense)[part]
        if recorded is None:
            self._gap(stage)
        elif recorded == summary or not (self._erased or self._asker.version.erased.chunks):
            told = differences.in_list(recorded, summary, self._ranking, found.candidates, part)
            self._compare(stage, told)
        elif told := differences.in_scores(self._ranking, found.candidates, part):
            self._compare(stage, told)
        else:
            self._partial = True
            self._gap(stage, "the list held a passage that was erased")

    def _fusion(self, found: Retrieval) -> None:
        if not self._partial:
            ranking = with_documents(self._asker.version, found.ranking)
            self._compare(FUSION, differences.in_ranking(self._ranking, ranking))
            return
        lexical, dense = self._record.lexical, self._record.dense
        if lexical is None or dense is None:
            self._gap(FUSION)
            return
        settings = self._asker.version.manifest.retrieval
        again = {
            chunk_id: fused_score(
                *found.candidates.scores[chunk_id], lexical.best, dense.best, settings
            )
            for item in self._ranking
            if item is not None and (chunk_id := item.ranked.chunk_id) in found.candidates.scores
        }
        told = differences.in_fused(self._ranking, again)
        if told or not self._erased:
            self._compare(FUSION, told)
        else:
            self._gap(FUSION, f"{self._erased} ranked chunks were erased")

    def _evidence(self, found: Retrieval) -> list[Ranked] | None:
        """The ranking that the generator is given; None where some of it was erased."""
        if self._erased:
            self._gap(EVIDENCE, "the evidence was erased")
            return None
        ranking = list(found.ranking)
        if self._partial:
            ranking = [item.ranked for item in self._ranking if item is not None]
        if "prompt" not in self._record.fields:
            self._gap(EVIDENCE)
        else:
            digest = prompt_digest(found.question, self._asker.evidence(ranking))
            what = "digest of the question and its evidence"
            told = differences.in_digest(what, self._record.fields["prompt"], digest)
            self._compare(EVIDENCE, told)
        return ranking

    def _generation(self, question: AnalyzedQuestion, ranking: list[Ranked] | None) -> None:
        recorded = self._record.fields
        if ranking is None or "generator" not in recorded:
            self._gap(GENERATION)
            return
        try:
            named = recorded["generator"]
            generator = self._asker.generator_of(
                GeneratorIdentity(named["name"], named["parameters"])
            )
            draft = generator.draft(question, self._asker.evidence(ranking))
            version, objects = self._asker.version, self._asker.objects
            citations = [cite(version, objects, quote) for quote in draft.quotes]
        except UnavailableError as error:
            self._missing("generator not available", error.detail)
            return
        except (IntegrityError, NotFoundError) as error:
            self._missing("source damaged", error.detail)
            return
        told = differences.in_generation(self._record, draft, citations)
        if told is None and self._record.lacks("answer", "selection", "citations"):
            self._gap(GENERATION)
        else:
            self._compare(GENERATION, told)

    def _compare(self, stage: str, difference: str | None) -> None:
        self._stages.append(StageResult.compared(stage, difference))

    def _gap(self, stage: str, detail: str = "its record was erased") -> None:
        self._stages.append(StageResult(stage, Outcome.ERASED, detail))

    def _missing(self, reason: str, detail: str) -> None:
        self._unavailable = reason
        self._stages.append(StageResult(GENERATION, Outcome.UNAVAILABLE, detail))


def _vector(recorded: bytes) -> NDArray[np.int16]:
    return np.frombuffer(recorded, "<i2").astype(np.int16)
