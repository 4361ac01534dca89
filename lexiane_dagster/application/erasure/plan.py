"""What an erasure of answers, principals and documents will do (docs/erasure.md)."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lexiane_dagster.application.attest import STATEMENT
from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.erasure.answers import (
    answers_of,
    answers_with_documents,
    other_leaves,
    whole_answers,
)
from lexiane_dagster.application.erasure.documents import Traces, traces
from lexiane_dagster.application.erasure.freeze import frozen_without
from lexiane_dagster.application.erasure.leaves import LostFields
from lexiane_dagster.application.erasure.statements import Reissue, reissues
from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.errors import ConfigurationError
from lexiane_dagster.domain.frozen import FrozenTerms
from lexiane_dagster.domain.ledger.entry import ANSWER, ERASURE
from lexiane_dagster.domain.redaction import Authorised, Redaction
from lexiane_dagster.ports.analyzer import Analyzer
from lexiane_dagster.ports.ledger import Ledger
from lexiane_dagster.ports.progress import Progress

AnalyzerFor = Callable[[str], Analyzer]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be erased: answers by id, everything given to principals, documents of corpora."""

    answers: tuple[int, ...] = ()
    principals: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    corpora: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True)
class ErasurePlan:
    """What an erasure will do. `fields` are by the kind of the erasure; `frozen` are the statistics
    that versions (digests) keep; `unopenable` are full names of versions that cannot be opened any
    more, since this release does not analyse text as they did."""

    wanted: Wanted
    fields: Mapping[str, tuple[LostFields, ...]]
    traces: Traces = field(default_factory=Traces)
    tables: tuple[Redaction, ...] = ()
    frozen: Mapping[str, FrozenTerms] = field(default_factory=dict)
    unopenable: tuple[str, ...] = ()
    statements: tuple[Reissue, ...] = ()
    answers: tuple[int, ...] = ()

    @property
    def versions(self) -> list[str]:
        """Full names of the versions that lose documents."""
        return sorted(holding.name for holding in self.traces.versions)

    @property
    def empty(self) -> bool:
        return not (any(self.fields.values()) or self.traces.redactions or self.traces.unlinked)

    def to_json(self) -> dict[str, Json]:
        return {
            "answers": self.answers,
            "fields": sum(len(item.paths) for found in self.fields.values() for item in found),
            "versions": self.versions,
            "unopenable": self.unopenable,
            "rows": {
                kind: sum(map(len, rows.values()))
                for kind, rows in (("documents", self.traces.rows), ("chunks", self.traces.chunks))
            },
            "tables": len(self.traces.redactions),
            "objects": len(self.traces.objects),
            "vectors": len(self.traces.texts),
        }


def plan_erasure(
    wanted: Wanted, analyzer_for: AnalyzerFor, backends: Backends, progress: Progress
) -> ErasurePlan:
    """Find everything that goes; nothing is changed.

    Raises:
        NotFoundError: an answer that does not exist.
        ConfigurationError: nothing was named, or a document without a corpus.
        IntegrityError: what is stored is damaged, so that it cannot be told what to erase.
    """
    _require(wanted, backends)
    ledger = backends.ledger
    fields = {
        "answer": whole_answers(ledger, wanted.answers),
        "principal": whole_answers(ledger, answers_of(ledger, wanted.principals)),
    }
    if not wanted.documents:
        return ErasurePlan(wanted, _tuples(fields), answers=_answers(ledger, fields))
    corpora, documents = frozenset(wanted.corpora), frozenset(wanted.documents)
    authorised = authorised_of(ledger)
    found = traces(corpora, documents, authorised, backends, progress)
    statements = reissues(found, backends)
    fields["document"] = [
        *answers_with_documents(ledger, corpora, documents),
        *other_leaves(
            ledger, frozenset(item.name for item in found.versions), documents, found.digests
        ),
        *(LostFields(item.leaf, (STATEMENT,), whole=False) for item in statements),
    ]
    frozen = {
        item.manifest.digest: frozen_without(
            item.manifest,
            {chunk.chunk_id for chunk in found.chunks[item.manifest.chunks]},
            found.redactions["chunks", item.manifest.chunks].digest,
            analyzer_for,
            backends,
        )
        for item in found.versions
        if item.manifest is not None and item.manifest.chunks in found.chunks
    }
    return ErasurePlan(
        wanted,
        _tuples(fields),
        found,
        tuple(item for item in found.redactions.values() if not authorised.allows(item)),
        {version: kept for version, kept in frozen.items() if kept is not None},
        tuple(
            item.name
            for item in found.versions
            if item.manifest is not None and frozen.get(item.manifest.digest, item) is None
        ),
        tuple(statements),
        _answers(ledger, fields),
    )


def authorised_of(ledger: Ledger) -> Authorised:
    """What the erasure leaves of the ledger say of tables and versions."""
    return Authorised(ledger.entry(index).entry for index in ledger.find(ERASURE))


def _require(wanted: Wanted, backends: Backends) -> None:
    if not (wanted.answers or wanted.principals or wanted.documents):
        raise ConfigurationError(
            "nothing was named to be erased",
            remedy="name answers with --answer, people with --principal, documents with --document",
        )
    if bool(wanted.documents) != bool(wanted.corpora):
        raise ConfigurationError(
            "a document is named by its id and its corpus",
            remedy="give --document and --corpus together",
        )
    unknown = sorted(set(wanted.corpora) - set(backends.catalog.corpora()))
    if unknown:
        raise ConfigurationError(
            f"there is no version of a corpus {unknown[0]!r}",
            remedy="`lexiane versions CORPUS` lists the versions of a corpus",
        )


def _answers(ledger: Ledger, fields: Mapping[str, Sequence[LostFields]]) -> tuple[int, ...]:
    touched = {item.entry for found in fields.values() for item in found}
    return tuple(sorted(index for index in touched if ledger.entry(index).type == ANSWER))


def _tuples(
    fields: Mapping[str, Sequence[LostFields]],
) -> dict[str, tuple[LostFields, ...]]:
    return {kind: tuple(_merged(found)) for kind, found in fields.items()}


def _merged(found: Sequence[LostFields]) -> Iterator[LostFields]:
    """One item a leaf."""
    paths: dict[int, set[str]] = defaultdict(set)
    whole = {item.entry for item in found if item.whole}
    for item in found:
        paths[item.entry].update(item.paths)
    for entry in sorted(paths):
        yield LostFields(entry, tuple(sorted(paths[entry])), entry in whole)
