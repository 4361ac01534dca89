"""Answer records: a derivation as fields of a ledger entry (docs/formats/answer-record-v1.md)."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lexiane_dagster.domain.answer import Citation, RankedChunk
from lexiane_dagster.domain.canonical import Json, canonical_bytes
from lexiane_dagster.domain.derivation import Derivation, ListSummary
from lexiane_dagster.domain.ledger.entry import ANSWER, Entry, Event, item_path

RANKING: Final = "ranking"
CITATIONS: Final = "citations"


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """One recorded answer, as far as it was not erased.

    `fields` holds the decoded values that are left, `erased` the paths that an erasure removed.
    """

    answer_id: int
    entry: Entry
    fields: Mapping[str, Any]
    erased: tuple[str, ...]

    @property
    def version(self) -> str:
        """Full name of the version that answered."""
        return str(self.entry.version)

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(self.fields.get("groups", ()))

    @property
    def replayable(self) -> bool:
        """True when the question is left, and what it was asked with."""
        return {"question", "groups", "settings"} <= self.fields.keys()

    @property
    def query_vector(self) -> bytes | None:
        """int16 little-endian; None where it was erased."""
        encoded = self.fields.get("query_vector")
        return base64.b64decode(encoded) if encoded is not None else None

    @property
    def lexical(self) -> ListSummary | None:
        return self._summary("lexical")

    @property
    def dense(self) -> ListSummary | None:
        return self._summary("dense")

    def lacks(self, *paths: str) -> bool:
        """True when one of these fields, or of those below one, was erased."""
        return any(name.partition("/")[0] in paths for name in self.erased)

    @property
    def ranking(self) -> Sequence[RankedChunk | None]:
        """The ranked chunks by rank; None where one was erased."""
        return [
            RankedChunk.from_json(found) if found is not None else None
            for found in self._items(RANKING)
        ]

    @property
    def citations(self) -> Sequence[Citation | None]:
        return [
            Citation.from_json(found) if found is not None else None
            for found in self._items(CITATIONS)
        ]

    def _summary(self, path: str) -> ListSummary | None:
        found = self.fields.get(path)
        return ListSummary(**found) if found is not None else None

    def _items(self, path: str) -> list[Any]:
        count = self.entry.items(path)
        return [self.fields.get(item_path(path, number)) for number in range(count)]

    def to_json(self) -> dict[str, Any]:
        """Everything that is left, with lists put together again."""
        lists = {RANKING: self._items(RANKING), CITATIONS: self._items(CITATIONS)}
        single = {path: value for path, value in self.fields.items() if "/" not in path}
        return {
            "answer_id": self.answer_id,
            "at": self.entry.at,
            "version": self.version,
            **single,
            **lists,
            "erased": list(self.erased),
        }


def answer_fields(
    derivation: Derivation, principal: str | None, environment: Json
) -> dict[str, bytes]:
    """The fields of the entry of an answer: canonical JSON by path."""
    answer = derivation.answer
    values: dict[str, Json] = {
        "question": answer.search.question,
        "principal": principal,
        "groups": answer.search.groups,
        "settings": {"top": derivation.retrieval.top},
        **comparable(derivation),
        "timings": derivation.timings,
        "environment": environment,
    }
    return {path: canonical_bytes(value) for path, value in values.items()}


def comparable(derivation: Derivation) -> dict[str, Json]:
    """The fields that a replay must come to again."""
    answer, found = derivation.answer, derivation.retrieval
    return {
        "analysis": {"terms": found.terms, "weights": found.question.weights},
        "query_vector": base64.b64encode(found.query_vector).decode(),
        "lexical": found.lexical.to_json(),
        "dense": found.dense.to_json(),
        **_listed(RANKING, [entry.to_json() for entry in answer.search.ranking]),
        "prompt": derivation.prompt,
        "generator": {"name": answer.generator, "parameters": derivation.parameters},
        "selection": derivation.selection,
        "answer": {"text": answer.text, "abstained": answer.abstained},
        **_listed(CITATIONS, [citation.to_json() for citation in answer.citations]),
    }


def answer_event(derivation: Derivation, principal: str | None, environment: Json) -> Event:
    """What the ledger is told of an answer: its version in the open, all else as commitments."""
    fields = answer_fields(derivation, principal, environment)
    return Event(ANSWER, {"version": derivation.answer.search.version}, fields)


def decoded(fields: Iterable[tuple[str, bytes]]) -> dict[str, Any]:
    """Values of fields by path."""
    return {path: json.loads(value) for path, value in fields}


def _listed(path: str, values: Sequence[Json]) -> dict[str, Json]:
    return {item_path(path, number): value for number, value in enumerate(values)}
