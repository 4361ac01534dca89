"""Explaining one recorded answer to a person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lexiane_dagster.application.answer import Asker
from lexiane_dagster.application.retrieve import candidates_of
from lexiane_dagster.domain.errors import IntegrityError, NotFoundError, UnavailableError
from lexiane_dagster.domain.explanation import ChunkExplanation, explained
from lexiane_dagster.domain.ledger.checkpoint import SignedCheckpoint
from lexiane_dagster.domain.merkle import leaf_hash
from lexiane_dagster.domain.record import AnswerRecord
from lexiane_dagster.domain.version import RetrievalSettings
from lexiane_dagster.ports.ledger import Ledger


@dataclass(frozen=True, slots=True)
class LedgerPlace:
    """Where the ledger holds an answer: its leaf, and the first checkpoint that covers it."""

    leaf: int
    leaf_hash: str
    checkpoint: SignedCheckpoint

    def to_json(self) -> dict[str, Any]:
        head = self.checkpoint.checkpoint
        return {
            "leaf": self.leaf,
            "leaf_hash": self.leaf_hash,
            "checkpoint": {
                "origin": head.origin,
                "size": head.size,
                "root": head.root.hex(),
                "note": self.checkpoint.note(),
            },
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """An answer's record, and why each ranked chunk was ranked there.

    `chunks` are by rank, None where one was erased; empty with a `reason` where the ranking cannot be
    computed again. `weights` are those of the fusion.
    """

    record: AnswerRecord
    place: LedgerPlace
    settings: RetrievalSettings | None
    chunks: tuple[ChunkExplanation | None, ...]
    reason: str | None

    def to_json(self) -> dict[str, Any]:
        return {
            **self.record.to_json(),
            "explanation": {
                "reason": self.reason,
                "retrieval": self.settings.to_json() if self.settings else None,
                "chunks": [chunk.to_json() if chunk else None for chunk in self.chunks],
            },
            "ledger": self.place.to_json(),
        }


def explain(record: AnswerRecord, asker_for: Callable[[str], Asker], ledger: Ledger) -> Explanation:
    """Compute the ranking of an answer again, term by term; `asker_for` takes a full digest."""
    place = place_of(ledger, record.answer_id)
    vector, lexical, dense = record.query_vector, record.lexical, record.dense
    if not record.replayable or vector is None or lexical is None or dense is None:
        return Explanation(record, place, None, (), "what the ranking rests on was erased")
    try:
        asker = asker_for(record.version.partition("@")[2])
    except (NotFoundError, IntegrityError, UnavailableError) as error:
        return Explanation(record, place, None, (), error.detail)
    settings = asker.version.manifest.retrieval
    chunks = _chunks(record, asker, vector, (lexical.best, dense.best))
    return Explanation(record, place, settings, tuple(chunks), None)


def place_of(ledger: Ledger, index: int) -> LedgerPlace:
    """Leaf and checkpoint of an entry."""
    _, note = next(iter(ledger.checkpoints(index + 1)))
    data = ledger.entry(index).data
    return LedgerPlace(index, leaf_hash(data).hex(), SignedCheckpoint.from_note(note))


def _chunks(
    record: AnswerRecord, asker: Asker, vector: bytes, bests: tuple[int, int]
) -> Sequence[ChunkExplanation | None]:
    version, manifest = asker.version, asker.version.manifest
    asked = asker.analyzed(record.fields["question"])
    weights = {term: asked.weights[term] for term in asker.terms(asked.text)}
    grid = np.frombuffer(vector, "<i2").astype(np.int16)
    scores = candidates_of(version, list(weights), grid, record.groups).scores
    found: list[ChunkExplanation | None] = []
    for item in record.ranking:
        if item is None or item.ranked.chunk_id not in scores:
            found.append(None)
            continue
        chunk = version.chunks[item.ranked.chunk_id]
        found.append(
            explained(
                item,
                chunk.heading,
                asker.analyzer.terms(chunk.indexed_text),
                weights,
                scores[chunk.chunk_id][1],
                bests,
                manifest.lexical,
                manifest.retrieval,
            )
        )
    return found
