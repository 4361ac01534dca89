"""Question to ranking, and ranking to an answer with verbatim citations."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.application.grid import to_grid
from lexiane_dagster.application.open_version import OpenVersion
from lexiane_dagster.application.preserve import preserved
from lexiane_dagster.domain.answer import (
    AnalyzedQuestion,
    Answer,
    Citation,
    Draft,
    EvidenceChunk,
    Quote,
    RankedChunk,
    SearchResult,
)
from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.derivation import Derivation, ListSummary, prompt_digest
from lexiane_dagster.domain.errors import ConfigurationError, IntegrityError, UnavailableError
from lexiane_dagster.domain.record import answer_event
from lexiane_dagster.domain.retrieval import Candidates, Ranked, fuse, idf, query_terms
from lexiane_dagster.domain.version import full_name
from lexiane_dagster.ports.analyzer import Analyzer
from lexiane_dagster.ports.clock import Clock
from lexiane_dagster.ports.embedder import Embedder
from lexiane_dagster.ports.generator import Generator
from lexiane_dagster.ports.ledger import Ledger
from lexiane_dagster.ports.object_store import ObjectStore

DEFAULT_TOP = 10
STAGES = ("analysis", "embedding", "retrieval", "generation")


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

    `environment` is the software that answers, as it is recorded with each answer.

    Raises:
        UnavailableError: the analyser or embedder is not the one the version was built with.
    """

    version: OpenVersion
    analyzer: Analyzer
    embedder: Embedder
    generator: Generator
    objects: ObjectStore
    ledger: Ledger
    clock: Clock
    environment: Mapping[str, Json]

    def __post_init__(self) -> None:
        manifest = self.version.manifest
        name = full_name(manifest.corpus, manifest.digest)
        if self.analyzer.settings != manifest.analysis:
            raise UnavailableError(
                f"analysis changed: this release does not analyse text as version {name} does",
                remedy="use the release of lexiane-dagster that built the version",
            )
        if self.embedder.identity != manifest.embedder:
            raise UnavailableError(
                f"the embedder's files differ from those that version {name} was built with",
                remedy="install the same model again, or build the corpus with the new one",
            )

    def question_vector(self, question: str) -> NDArray[np.int16]:
        """The question's grid vector, int16 (dimension,)."""
        return to_grid(self.embedder.embed_question(question)).reshape(-1)

    def candidates(
        self, terms: Sequence[str], vector: NDArray[np.int16], groups: Iterable[str]
    ) -> Candidates:
        """The lexical and the dense list of a question, among what `groups` may see."""
        depth = self.version.manifest.retrieval.depth
        return self.version.searcher.search(terms, vector, frozenset(groups), depth)

    def rank(self, question: str, groups: Iterable[str] = ()) -> list[Ranked]:
        """The whole fused list, best first, among what `groups` may see."""
        _require_text(question)
        found = self.candidates(
            self.analyzer.terms(question), self.question_vector(question), groups
        )
        return fuse(found, self.version.manifest.retrieval)

    def search(
        self, question: str, groups: Iterable[str] = (), top: int = DEFAULT_TOP
    ) -> SearchResult:
        """The best `top` chunks for a question."""
        return self._result(question, groups, self.rank(question, groups)[:top])

    def ask(
        self,
        question: str,
        groups: Iterable[str] = (),
        top: int = DEFAULT_TOP,
        principal: str | None = None,
    ) -> RecordedAnswer:
        """An answer from the best `top` chunks; without citations where the evidence is weak.

        It is in the ledger, with everything that a replay needs, before it is returned.

        Raises:
            UnavailableError: it could not be recorded; then there is no answer.
        """
        found = self.derive(question, groups, top)
        appended = self.ledger.append([answer_event(found, principal, self.environment)])
        return RecordedAnswer(appended.indexes[0], appended.at, found.answer)

    def derive(
        self,
        question: str,
        groups: Iterable[str] = (),
        top: int = DEFAULT_TOP,
        vector: NDArray[np.int16] | None = None,
    ) -> Derivation:
        """An answer with each stage that led to it, not recorded.

        `vector` stands in for the question's own grid vector, int16 (dimension,).
        """
        _require_text(question)
        held, clock = frozenset(groups), self.clock
        moments = [clock.elapsed()]
        terms = query_terms(self.analyzer.terms(question))
        moments.append(clock.elapsed())
        if vector is None:
            vector = self.question_vector(question)
        moments.append(clock.elapsed())
        candidates = self.candidates(terms, vector, held)
        ranking = fuse(candidates, self.version.manifest.retrieval)[:top]
        moments.append(clock.elapsed())
        asked, evidence = self.analyzed(question), self.evidence(ranking)
        draft = self.generator.draft(asked, evidence)
        answer = self._answer(question, held, ranking, draft)
        moments.append(clock.elapsed())
        return Derivation(
            answer=answer,
            top=top,
            terms=terms,
            weights=asked.weights,
            query_vector=np.ascontiguousarray(vector, dtype="<i2").tobytes(),
            lexical=ListSummary.of(candidates.lexical),
            dense=ListSummary.of(candidates.dense),
            parameters=self.generator.identity.parameters,
            prompt=prompt_digest(question, asked.weights, evidence),
            selection=draft.selection,
            timings=dict(zip(STAGES, _differences(moments), strict=True)),
        )

    def answer(self, question: str, groups: Iterable[str], ranking: Sequence[Ranked]) -> Answer:
        """The answer that follows from a ranking, not recorded: for measuring only."""
        draft = self.generator.draft(self.analyzed(question), self.evidence(ranking))
        return self._answer(question, groups, ranking, draft)

    def _answer(
        self, question: str, groups: Iterable[str], ranking: Sequence[Ranked], draft: Draft
    ) -> Answer:
        return Answer(
            search=self._result(question, groups, ranking),
            text=draft.text,
            citations=tuple(self._cite(quote) for quote in draft.quotes),
            generator=self.generator.identity.name,
        )

    def _result(
        self, question: str, groups: Iterable[str], ranking: Sequence[Ranked]
    ) -> SearchResult:
        return SearchResult(
            version=self.version.name,
            question=question,
            groups=tuple(sorted(set(groups))),
            ranking=tuple(
                RankedChunk(self.version.chunks[entry.chunk_id].document_id, entry)
                for entry in ranking
            ),
        )

    def evidence(self, ranking: Sequence[Ranked]) -> list[EvidenceChunk]:
        """Ranked chunks with what a generator reads of them."""
        chunks = self.version.chunks
        return [
            EvidenceChunk(entry, chunk.document_id, chunk.heading, chunk.text)
            for entry in ranking
            for chunk in [chunks[entry.chunk_id]]
        ]

    def analyzed(self, question: str) -> AnalyzedQuestion:
        """The question's terms, each with its idf in this version."""
        statistics = self.version.manifest.lexical
        found = self.version.searcher.frequencies(self.analyzer.terms(question))
        return AnalyzedQuestion(
            question, {term: idf(statistics.chunks, df) for term, df in sorted(found.items())}
        )

    def _cite(self, quote: Quote) -> Citation:
        chunk = self.version.chunks[quote.chunk_id]
        document = self.version.documents[chunk.document_id]
        start, end = chunk.start + quote.start, chunk.start + quote.end
        words = chunk.text[quote.start : quote.end]
        text = preserved(self.objects, document.text_digest).decode()
        if not words or text[start:end] != words:
            raise IntegrityError(
                f"a quote of {chunk.document_id!r} is not verbatim at {start}:{end}",
                remedy="report this as a bug of the generator",
            )
        return Citation(
            document_id=document.document_id,
            document_digest=document.raw_digest,
            chunk_id=chunk.chunk_id,
            start=start,
            end=end,
            quote=words,
            page=document.page_of(start),
            heading=chunk.heading,
        )


def _require_text(question: str) -> None:
    if not question.strip():
        raise ConfigurationError("the question is empty", remedy="ask something")


def _differences(moments: Sequence[int]) -> list[int]:
    return [later - earlier for earlier, later in pairwise(moments)]
