"""From evidence to an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from lexiane_dagster.domain.answer import AnalyzedQuestion, Draft, EvidenceChunk
from lexiane_dagster.domain.canonical import Json


@dataclass(frozen=True, slots=True)
class GeneratorIdentity:
    """Name and parameters of a generator, as far as an answer depends on them."""

    name: str
    parameters: Json


class Generator(Protocol):
    """Writes an answer from ranked evidence.

    A draft quotes verbatim: each quote names a chunk of `evidence` and offsets *within that chunk's
    text*. A draft without quotes abstains. A deterministic generator MUST depend on its arguments
    and its identity only.
    """

    @property
    def identity(self) -> GeneratorIdentity: ...

    def draft(self, question: AnalyzedQuestion, evidence: Sequence[EvidenceChunk]) -> Draft: ...
