"""Question to ranking, and ranking to an answer with verbatim citations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.application.grid import to_grid
from lexiane_dagster.application.open_version import OpenVersion
from lexiane_dagster.application.preserve import preserved
from lexiane_dagster.domain.answer import (
    AnalyzedQuestion,
    Answer,
    Citation,
    EvidenceChunk,
    Quote,
    RankedChunk,
    SearchResult,
)
from lexiane_dagster.domain.errors import ConfigurationError, IntegrityError, UnavailableError
from lexiane_dagster.domain.retrieval import Ranked, fuse, idf
from lexiane_dagster.domain.version import full_name
from lexiane_dagster.ports.analyzer import Analyzer
from lexiane_dagster.ports.embedder import Embedder
from lexiane_dagster.ports.generator import Generator
from lexiane_dagster.ports.object_store import ObjectStore

DEFAULT_TOP = 10


@dataclass(frozen=True, slots=True)
class Asker:
    """One version together with what turns a question into terms, a vector and an answer.

    Raises:
        UnavailableError: the analyser or embedder is not the one the version was built with.
    """

    version: OpenVersion
    analyzer: Analyzer
    embedder: Embedder
    generator: Generator
    objects: ObjectStore

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

    def rank(self, question: str, groups: Iterable[str] = ()) -> list[Ranked]:
        """The whole fused list, best first, among what `groups` may see."""
        if not question.strip():
            raise ConfigurationError("the question is empty", remedy="ask something")
        settings = self.version.manifest.retrieval
        candidates = self.version.searcher.search(
            self.analyzer.terms(question),
            self.question_vector(question),
            frozenset(groups),
            settings.depth,
        )
        return fuse(candidates, settings)

    def search(
        self, question: str, groups: Iterable[str] = (), top: int = DEFAULT_TOP
    ) -> SearchResult:
        """The best `top` chunks for a question."""
        return self._result(question, groups, self.rank(question, groups)[:top])

    def ask(self, question: str, groups: Iterable[str] = (), top: int = DEFAULT_TOP) -> Answer:
        """An answer from the best `top` chunks; without citations where the evidence is weak."""
        return self.answer(question, groups, self.rank(question, groups)[:top])

    def answer(self, question: str, groups: Iterable[str], ranking: Sequence[Ranked]) -> Answer:
        """The answer that follows from a ranking."""
        draft = self.generator.draft(self.analyzed(question), self.evidence(ranking))
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
