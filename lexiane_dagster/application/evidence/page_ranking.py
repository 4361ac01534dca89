"""Why these passages, in this order."""

from typing import Final

from lexiane_dagster.application.evidence.html import Markup, joined, own_words, tag
from lexiane_dagster.application.evidence.version_part import VersionPart
from lexiane_dagster.domain.answer import RankedChunk
from lexiane_dagster.domain.record import AnswerRecord
from lexiane_dagster.domain.retrieval import FUSION_SCALE

_EXPLANATION: Final = (
    "Each passage has two scores. The word score adds up, over the question's words that stand in the "
    "passage, how rare the word is in the whole version and how often it stands there (BM25). The meaning "
    "score is how near the passage is to the question for the version's embedding model (the dot product "
    "of two vectors). Each is divided by the best of its kind, and the two are added with the "
    "weights {lexical} and {dense}. All scores are whole numbers, computed exactly."
)


def ranking(record: AnswerRecord, version: VersionPart) -> Markup:
    if not record.ranking:
        return tag("p", "No passage was ranked.")
    settings = version.manifest.retrieval
    total = settings.dense_weight + settings.lexical_weight
    shares = {
        "lexical": f"{settings.lexical_weight}/{total}",
        "dense": f"{settings.dense_weight}/{total}",
    }
    columns = ("Rank", "Passage", "Total", "Words", "Meaning", "Question's words in it")
    numeric = (True, False, True, True, True, False)
    head = tag(
        "tr",
        *(
            tag("th", name, scope="col", class_="n" if right else "t")
            for name, right in zip(columns, numeric, strict=True)
        ),
    )
    cited = {item.chunk_id for item in record.citations if item}
    body = (
        _row(place, item, item.ranked.chunk_id in cited, record, version)
        if item
        else _erased(place)
        for place, item in enumerate(record.ranking, start=1)
    )
    caption = tag("caption", "The enclosed passages, best first. Quoted ones have a tinted ground.")
    table = tag("table", caption, tag("thead", head), tag("tbody", *body))
    return joined(
        tag("p", _EXPLANATION.format(**shares)),
        tag(
            "div", table, class_="scroll", tabindex="0", role="region", aria_label="Ranked passages"
        ),
        _terms(record, version),
    )


def _erased(place: int) -> Markup:
    return tag(
        "tr", tag("th", str(place), scope="row", class_="n"), tag("td", "erased", colspan="5")
    )


def _row(
    place: int, item: RankedChunk, cited: bool, record: AnswerRecord, version: VersionPart
) -> Markup:
    ranked, chunk = item.ranked, version.chunks[item.ranked.chunk_id]
    asked = record.fields.get("analysis", {}).get("terms", ())
    held = [f"{term} ×{count}" for term in asked if (count := version.counts[chunk.chunk_id][term])]
    weights = version.manifest.retrieval
    best = (weights.dense_weight + weights.lexical_weight) * FUSION_SCALE
    passage = joined(
        own_words(item.document_id),
        tag("div", own_words(" › ".join(chunk.heading)), class_="fine") if chunk.heading else "",
        tag(
            "details",
            tag("summary", f"characters {chunk.start:,} to {chunk.end:,}"),
            tag("div", chunk.text, class_="passage", dir="auto"),
        ),
    )
    return tag(
        "tr",
        tag("th", str(place), scope="row", class_="n"),
        tag("td", passage, class_="doc"),
        tag(
            "td",
            _thousandths(ranked.score, best),
            tag("div", f"{ranked.score:,}", class_="fine"),
            class_="n",
        ),
        _score(ranked.lexical_score, ranked.lexical_rank),
        _score(ranked.dense_score, ranked.dense_rank),
        tag("td", own_words(", ".join(held) or "none")),
        class_="cited" if cited else "other",
    )


def _score(score: int, rank: int | None) -> Markup:
    place = f"no. {rank} of its list" if rank is not None else "not listed"
    return tag("td", f"{score:,}", tag("div", place, class_="fine"), class_="n")


def _thousandths(score: int, best: int) -> str:
    """In integers: no rounding depends on the machine."""
    return f"{score * 1000 // best / 1000:.3f}"


def _terms(record: AnswerRecord, version: VersionPart) -> Markup:
    weights = record.fields.get("analysis", {}).get("weights", {})
    if not weights:
        return joined()
    head = tag(
        "tr",
        tag("th", "Word of the question, as indexed", scope="col"),
        tag("th", "Passages of the version that hold it", scope="col", class_="n"),
        tag("th", "Weight", scope="col", class_="n"),
    )
    body = (
        tag(
            "tr",
            tag("th", own_words(term), scope="row"),
            tag("td", f"{version.frequencies[term]:,}", class_="n"),
            tag("td", f"{weight:,}", class_="n"),
        )
        for term, weight in weights.items()
    )
    return joined(
        tag("h3", "The question's words"),
        tag("div", tag("table", tag("thead", head), tag("tbody", *body)), class_="scroll"),
    )
