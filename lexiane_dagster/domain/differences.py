"""Where a recorded stage and its replay part, in words that quote no text.

Each function gives the first difference, or None. Ranks, terms, coordinates and citations count from 1.
"""

import struct
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from lexiane_dagster.domain.answer import Citation, Draft, RankedChunk
from lexiane_dagster.domain.canonical import canonical_bytes
from lexiane_dagster.domain.derivation import ListSummary, Retrieval
from lexiane_dagster.domain.record import AnswerRecord
from lexiane_dagster.domain.retrieval import Candidates

SHOWN_DIGITS = 12


def in_analysis(recorded: Mapping[str, Any], found: Retrieval) -> str | None:
    terms, weights = recorded["terms"], recorded["weights"]
    for number, (old, new) in enumerate(zip(terms, found.terms, strict=False), start=1):
        if old != new:
            return f"term {number} of {len(terms)} is another one now"
    if len(terms) != len(found.terms):
        return f"{len(terms)} terms recorded, {len(found.terms)} now"
    for number, term in enumerate(terms, start=1):
        weight, now = weights.get(term), found.question.weights.get(term)
        if weight != now:
            return f"term {number} of {len(terms)}: idf {weight} recorded, {now} now"
    return None


def in_vector(recorded: bytes, found: bytes) -> str | None:
    """Both int16 little-endian."""
    if recorded == found:
        return None
    old, new = _integers(recorded), _integers(found)
    if len(old) != len(new):
        return f"{len(old)} coordinates recorded, {len(new)} now"
    places = [place for place, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]
    first = places[0]
    return (
        f"coordinate {first + 1}: {old[first]} recorded, {new[first]} now "
        f"({len(places)} of {len(old)} differ)"
    )


def in_list(
    recorded: ListSummary,
    found: ListSummary,
    ranking: Sequence[RankedChunk | None],
    candidates: Candidates,
    part: int,
) -> str | None:
    """One of the two lists; `part` is its place in the scores of a candidate."""
    if told := in_scores(ranking, candidates, part):
        return told
    if recorded == found:
        return None
    if recorded.best != found.best:
        return f"best score {recorded.best} recorded, {found.best} now"
    if recorded.length != found.length:
        return f"{recorded.length} entries recorded, {found.length} now"
    return "an entry below the ranked chunks is another one now"


def in_scores(
    ranking: Sequence[RankedChunk | None], candidates: Candidates, part: int
) -> str | None:
    """The exact scores of the recorded chunks in one list."""
    for rank, chunk in enumerate(ranking, start=1):
        if chunk is None:
            continue
        old = (chunk.ranked.lexical_score, chunk.ranked.dense_score)[part]
        scores = candidates.scores.get(chunk.ranked.chunk_id)
        if scores is None:
            return f"rank {rank}: {_name(chunk.ranked.chunk_id)} is no candidate now"
        if scores[part] != old:
            return _score(rank, chunk.ranked.chunk_id, old, scores[part])
    return None


def in_ranking(recorded: Sequence[RankedChunk | None], found: Sequence[RankedChunk]) -> str | None:
    for rank, (old, new) in enumerate(zip_longest(recorded, found), start=1):
        if old == new:
            continue
        if old is None or new is None:
            return f"{len(recorded)} ranked chunks recorded, {len(found)} now"
        ids = old.ranked.chunk_id, new.ranked.chunk_id
        if ids[0] != ids[1]:
            return f"rank {rank}: {_name(ids[0])} recorded, {_name(ids[1])} now"
        if old.ranked.score != new.ranked.score:
            return _score(rank, ids[0], old.ranked.score, new.ranked.score)
        return f"rank {rank}: {_name(ids[0])} has another rank in a list, or another document, now"
    return None


def in_fused(ranking: Sequence[RankedChunk | None], found: Mapping[str, int]) -> str | None:
    """The fused scores of recorded chunks; those that are not in `found` agree with anything."""
    for rank, chunk in enumerate(ranking, start=1):
        if chunk is not None:
            old = chunk.ranked.score
            new = found.get(chunk.ranked.chunk_id, old)
            if new != old:
                return _score(rank, chunk.ranked.chunk_id, old, new)
    return None


def in_digest(what: str, recorded: str, found: str) -> str | None:
    if recorded == found:
        return None
    return f"{what}: {recorded[:SHOWN_DIGITS]}… recorded, {found[:SHOWN_DIGITS]}… now"


def in_generation(record: AnswerRecord, draft: Draft, citations: Sequence[Citation]) -> str | None:
    """What a generator made of the same evidence; erased parts agree with anything."""
    told = in_citations(record.citations, citations)
    answer = record.fields.get("answer")
    if answer is not None:
        told = in_text(answer["text"], draft.text) if told is None else told
        if told is None and answer["abstained"] != (not citations):
            told = "the answer abstained, or abstains now"
    if told is None and "selection" in record.fields:
        recorded, found = record.fields["selection"], draft.selection
        if canonical_bytes(recorded) != canonical_bytes(found):
            told = "the selection of sentences is another one now"
    return told


def in_text(recorded: str, found: str) -> str | None:
    if recorded == found:
        return None
    pairs = enumerate(zip_longest(recorded, found), start=1)
    first = next(place for place, (old, new) in pairs if old != new)
    return f"the answer's text differs from character {first} on"


def in_citations(recorded: Sequence[Citation | None], found: Sequence[Citation]) -> str | None:
    """Erased ones agree with anything."""
    if len(recorded) != len(found):
        return f"{len(recorded)} citations recorded, {len(found)} now"
    for number, (old, new) in enumerate(zip(recorded, found, strict=True), start=1):
        if old is not None and old != new:
            return f"citation {number}: {_place(old)} recorded, {_place(new)} now"
    return None


def _integers(vector: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(vector) // 2}h", vector)


def _name(chunk_id: str) -> str:
    return f"chunk {chunk_id[:SHOWN_DIGITS]}…"


def _score(rank: int, chunk_id: str, old: int, new: int) -> str:
    return f"rank {rank}: {_name(chunk_id)} score {old} recorded, {new} now"


def _place(citation: Citation) -> str:
    return f"{_name(citation.chunk_id)} characters {citation.start}-{citation.end}"
