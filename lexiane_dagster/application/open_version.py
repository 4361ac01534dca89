"""Opening a version: everything that is read is checked against the manifest first."""

import logging
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.build_index import load_manifest
from lexiane_dagster.application.derive import (
    derive,
    derived_folder,
    move_into_place,
    scratch_folder,
)
from lexiane_dagster.domain.corpus import Chunk, Document
from lexiane_dagster.domain.errors import IntegrityError, NotFoundError, UnavailableError
from lexiane_dagster.domain.version import Manifest, full_name, parse_reference
from lexiane_dagster.ports.analyzer import Analyzer
from lexiane_dagster.ports.index import Searcher
from lexiane_dagster.ports.progress import Progress

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenVersion:
    """A verified version, ready to answer."""

    manifest: Manifest
    documents: Mapping[str, Document]
    chunks: Mapping[str, Chunk]
    searcher: Searcher

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
    if len(found) != 1:
        what = "no version matches" if not found else f"{len(found)} versions match"
        raise NotFoundError(
            f"{what} {reference!r}",
            remedy="give more digits of the name; see `lexiane versions CORPUS`",
        )
    return found[0]


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
        UnavailableError: this release analyses text in another way than the version did.
    """
    manifest = load_manifest(backends.objects, version)
    documents = {row.document_id: row for row in backends.tables.documents(manifest.documents)}
    chunks = {row.chunk_id: row for row in backends.tables.chunks(manifest.chunks)}
    if (len(documents), len(chunks)) != (manifest.document_count, manifest.chunk_count):
        raise IntegrityError(
            f"the tables of version {version} hold {len(documents)} documents and {len(chunks)} "
            f"chunks, its manifest says {manifest.document_count} and {manifest.chunk_count}",
            remedy="restore the store from its back-up",
        )
    searcher = _open_index(manifest, documents, chunks, analyzer_for, backends, progress)
    return OpenVersion(manifest, documents, chunks, searcher)


def _open_index(
    manifest: Manifest,
    documents: Mapping[str, Document],
    chunks: Mapping[str, Chunk],
    analyzer_for: Callable[[str], Analyzer],
    backends: Backends,
    progress: Progress,
) -> Searcher:
    folder = derived_folder(backends, manifest.digest)
    if folder.is_dir():
        try:
            searcher = backends.engine.open(folder)
            if searcher.statistics == manifest.lexical:
                return searcher
            log.warning("index files %s are not those of the version; built again", folder)
        except IntegrityError as error:
            log.warning("%s; the index files are built again from the store", error.detail)
        shutil.rmtree(folder)
    vectors = backends.tables.vectors(manifest.vectors, list(chunks))
    _rebuild(manifest, documents, chunks, vectors, analyzer_for, backends, progress)
    return backends.engine.open(folder)


def _rebuild(
    manifest: Manifest,
    documents: Mapping[str, Document],
    chunks: Mapping[str, Chunk],
    vectors: NDArray[np.int16],
    analyzer_for: Callable[[str], Analyzer],
    backends: Backends,
    progress: Progress,
) -> None:
    analyzer = analyzer_for(manifest.analysis.language)
    scratch = scratch_folder(backends, manifest.digest[:16])
    try:
        ordered = list(chunks.values())
        lexical = derive(scratch, ordered, documents, vectors, analyzer, backends, progress)
        if analyzer.settings != manifest.analysis or lexical != manifest.lexical:
            raise UnavailableError(
                f"analysis changed: this release analyses the chunks of version {manifest.digest} "
                "in another way than its manifest says",
                remedy="use the release of lexiane-dagster that built the version, or build again",
            )
        move_into_place(scratch, derived_folder(backends, manifest.digest))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
