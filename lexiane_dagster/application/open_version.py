"""Opening a version: everything that is read is checked against the manifest first."""

import logging
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.build_index import load_manifest
from lexiane_dagster.application.derive import (
    derive,
    derived_folder,
    move_into_place,
    remove_derived,
    scratch_folder,
)
from lexiane_dagster.application.erasure.collected import collected_versions
from lexiane_dagster.application.erasure.frozen import frozen_terms
from lexiane_dagster.domain.corpus import Chunk, Document
from lexiane_dagster.domain.errors import (
    AnalysisError,
    IntegrityError,
    NotFoundError,
    UnavailableError,
)
from lexiane_dagster.domain.version import (
    AnalysisSettings,
    LexicalStatistics,
    Manifest,
    full_name,
    parse_reference,
)
from lexiane_dagster.ports.analyzer import Analyzer
from lexiane_dagster.ports.index import Searcher
from lexiane_dagster.ports.progress import Progress

log = logging.getLogger(__name__)
# A version is read again when more of it was erased in the meantime.
ATTEMPTS = 10


@dataclass(frozen=True, slots=True)
class Erased:
    """How much of a version was erased after it was built."""

    documents: int = 0
    chunks: int = 0


@dataclass(frozen=True, slots=True)
class OpenVersion:
    """A verified version, ready to answer. Erased documents and chunks are not in it."""

    manifest: Manifest
    documents: Mapping[str, Document]
    chunks: Mapping[str, Chunk]
    searcher: Searcher
    erased: Erased = Erased()

    @property
    def name(self) -> str:
        return full_name(self.manifest.corpus, self.manifest.digest)


def resolve_version(reference: str, corpus: str | None, backends: Backends) -> str:
    """The full digest that `handbook@3f9c…`, `3f9c…` or any unique prefix stands for.

    Raises:
        NotFoundError: no version has that prefix, or several do.
    """
    parsed = parse_reference(reference)
    if parsed is None or (parsed[0] and corpus and parsed[0] != corpus):
        raise NotFoundError(
            f"{reference!r} does not name a version" + (f" of corpus {corpus!r}" if corpus else ""),
            remedy="a version is written like handbook@3f9c2a1b04de; see `lexiane versions CORPUS`",
        )
    found = backends.catalog.matching(parsed[1], parsed[0] or corpus)
    if not found:
        _refuse_collected(parsed[1], parsed[0] or corpus, backends)
    if len(found) != 1:
        what = "no version matches" if not found else f"{len(found)} versions match"
        raise NotFoundError(
            f"{what} {reference!r}",
            remedy="give more digits of the name; see `lexiane versions CORPUS`",
        )
    return found[0]


def _refuse_collected(prefix: str, corpus: str | None, backends: Backends) -> None:
    for name, at in collected_versions(backends.ledger).items():
        owner, _, digest = name.partition("@")
        if digest.startswith(prefix) and corpus in (None, owner):
            raise NotFoundError(
                f"the version {name} was collected by a retention rule at {at}",
                remedy="ask another version; building the same content again brings it back",
            )


def released_version(corpus: str, release: str, backends: Backends) -> str:
    """The version that a release points at."""
    version = backends.catalog.release(corpus, release)
    if version is None:
        raise NotFoundError(
            f"corpus {corpus!r} has no release {release!r}",
            remedy=f"run `lexiane build {corpus}` first; see `lexiane versions {corpus}`",
        )
    return version


def open_version(
    version: str, analyzer_for: Callable[[str], Analyzer], backends: Backends, progress: Progress
) -> OpenVersion:
    """Verify and open a version by its full digest; missing index files are built again.

    Raises:
        NotFoundError: there is no such version in the store.
        IntegrityError: something read is not what the manifest binds; the message names it.
        AnalysisError: this release analyses text in another way than the version did.
    """
    manifest = load_manifest(backends.objects, version)
    for _ in range(ATTEMPTS):
        erased = erased_of(manifest, backends)
        try:
            opened = _open(manifest, erased, analyzer_for, backends, progress)
        except (IntegrityError, AnalysisError):
            if erased == erased_of(manifest, backends):
                raise
            continue
        if opened is not None:
            return opened
    raise UnavailableError(
        f"the version {version} is being changed by an erasure all the time",
        remedy="try again when the erasure is done",
    )


def _open(
    manifest: Manifest,
    erased: Erased,
    analyzer_for: Callable[[str], Analyzer],
    backends: Backends,
    progress: Progress,
) -> OpenVersion | None:
    """The version without what is `erased`; None where more was erased in the meantime."""
    documents = {row.document_id: row for row in backends.tables.documents(manifest.documents)}
    chunks = {row.chunk_id: row for row in backends.tables.chunks(manifest.chunks)}
    if (len(documents) + erased.documents, len(chunks) + erased.chunks) != (
        manifest.document_count,
        manifest.chunk_count,
    ):
        raise IntegrityError(
            f"the tables of version {manifest.digest} hold {len(documents)} documents and "
            f"{len(chunks)} chunks, its manifest says {manifest.document_count} and "
            f"{manifest.chunk_count}, and {erased.documents} and {erased.chunks} were erased",
            remedy="restore the store from its back-up",
        )
    folder = derived_folder(backends, manifest.digest)
    searcher = _searcher(folder, manifest, len(chunks), backends)
    if searcher is None:
        vectors = backends.tables.vectors(manifest.vectors, list(chunks))
        scratch = scratch_folder(backends, manifest.digest[:16])
        try:
            lost = backends.tables.redaction("chunks", manifest.chunks)
            frozen = frozen_terms(manifest, backends.objects, lost.digest) if lost else None
            ordered = list(chunks.values())
            analyzer = analyzer_for(manifest.analysis.language)
            lexical = derive(
                scratch, ordered, documents, vectors, analyzer, backends, progress, frozen
            )
            _require_same(analyzer.settings, lexical, manifest)
            if erased != erased_of(manifest, backends):
                return None
            move_into_place(scratch, folder)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        searcher = _searcher(folder, manifest, len(chunks), backends)
    return OpenVersion(manifest, documents, chunks, searcher, erased) if searcher else None


def erased_of(manifest: Manifest, backends: Backends) -> Erased:
    """What was erased from a version."""
    lost = {
        kind: backends.tables.redaction(kind, root)
        for kind, root in (("documents", manifest.documents), ("chunks", manifest.chunks))
    }
    documents, chunks = (len(item.erased) if item else 0 for item in lost.values())
    return Erased(documents, chunks)


def _searcher(folder: Path, manifest: Manifest, chunks: int, backends: Backends) -> Searcher | None:
    """The index in `folder`; None where there is none for so many chunks, and then it is removed."""
    if not folder.is_dir():
        return None
    try:
        searcher = backends.engine.open(folder)
        if searcher.statistics == manifest.lexical and searcher.chunks == chunks:
            return searcher
        searcher.close()
        log.warning("index files %s are not those of the version; built again", folder)
    except IntegrityError as error:
        log.warning("%s; the index files are built again from the store", error.detail)
    remove_derived(folder)
    return None


def _require_same(
    analysis: AnalysisSettings, lexical: LexicalStatistics, manifest: Manifest
) -> None:
    if analysis != manifest.analysis or lexical != manifest.lexical:
        raise AnalysisError(
            f"analysis changed: this release analyses the chunks of version {manifest.digest} "
            "in another way than its manifest says",
            remedy="use the release of lexiane-dagster that built the version, or build again",
        )
