"""How an explained answer looks in a terminal."""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from lexiane_dagster.domain.derivation import STAGES
from lexiane_dagster.entrypoints.cli.output import one_line

if TYPE_CHECKING:
    from lexiane_dagster.application.explain import Explanation
    from lexiane_dagster.domain.answer import Citation, RankedChunk
    from lexiane_dagster.domain.explanation import ChunkExplanation
    from lexiane_dagster.domain.record import AnswerRecord
    from lexiane_dagster.domain.version import RetrievalSettings

ERASED = "(erased)"
SHOWN_DIGITS = 12


def explanation_lines(found: "Explanation") -> Iterator[str]:
    """An answer from the question down to its place in the ledger."""
    record = found.record
    yield f"answer     {record.answer_id}, given {record.entry.at}"
    yield f"question   {_text(record, 'question')}"
    yield f"asked by   {_asker(record)}"
    yield f"version    {record.version}"
    yield from _answer(record)
    yield from _lists(record)
    if found.reason:
        yield f"           not computed again: {one_line(found.reason)}"
    for rank, item in enumerate(record.ranking, start=1):
        chunk = found.chunks[rank - 1] if found.chunks else None
        yield from _chunk(rank, item, chunk, found.settings)
    yield from _generation(record)
    yield from _environment(record)
    head = found.place.checkpoint.checkpoint
    yield f"ledger     leaf {found.place.leaf}, hash {found.place.leaf_hash}"
    yield f"           covered by the checkpoint of {head.origin} over {head.size} leaves"
    yield f"           with root {head.root.hex()}"
    if record.erased:
        yield f"erased     {', '.join(record.erased)}"


def _text(record: "AnswerRecord", path: str) -> str:
    return one_line(str(record.fields[path])) if path in record.fields else ERASED


def _asker(record: "AnswerRecord") -> str:
    if "groups" not in record.fields:
        return ERASED
    named = _text(record, "principal") if record.fields.get("principal", "") is not None else "-"
    return f"{named}, groups: {', '.join(map(one_line, record.groups)) or 'none'}"


def _answer(record: "AnswerRecord") -> Iterator[str]:
    if "answer" not in record.fields:
        yield f"answer     {ERASED}"
    elif record.fields["answer"]["abstained"]:
        yield f"answer     {one_line(record.fields['answer']['text'])}"
    for number, citation in enumerate(record.citations, start=1):
        yield from _citation(number, citation)


def _citation(number: int, citation: "Citation | None") -> Iterator[str]:
    if citation is None:
        yield f"  [{number}] {ERASED}"
        return
    page = f"page {citation.page}, " if citation.page is not None else ""
    yield f"  [{number}] “{one_line(citation.quote)}”"
    yield f"      {one_line(citation.document_id)}, {page}characters {citation.start}-{citation.end}"
    yield f"      of the document with digest {citation.document_digest}"


def _lists(record: "AnswerRecord") -> Iterator[str]:
    if "analysis" in record.fields:
        analysis = record.fields["analysis"]
        told = ", ".join(f"{term} {analysis['weights'][term]}" for term in analysis["terms"])
        yield f"terms      with their idf: {told}"
    else:
        yield f"terms      {ERASED}"
    for name, summary in (("lexical", record.lexical), ("dense", record.dense)):
        if summary is None:
            yield f"{name:<10} {ERASED}"
        else:
            yield f"{name:<10} {summary.length} chunks listed, best score {summary.best}"
    yield f"ranked     {len(record.ranking)} chunks"


def _chunk(
    rank: int,
    item: "RankedChunk | None",
    chunk: "ChunkExplanation | None",
    settings: "RetrievalSettings | None",
) -> Iterator[str]:
    if item is None:
        yield f"{rank:>3}. {ERASED}"
        return
    ranked = item.ranked
    heading = " > ".join(chunk.heading) if chunk else ""
    place = one_line(item.document_id) + (f" | {one_line(heading)}" if heading else "")
    yield f"{rank:>3}. {place}"
    yield f"     chunk {ranked.chunk_id[:SHOWN_DIGITS]}…, score {ranked.score}"
    lexical, dense = ranked.lexical_rank or "none", ranked.dense_rank or "none"
    yield f"     lexical score {ranked.lexical_score}, rank {lexical}"
    if chunk is not None:
        for part in chunk.terms:
            yield (
                f"       {part.term}: impact {part.impact} ({part.tf} in {chunk.length} terms) "
                f"× idf {part.idf} = {part.product}"
            )
    yield f"     dense score {ranked.dense_score} (dot product), rank {dense}"
    if chunk is not None and settings is not None:
        yield (
            f"     fused: {settings.dense_weight} × dense share {chunk.dense_share} + "
            f"{settings.lexical_weight} × lexical share {chunk.lexical_share} = {chunk.score}"
        )
        if not chunk.adds_up:
            yield "     THIS DOES NOT ADD UP TO WHAT IS RECORDED: replay the answer"


def _generation(record: "AnswerRecord") -> Iterator[str]:
    fields = record.fields
    if "generator" in fields:
        named = fields["generator"]
        yield f"generator  {named['name']} {json.dumps(named['parameters'], sort_keys=True)}"
    else:
        yield f"generator  {ERASED}"
    yield f"prompt     {_text(record, 'prompt')}"
    yield from (
        _selection(fields["selection"]) if "selection" in fields else [f"selection  {ERASED}"]
    )


def _selection(selection: Any) -> Sequence[str]:
    """The extractive generator's is told in words; any other as it is."""
    if not isinstance(selection, dict) or "coverage" not in selection:
        return [f"selection  {one_line(json.dumps(selection, ensure_ascii=False))}"]
    coverage, threshold = selection["coverage"], selection["threshold"]
    enough = "answered" if coverage >= threshold else "too weak to answer"
    held = f"the best passage holds {coverage} thousandths of the question's weight"
    lines = [f"selection  {held}, {threshold} are needed: {enough}"]
    for number, sentence in enumerate(selection["sentences"], start=1):
        above = sentence["heading_terms"]
        headings = f", and above it {', '.join(above)}" if above else ""
        lines.append(f"           [{number}] holds {', '.join(sentence['terms']) or '-'}{headings}")
    return lines


def _environment(record: "AnswerRecord") -> Iterator[str]:
    fields = record.fields
    if "timings" in fields:
        micros = fields["timings"]
        told = ", ".join(f"{name} {micros[name] / 1000:.1f} ms" for name in STAGES)
        yield f"timings    {told}"
    if "environment" in fields:
        found = fields["environment"]
        libraries = ", ".join(f"{name} {number}" for name, number in found["libraries"].items())
        yield f"software   Python {found['python']}, {libraries}"
        yield f"machine    {found['machine']}, {found['system']}"
