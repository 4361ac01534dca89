"""The step over index files: they are what a rebuild from the tables gives."""

import filecmp
import tempfile
from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.derive import derive, derived_folder
from lexiane_dagster.application.erasure.frozen import frozen_terms
from lexiane_dagster.application.verification.findings import Findings
from lexiane_dagster.domain.corpus import Chunk, Document
from lexiane_dagster.domain.version import Manifest
from lexiane_dagster.ports.analyzer import Analyzer

# What a build that is running, or was killed, has in the folder of index files.
UNFINISHED = ("building-", ".")


@dataclass(frozen=True, slots=True)
class Content:
    """The tables of one version; vectors are int16, one row a chunk."""

    name: str
    manifest: Manifest
    documents: Mapping[str, Document]
    chunks: Sequence[Chunk]
    vectors: NDArray[np.int16]


class _Quiet:
    """The `Progress` port below another line of progress."""

    def stage(self, name: str, total: int | None) -> AbstractContextManager[Callable[[int], None]]:
        return nullcontext(lambda _: None)


class IndexCheck:
    """Builds the index of each version once more, elsewhere, and compares."""

    def __init__(self, backends: Backends, analyzer_for: Callable[[str], Analyzer]) -> None:
        self.found = Findings("indexes")
        self._backends = backends
        self._analyzer_for = analyzer_for

    def check(self, content: Content) -> None:
        """Index files and lexical statistics of one version are those of its tables."""
        with self.found.item(f"index of {content.name}"):
            self._check(content)

    def unchecked(self, name: str) -> None:
        """There is nothing to build the index of a version from."""
        self.found.problem(f"index of {name}: not checked: its tables are damaged")

    def _check(self, content: Content) -> None:
        found, manifest = self.found, content.manifest
        analyzer = self._analyzer_for(manifest.analysis.language)
        if not found.require(
            analyzer.settings == manifest.analysis,
            f"index of {content.name}: not checked: this release analyses text in another way",
        ):
            return
        with tempfile.TemporaryDirectory(prefix="lexiane-verify-") as scratch:
            backends = replace(self._backends, derived=Path(scratch))
            built = derived_folder(backends, manifest.digest)
            lexical = derive(
                built,
                content.chunks,
                content.documents,
                content.vectors,
                analyzer,
                backends,
                _Quiet(),
                frozen_terms(manifest, backends.objects),
            )
            found.checked += 1
            found.require(
                lexical == manifest.lexical,
                f"the lexical statistics of {content.name} are not those of its chunks",
            )
            stored = derived_folder(self._backends, manifest.digest)
            if stored.is_dir():
                self._compare(content.name, built, stored)

    def _compare(self, name: str, built: Path, stored: Path) -> None:
        """Index files may be missing as a whole; single ones may not."""
        found = self.found
        wanted, there = _names(built), _names(stored)
        for file in sorted(wanted | there):
            found.checked += 1
            if file not in there:
                found.problem(f"index file {file} of {name} is missing")
            elif file not in wanted:
                found.problem(f"index of {name} has an unknown file {file}")
            else:
                with found.item(f"index file {file} of {name}"):
                    found.require(
                        filecmp.cmp(built / file, stored / file, shallow=False),
                        f"index file {file} of {name} is not what its tables give",
                    )

    def check_folders(self, known: Container[str], listed_now: Callable[[str], bool]) -> None:
        """Nothing else than the index files of versions (by digest) is in their folder."""
        if not self._backends.derived.is_dir():
            return
        for entry in sorted(self._backends.derived.iterdir()):
            if entry.name.startswith(UNFINISHED) or entry.name in known:
                continue
            self.found.require(
                listed_now(entry.name), f"index folder {entry.name} is of no version"
            )


def _names(folder: Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*")}
