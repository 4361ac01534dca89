"""Answers made of verbatim sentences: deterministic, integers only, no model.

A sentence is worth the idf of the question's terms that it holds (those only in its headings count
half), times the fused score of its chunk. Sentences are taken greedily, each for the terms that
those before it left open. Whether to answer at all is decided in `domain.abstention`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lexiane_dagster.domain.abstention import Strength
from lexiane_dagster.domain.answer import AnalyzedQuestion, Draft, EvidenceChunk, Quote
from lexiane_dagster.domain.sentences import sentences
from lexiane_dagster.ports.analyzer import Analyzer
from lexiane_dagster.ports.generator import GeneratorIdentity

NOT_IN_CORPUS = "Not in this corpus."
# Passages further down add noise rather than sentences.
PASSAGES_READ = 5
# A further sentence must bring at least this share of the question's weight.
WORTH_ADDING = 8


@dataclass(frozen=True, slots=True)
class _Sentence:
    """Code points `start` to `end` of the passage at `position`, and the question's terms there."""

    position: int
    start: int
    end: int
    own: frozenset[str]
    heading: frozenset[str]


class ExtractiveGenerator:
    """The `Generator` port."""

    def __init__(self, analyzer: Analyzer, max_quotes: int = 3) -> None:
        self._analyzer = analyzer
        self._max_quotes = max_quotes

    @property
    def identity(self) -> GeneratorIdentity:
        return GeneratorIdentity("extractive/v1", {"max_quotes": self._max_quotes})

    def draft(self, question: AnalyzedQuestion, evidence: Sequence[EvidenceChunk]) -> Draft:
        read = evidence[:PASSAGES_READ]
        candidates = [
            sentence
            for position, passage in enumerate(read)
            for sentence in self._sentences(position, passage, question)
        ]
        if not candidates or strength(question, read, candidates).weak:
            return Draft(NOT_IN_CORPUS, ())
        chosen = self._choose(question, read, candidates)
        return Draft(
            "\n".join(read[item.position].text[item.start : item.end] for item in chosen),
            tuple(
                Quote(read[item.position].ranked.chunk_id, item.start, item.end) for item in chosen
            ),
        )

    def _sentences(
        self, position: int, passage: EvidenceChunk, question: AnalyzedQuestion
    ) -> Iterable[_Sentence]:
        asked = question.weights.keys()
        heading = frozenset(self._analyzer.terms("\n".join(passage.heading))) & asked
        spans = sentences(passage.text)
        found = self._analyzer.terms_of_many([passage.text[start:end] for start, end in spans])
        for (start, end), terms in zip(spans, found, strict=True):
            own = frozenset(terms) & asked
            yield _Sentence(position, start, end, own, heading - own)

    def _choose(
        self,
        question: AnalyzedQuestion,
        read: Sequence[EvidenceChunk],
        candidates: Sequence[_Sentence],
    ) -> list[_Sentence]:
        total = sum(question.weights.values())
        chosen: list[_Sentence] = []
        covered: frozenset[str] = frozenset()
        remaining = list(candidates)
        while remaining and len(chosen) < self._max_quotes:
            best = max(
                remaining,
                key=lambda item: (
                    _worth(item, covered, question) * read[item.position].ranked.score,
                    -item.position,
                    -item.start,
                ),
            )
            if chosen and _worth(best, covered, question) * WORTH_ADDING < 2 * total:
                break
            chosen.append(best)
            remaining.remove(best)
            covered |= best.own
        return sorted(chosen, key=lambda item: (item.position, item.start))


def strength(
    question: AnalyzedQuestion, read: Sequence[EvidenceChunk], candidates: Iterable[_Sentence]
) -> Strength:
    """How strong the evidence of the passages read is."""
    held = frozenset[str]().union(*(item.own | item.heading for item in candidates))
    return Strength(
        best_dense=max((passage.ranked.dense_score for passage in read), default=0),
        covered=sum(question.weights[term] for term in held),
        weight=sum(question.weights.values()),
    )


def _worth(item: _Sentence, covered: frozenset[str], question: AnalyzedQuestion) -> int:
    """Twice the weight of the open terms in the sentence, and once that of those in its headings."""
    own = sum(question.weights[term] for term in item.own - covered)
    above = sum(question.weights[term] for term in item.heading - covered)
    return 2 * own + above
