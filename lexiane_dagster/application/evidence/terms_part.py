"""What a pack holds of a version's terms."""

from collections.abc import Iterable, Mapping

from lexiane_dagster.application.evidence.proven_leaves import ProvenLeaves
from lexiane_dagster.application.open_version import OpenVersion
from lexiane_dagster.domain.analysis import NO_LANGUAGE, TERM_LIMIT, is_unsegmented, words
from lexiane_dagster.domain.canonical import Json, canonical_bytes
from lexiane_dagster.domain.corpus import Chunk
from lexiane_dagster.domain.record import AnswerRecord
from lexiane_dagster.domain.stop_words import stop_words
from lexiane_dagster.ports.analyzer import Analyzer


def terms_member(
    version: OpenVersion,
    frequencies: Mapping[str, int],
    record: AnswerRecord,
    chunks: Iterable[Chunk],
    analyzer: Analyzer,
) -> Json:
    """The document frequencies of the question's terms, and the stem of each word of the pack."""
    tree = ProvenLeaves(version.searcher.term_leaves())
    # Texts compare by code point, which is the order of their UTF-8 bytes.
    held = sorted(term for term, df in frequencies.items() if df)
    texts = [record.fields.get("question", ""), *(chunk.indexed_text for chunk in chunks)]
    return {
        "format": "lexiane/evidence-terms/v1",
        "terms": [tree.proven(canonical_bytes([term, frequencies[term]])) for term in held],
        "absent": sorted(term for term, df in frequencies.items() if not df),
        "stems": _stems(texts, analyzer),
    }


def _stems(texts: Iterable[str], analyzer: Analyzer) -> dict[str, Json]:
    """Word to stem, for the words of `texts` that are stemmed."""
    settings = analyzer.settings
    if settings.language == NO_LANGUAGE:
        return {}
    found = {word for text in texts for word in words(text) if not is_unsegmented(word)}
    stopped = stop_words(settings.language)
    cut = {word[:TERM_LIMIT] for word in found}
    return {word: "".join(analyzer.terms(word)) for word in sorted(cut) if word not in stopped}
