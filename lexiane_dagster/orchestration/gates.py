"""Quality gates as data: what ships by default, and what a corpus's `expectations.yaml` adds."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import dagster as dg
from pydantic import BaseModel, ConfigDict, Field

from lexiane_dagster.domain.digest import digest_of_json
from lexiane_dagster.domain.errors import ConfigurationError
from lexiane_dagster.domain.predicates import JudgedGate
from lexiane_dagster.settings import parse, read_yaml

Stage = Literal["documents", "chunks", "embeddings", "index"]
Severity = Literal["warn", "error"]
ALGORITHM = "gates/1"
QUESTIONS = "questions.jsonl"


@dataclass(frozen=True)
class Gate:
    """One asset check. `rule` names a Great Expectations expectation (`expect_…`) with `arguments`,
    or a rule of `application.reconcile`, or `quality` with a measure's floor and drop."""

    name: str
    stage: Stage
    rule: str
    arguments: dict[str, Any]
    description: str
    severity: Severity = "error"
    blocking: bool = True

    @property
    def digest(self) -> str:
        """Changes when the gate would judge differently."""
        values = {key: repr(value) for key, value in asdict(self).items()}
        return digest_of_json({"algorithm": ALGORITHM, **values})

    def spec(self, corpus: str) -> dg.AssetCheckSpec:
        return dg.AssetCheckSpec(
            name=self.name,
            asset=dg.AssetKey([corpus, self.stage]),
            description=self.description,
            blocking=self.blocking,
            metadata={"rule": self.rule, "severity": self.severity},
        )


@dataclass(frozen=True)
class GateResult:
    """What came of a gate; `failing` holds ids, never text."""

    name: str
    ok: bool
    detail: str
    failing: tuple[str, ...] = ()


def judged(gates: Sequence[Gate], results: Sequence[GateResult]) -> list[JudgedGate]:
    """Gates with their results, as the ledger is told."""
    return [
        JudgedGate(
            name=gate.name,
            rule=gate.rule,
            configuration=gate.digest,
            severity=gate.severity,
            blocking=gate.blocking,
            ok=result.ok,
            detail=result.detail,
            failing=result.failing,
        )
        for gate, result in zip(gates, results, strict=True)
    ]


class _Expectation(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)

    expectation: Annotated[str, Field(pattern=r"^expect_[a-z_]+$")]
    name: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    severity: Severity = "error"
    blocking: bool = True


class _Quality(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    floor: Annotated[float, Field(ge=0, le=1)] = 0.0
    max_drop: Annotated[float, Field(ge=0, le=1)] = 1.0
    severity: Severity = "error"
    blocking: bool = True


class _Expectations(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    documents: list[_Expectation] = []
    chunks: list[_Expectation] = []
    embeddings: list[_Expectation] = []
    quality: dict[Literal["nDCG@10", "R@10", "RR"], _Quality] = {}


DEFAULTS: tuple[Gate, ...] = (
    Gate(
        "documents_present",
        "documents",
        "expect_table_row_count_to_be_between",
        {"min_value": 1},
        "There is at least one document.",
    ),
    Gate(
        "document_ids_unique",
        "documents",
        "expect_column_values_to_be_unique",
        {"column": "document_id"},
        "No two documents have one id.",
    ),
    Gate(
        "documents_have_text",
        "documents",
        "expect_column_values_to_be_between",
        {"column": "text_length", "min_value": 1},
        "Every document has text.",
    ),
    Gate("texts_readable", "documents", "texts_are_readable", {}, "No text is garbled."),
    Gate(
        "chunk_ids_unique",
        "chunks",
        "expect_column_values_to_be_unique",
        {"column": "chunk_id"},
        "No two chunks have one id.",
    ),
    Gate(
        "chunks_have_text",
        "chunks",
        "expect_column_values_to_be_between",
        {"column": "length", "min_value": 1},
        "Every chunk has text.",
    ),
    Gate(
        "documents_chunked",
        "chunks",
        "documents_are_chunked",
        {},
        "Documents in = documents with chunks.",
    ),
    Gate("offsets_verified", "chunks", "offsets_hold", {}, "text[start:end] is the chunk, always."),
    Gate(
        "vectors_one_a_chunk",
        "embeddings",
        "expect_column_values_to_be_unique",
        {"column": "chunk_id"},
        "Every chunk has exactly one vector.",
    ),
    Gate(
        "vectors_not_collapsed",
        "embeddings",
        "expect_column_proportion_of_unique_values_to_be_between",
        {"column": "vector", "min_value": 0.5},
        "At least half of the vectors differ: the model tells texts apart.",
        severity="warn",
        blocking=False,
    ),
    Gate("vectors_unit", "embeddings", "vectors_are_unit", {}, "Every vector has unit length."),
)


def corpus_gates(folder: Path) -> tuple[Gate, ...]:
    """The gates of the corpus that `folder` declares.

    Raises:
        ConfigurationError: as `gates_of`, or quality is to be measured without judged questions.
    """
    file, questions = folder / "expectations.yaml", folder / QUESTIONS
    gates = gates_of(file)
    if any(gate.rule == "quality" for gate in gates) and not questions.is_file():
        raise ConfigurationError(
            f"{file} sets bounds on quality, but {questions} does not exist",
            remedy=f"write judged questions to {questions}, or take `quality` out",
        )
    return gates


def gates_of(file: Path) -> tuple[Gate, ...]:
    """The default gates and those that a corpus's `expectations.yaml`, if any, adds.

    Raises:
        ConfigurationError: the file cannot be read, or a name is used twice.
    """
    if not file.is_file():
        return DEFAULTS
    declared = parse(_Expectations, read_yaml(file), file)
    added = [
        Gate(
            name=item.name,
            stage=stage,
            rule=item.expectation,
            arguments=dict(item.model_extra or {}),
            description=f"{item.expectation} of {file.name}",
            severity=item.severity,
            blocking=item.blocking,
        )
        for stage in ("documents", "chunks", "embeddings")
        for item in getattr(declared, stage)
    ]
    measured = [
        Gate(
            name="quality_" + name.lower().replace("@", "_at_"),
            stage="index",
            rule="quality",
            arguments={"measure": name, "floor": bound.floor, "max_drop": bound.max_drop},
            description=f"{name} at least {bound.floor}, and at most {bound.max_drop} below the release.",
            severity=bound.severity,
            blocking=bound.blocking,
        )
        for name, bound in sorted(declared.quality.items())
    ]
    gates = (*DEFAULTS, *added, *measured)
    names = [gate.name for gate in gates]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigurationError(
            f"{file}: the gate name {twice[0]!r} is used twice",
            remedy="give every expectation a name of its own",
        )
    return gates
