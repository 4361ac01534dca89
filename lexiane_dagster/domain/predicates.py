"""What statements say: how a version was made, how a gate judged it, that it was released.

Formats: https://slsa.dev/provenance/v1, https://in-toto.io/attestation/test-result/v0.1 and
https://in-toto.io/attestation/release/v0.1. docs/statements.md says what each field holds here.
No statement holds the name of a document, a path or a text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.statement import Statement
from lexiane_dagster.domain.version import Manifest, full_name

PROVENANCE: Final = "https://slsa.dev/provenance/v1"
TEST_RESULT: Final = "https://in-toto.io/attestation/test-result/v0.1"
RELEASE: Final = "https://in-toto.io/attestation/release/v0.1"

# Names, not addresses: docs/statements.md says what they stand for.
BUILD_TYPE: Final = "urn:lexiane:build:index-version:v1"
ERASED_DOCUMENT: Final = "erased document"
LEAF_DIGEST: Final = "lexianeDocumentLeaf"


@dataclass(frozen=True, slots=True)
class Making:
    """How one run made a version.

    `embedder` are its settings as declared, from which it can be made again. `parameters` are all
    declared settings that decide the result, without names of documents and without paths.
    `started` is RFC 3339 in UTC.
    """

    run_id: str
    started: str
    embedder: Mapping[str, Json]
    parameters: Mapping[str, Json]
    libraries: Mapping[str, str]
    python: str
    machine: str
    numeric_profile: str

    def to_json(self) -> dict[str, Json]:
        return {
            "run_id": self.run_id,
            "started": self.started,
            "embedder": self.embedder,
            "parameters": self.parameters,
            "libraries": self.libraries,
            "python": self.python,
            "machine": self.machine,
            "numeric_profile": self.numeric_profile,
        }


@dataclass(frozen=True, slots=True)
class JudgedGate:
    """What came of one gate. `configuration` is the digest of all that decides how it judges;
    `detail` and `failing` (ids of rows) may name documents."""

    name: str
    rule: str
    configuration: str
    severity: str
    blocking: bool
    ok: bool
    detail: str
    failing: tuple[str, ...] = ()

    @property
    def result(self) -> str:
        if self.ok:
            return "PASSED"
        return "WARNED" if self.severity == "warn" else "FAILED"


def provenance(
    manifest: Manifest, documents: Iterable[str], making: Making, builder: str, finished: str
) -> Statement:
    """The statement of how a version was made.

    `documents` are the digests of the raw bytes, one a document; `builder` is a URI.
    """
    return Statement(
        full_name(manifest.corpus, manifest.digest),
        PROVENANCE,
        {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {"corpus": manifest.corpus, **making.parameters},
                "internalParameters": {
                    "analysis": manifest.analysis.to_json(),
                    "embedder": manifest.embedder.digest,
                    "retrieval": manifest.retrieval.to_json(),
                },
                "resolvedDependencies": [
                    *map(_document, sorted(documents)),
                    *(
                        {"name": f"embedder/{path}", "digest": {"sha256": digest}}
                        for path, digest in sorted(manifest.embedder.files.items())
                    ),
                ],
            },
            "runDetails": {
                "builder": {
                    "id": builder,
                    "version": {**making.libraries, "python": making.python},
                },
                "metadata": {
                    "invocationId": making.run_id,
                    "startedOn": making.started,
                    "finishedOn": finished,
                },
                "byproducts": [
                    {
                        "name": "numeric_profile",
                        "digest": {"sha256": making.numeric_profile},
                        "annotations": {"machine": making.machine},
                    }
                ],
            },
        },
    )


def without_documents(statement: Statement, erased: Iterable[tuple[str, str]]) -> Statement:
    """A provenance statement that names erased documents by their Merkle leaf only.

    `erased` holds (digest of the raw bytes, leaf hash in hex), one a document: where two documents
    have the same bytes and one is erased, the digest of the other stays.

    Raises:
        ValueError: the statement does not name such a document.
    """
    predicate: Any = statement.predicate
    definition = predicate["buildDefinition"]
    documents, erased_before, others = _sorted_out(definition["resolvedDependencies"])
    leaves = list(erased_before)
    for raw, leaf in erased:
        if raw not in documents:
            raise ValueError(f"the statement about {statement.subject} names no document {raw}")
        documents.remove(raw)
        leaves.append(leaf)
    dependencies: list[Json] = [
        *map(_document, documents),
        *map(_erased, sorted(leaves)),
        *others,
    ]
    return replace(
        statement,
        predicate={
            **predicate,
            "buildDefinition": {**definition, "resolvedDependencies": dependencies},
        },
    )


def gate_result(version: str, gate: JudgedGate) -> Statement:
    """The statement of what a gate found; `version` is a full name."""
    lists = {"PASSED": "passedTests", "WARNED": "warnedTests", "FAILED": "failedTests"}
    tests: dict[str, Json] = {key: [] for key in lists.values()}
    tests[lists[gate.result]] = [gate.name]
    configuration: list[Json] = [{"name": gate.rule, "digest": {"sha256": gate.configuration}}]
    return Statement(
        version,
        TEST_RESULT,
        {"result": gate.result, "configuration": configuration, **tests},
    )


def release(version: str, name: str) -> Statement:
    """The statement that the release `name` of a corpus points at `version` (full name) now."""
    corpus, _, digest = version.partition("@")
    return Statement(
        version,
        RELEASE,
        {"purl": f"pkg:generic/{corpus}@{digest}", "releaseId": f"{corpus}/{name}"},
    )


def _document(digest: str) -> Json:
    return {"digest": {"sha256": digest}}


def _erased(leaf: str) -> Json:
    return {"name": ERASED_DOCUMENT, "digest": {LEAF_DIGEST: leaf}}


def _sorted_out(
    dependencies: Sequence[Any],
) -> tuple[list[str], list[str], list[Mapping[str, Json]]]:
    """Digests of documents, leaves of erased documents, and everything else."""
    named = [each for each in dependencies if "name" in each]
    return (
        [each["digest"]["sha256"] for each in dependencies if "name" not in each],
        [each["digest"][LEAF_DIGEST] for each in named if each["name"] == ERASED_DOCUMENT],
        [each for each in named if each["name"] != ERASED_DOCUMENT],
    )
