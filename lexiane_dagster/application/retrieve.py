"""From terms and a vector to ranked passages of one open version."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.application.open_version import OpenVersion
from lexiane_dagster.domain.answer import AnalyzedQuestion, EvidenceChunk, RankedChunk
from lexiane_dagster.domain.errors import ConfigurationError
from lexiane_dagster.domain.retrieval import Candidates, Ranked, idf


def require_question(question: str, top: int, names: Iterable[str] = ()) -> None:
    """Raises ConfigurationError for what asks nothing, or what no record could hold.

    `names` are those of the asker and of groups.
    """
    if isinstance(names, str):
        # Its characters would be taken for groups, and recorded.
        raise ConfigurationError(
            f"{names!r} is one string, not a list of names", remedy="put it in a list"
        )
    if not question.strip():
        raise ConfigurationError("the question is empty", remedy="ask something")
    if top < 1:
        raise ConfigurationError(f"the best {top} passages are none", remedy="rank at least one")
    for text in (question, *names):
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise ConfigurationError(
                f"{text!r} is not valid Unicode", remedy="pass it as UTF-8"
            ) from error


def weighed(version: OpenVersion, question: str, terms: Sequence[str]) -> AnalyzedQuestion:
    """The question's terms, each with its idf in this version."""
    count = version.manifest.lexical.chunks
    found = version.searcher.frequencies(terms)
    return AnalyzedQuestion(question, {term: idf(count, df) for term, df in sorted(found.items())})


def candidates_of(
    version: OpenVersion, terms: Sequence[str], vector: NDArray[np.int16], groups: Iterable[str]
) -> Candidates:
    """The lexical and the dense list of a question, among what `groups` may see."""
    depth = version.manifest.retrieval.depth
    return version.searcher.search(terms, vector, frozenset(groups), depth)


def with_documents(version: OpenVersion, ranking: Iterable[Ranked]) -> tuple[RankedChunk, ...]:
    """Ranked chunks, each with the document it belongs to."""
    return tuple(
        RankedChunk(version.chunks[entry.chunk_id].document_id, entry) for entry in ranking
    )


def evidence_of(version: OpenVersion, ranking: Iterable[Ranked]) -> list[EvidenceChunk]:
    """Ranked chunks with what a generator reads of them."""
    return [
        EvidenceChunk(entry, chunk.document_id, chunk.heading, chunk.text)
        for entry in ranking
        for chunk in [version.chunks[entry.chunk_id]]
    ]
