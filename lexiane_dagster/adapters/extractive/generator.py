"""Answers made of verbatim sentences: deterministic, integers only, no model.

A sentence is worth the idf of the question's terms that it holds (those only in its headings count
half), times the fused score of its passage. Sentences are taken greedily, each for the terms that
those before it left open. Whether to answer at all is decided in `domain.abstention`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from lexiane_dagster.domain.abstention import THRESHOLD, coverage, is_weak
from lexiane_dagster.domain.answer import AnalyzedQuestion, Draft, EvidenceChunk, Quote
from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.errors import UnavailableError
from lexiane_dagster.domain.sentences import sentences
from lexiane_dagster.ports.analyzer import Analyzer
from lexiane_dagster.ports.generator import GeneratorIdentity

NAME = "extractive/v1"
NOT_IN_CORPUS = "Not in this corpus."
# Passages further down add noise rather than sentences.
PASSAGES_READ = 5
# A further sentence must bring one part in this many of the question's weight.
WORTH_ADDING = 8

Terms = frozenset[str]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """Code points `start` to `end` of the passage at `position`, and the question's terms there."""

    position: int
    start: int
    end: int
    terms: Terms
    heading: Terms


class ExtractiveGenerator:
    """The `Generator` port.

    `threshold` is a parameter, so that a release that fits another one still replays old answers.
    Whatever else is changed here needs another name.
    """

    def __init__(self, analyzer: Analyzer, max_quotes: int = 3, threshold: int = THRESHOLD) -> None:
        self._analyzer = analyzer
        self._max_quotes = max_quotes
        self._threshold = threshold

    @classmethod
    def recorded(cls, analyzer: Analyzer, identity: GeneratorIdentity) -> Self:
        """The one that an answer's record names.

        Raises:
            UnavailableError: another generator, or parameters that this release does not know.
        """
        given = identity.parameters
        if isinstance(given, Mapping):
            quotes, threshold = given.get("max_quotes"), given.get("threshold")
            if isinstance(quotes, int) and isinstance(threshold, int):
                made = cls(analyzer, quotes, threshold)
                if made.identity == identity:
                    return made
        raise UnavailableError(
            f"this release has no generator {identity.name!r} with the recorded parameters",
            remedy="use the release of lexiane-dagster that gave the answer",
        )

    @property
    def identity(self) -> GeneratorIdentity:
        return GeneratorIdentity(
            NAME, {"max_quotes": self._max_quotes, "threshold": self._threshold}
        )

    def draft(self, question: AnalyzedQuestion, evidence: Sequence[EvidenceChunk]) -> Draft:
        read = evidence[:PASSAGES_READ]
        share = self.evidence_coverage(question, evidence)
        selection: dict[str, Json] = {
            "coverage": share,
            "threshold": self._threshold,
            "sentences": [],
        }
        if is_weak(share, self._threshold):
            return Draft(NOT_IN_CORPUS, (), selection)
        chosen = self._choose(question, read)
        selection["sentences"] = [
            {"terms": sorted(item.terms), "heading_terms": sorted(item.heading)} for item in chosen
        ]
        return Draft(
            "\n".join(read[item.position].text[item.start : item.end] for item in chosen),
            tuple(
                Quote(read[item.position].ranked.chunk_id, item.start, item.end) for item in chosen
            ),
            selection,
        )

    def evidence_coverage(
        self, question: AnalyzedQuestion, evidence: Sequence[EvidenceChunk]
    ) -> int:
        """What abstaining is decided on, in thousandths."""
        asked = question.weights.keys()
        texts = ["\n".join((*item.heading, item.text)) for item in evidence[:PASSAGES_READ]]
        return coverage(
            question.weights, [asked & set(terms) for terms in self._analyzer.terms_of_many(texts)]
        )

    def _choose(self, question: AnalyzedQuestion, read: Sequence[EvidenceChunk]) -> list[_Sentence]:
        total = sum(question.weights.values())
        remaining = [
            sentence
            for position, passage in enumerate(read)
            for sentence in self._sentences(position, passage, question)
        ]
        chosen: list[_Sentence] = []
        covered: Terms = frozenset()
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
            covered |= best.terms
        return sorted(chosen, key=lambda item: (item.position, item.start))

    def _sentences(
        self, position: int, passage: EvidenceChunk, question: AnalyzedQuestion
    ) -> list[_Sentence]:
        asked = question.weights.keys()
        heading = frozenset(self._analyzer.terms("\n".join(passage.heading))) & asked
        spans = sentences(passage.text)
        found = self._analyzer.terms_of_many([passage.text[start:end] for start, end in spans])
        return [
            _Sentence(position, start, end, own, heading - own)
            for (start, end), terms in zip(spans, found, strict=True)
            for own in [frozenset(terms) & asked]
        ]


def _worth(item: _Sentence, covered: Terms, question: AnalyzedQuestion) -> int:
    """Twice the weight of the open terms in the sentence, and once that of those in its headings."""
    own = sum(question.weights[term] for term in item.terms - covered)
    above = sum(question.weights[term] for term in item.heading - covered)
    return 2 * own + above
