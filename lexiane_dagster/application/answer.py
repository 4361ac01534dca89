"""Question to ranking, and ranking to an answer with verbatim citations."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.application.cite import cite
from lexiane_dagster.application.grid import to_grid
from lexiane_dagster.application.open_version import OpenVersion
from lexiane_dagster.application.retrieve import (
    candidates_of,
    evidence_of,
    require_question,
    weighed,
    with_documents,
)
from lexiane_dagster.domain.answer import (
    AnalyzedQuestion,
    Answer,
    Draft,
    EvidenceChunk,
    SearchResult,
)
from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.derivation import Derivation, Retrieval, prompt_digest
from lexiane_dagster.domain.errors import AnalysisError, UnavailableError
from lexiane_dagster.domain.record import answer_event
from lexiane_dagster.domain.retrieval import Ranked, fuse, query_terms
from lexiane_dagster.ports.analyzer import Analyzer
from lexiane_dagster.ports.clock import Clock
from lexiane_dagster.ports.embedder import Embedder
from lexiane_dagster.ports.generator import Generator, GeneratorIdentity
from lexiane_dagster.ports.ledger import Ledger
from lexiane_dagster.ports.object_store import ObjectStore

DEFAULT_TOP = 10


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """An answer that the ledger holds. `answer_id` is the index of its leaf."""

    answer_id: int
    at: str
    answer: Answer

    def to_json(self) -> dict[str, Json]:
        return {"answer_id": self.answer_id, "at": self.at, **self.answer.to_json()}


@dataclass(frozen=True, slots=True)
class Asker:
    """One version together with what turns a question into terms, a vector and an answer.

    `embedder` loads the version's embedder at the first question. `generator` answers; a replay asks
    `generator_of` for the one that a record names (UnavailableError: this release has none such).
    `environment` is the software that answers, as it is recorded with each answer.

    Raises:
        AnalysisError: the analyser is not the one the version was built with.
    """

    version: OpenVersion
    analyzer: Analyzer
    embedder: Callable[[], Embedder]
    generator: Generator
    generator_of: Callable[[GeneratorIdentity], Generator]
    objects: ObjectStore
    ledger: Ledger
    clock: Clock
    environment: Mapping[str, Json]

    def __post_init__(self) -> None:
        if self.analyzer.settings != self.version.manifest.analysis:
            raise AnalysisError(
                f"analysis changed: this release does not analyse text as version "
                f"{self.version.name} does",
                remedy="use the release of lexiane-dagster that built the version",
            )

    def question_vector(self, question: str) -> NDArray[np.int16]:
        """The question's grid vector, int16 (dimension,).

        Raises:
            UnavailableError: the embedder is not the one the version was built with, or is gone.
        """
        embedder = self.embedder()
        if embedder.identity != self.version.manifest.embedder:
            raise UnavailableError(
                f"the embedder's files differ from those that version {self.version.name} was "
                "built with",
                remedy="install the same model again, or build the corpus with the new one",
            )
        return to_grid(embedder.embed_question(question)).reshape(-1)

    def rank(self, question: str, groups: Collection[str] = ()) -> list[Ranked]:
        """The whole fused list, best first, among what `groups` may see."""
        require_question(question, DEFAULT_TOP, groups)
        terms, vector = self.analyzer.terms(question), self.question_vector(question)
        found = candidates_of(self.version, terms, vector, groups)
        return fuse(found, self.version.manifest.retrieval)

    def search(
        self, question: str, groups: Collection[str] = (), top: int = DEFAULT_TOP
    ) -> SearchResult:
        """The best `top` chunks for a question."""
        return self._result(question, groups, self.rank(question, groups)[:top])

    def ask(
        self,
        question: str,
        groups: Collection[str] = (),
        top: int = DEFAULT_TOP,
        principal: str | None = None,
    ) -> RecordedAnswer:
        """An answer from the best `top` chunks; without citations where the evidence is weak.

        It is in the ledger, with everything that a replay needs, before it is returned.

        Raises:
            UnavailableError: it could not be recorded; then there is no answer.
        """
        require_question(question, top, () if principal is None else (principal,))
        found = self.derive(question, groups, top)
        appended = self.ledger.append([answer_event(found, principal, self.environment)])
        return RecordedAnswer(appended.indexes[0], appended.at, found.answer)

    def derive(
        self, question: str, groups: Collection[str] = (), top: int = DEFAULT_TOP
    ) -> Derivation:
        """An answer with each stage that led to it, not recorded."""
        require_question(question, top, groups)
        watch = _Stopwatch(self.clock)
        terms = self.terms(question)
        watch.lap("analysis")
        vector = self.question_vector(question)
        watch.lap("embedding")
        found = self.retrieve(question, terms, vector, groups, top)
        watch.lap("retrieval")
        evidence = self.evidence(found.ranking)
        draft = self.generator.draft(found.question, evidence)
        answer = self._answer(self._result(question, groups, found.ranking), draft)
        watch.lap("generation")
        return Derivation(
            retrieval=found,
            answer=answer,
            parameters=self.generator.identity.parameters,
            prompt=prompt_digest(found.question, evidence),
            selection=draft.selection,
            timings=watch.laps,
        )

    def terms(self, question: str) -> tuple[str, ...]:
        """The distinct index terms of a question, in order."""
        return query_terms(self.analyzer.terms(question))

    def retrieve(
        self,
        question: str,
        terms: tuple[str, ...],
        vector: NDArray[np.int16],
        groups: Collection[str],
        top: int,
    ) -> Retrieval:
        """What a question finds by its terms and its grid vector, int16 (dimension,)."""
        found = candidates_of(self.version, terms, vector, groups)
        return Retrieval(
            question=weighed(self.version, question, terms),
            top=top,
            terms=terms,
            query_vector=np.ascontiguousarray(vector, dtype="<i2").tobytes(),
            candidates=found,
            ranking=tuple(fuse(found, self.version.manifest.retrieval)[:top]),
        )

    def analyzed(self, question: str) -> AnalyzedQuestion:
        """The question's terms, each with its idf in this version."""
        return weighed(self.version, question, self.terms(question))

    def evidence(self, ranking: Iterable[Ranked]) -> list[EvidenceChunk]:
        """Ranked chunks with what a generator reads of them."""
        return evidence_of(self.version, ranking)

    def answer(self, question: str, groups: Collection[str], ranking: Sequence[Ranked]) -> Answer:
        """The answer that follows from a ranking, not recorded: for measuring only."""
        draft = self.generator.draft(self.analyzed(question), self.evidence(ranking))
        return self._answer(self._result(question, groups, ranking), draft)

    def _result(
        self, question: str, groups: Collection[str], ranking: Iterable[Ranked]
    ) -> SearchResult:
        held = tuple(sorted(set(groups)))
        return SearchResult(
            self.version.name, question, held, with_documents(self.version, ranking)
        )

    def _answer(self, search: SearchResult, draft: Draft) -> Answer:
        return Answer(
            search=search,
            text=draft.text,
            citations=tuple(cite(self.version, self.objects, quote) for quote in draft.quotes),
            generator=self.generator.identity.name,
        )


class _Stopwatch:
    """Microseconds by stage."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = clock.elapsed()
        self.laps: dict[str, int] = {}

    def lap(self, stage: str) -> None:
        now = self._clock.elapsed()
        self.laps[stage] = now - self._last
        self._last = now
