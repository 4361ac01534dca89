"""The step over the files of the store."""

import json
import re
from collections.abc import Callable, Container, Mapping
from typing import Final

from lexiane_dagster.application.questions import preserved_question_set
from lexiane_dagster.application.verification.findings import Findings
from lexiane_dagster.domain.digest import digest_of_bytes
from lexiane_dagster.domain.report import Step
from lexiane_dagster.domain.snapshot import ChunksSnapshot, DocumentsSnapshot, EmbeddingsSnapshot
from lexiane_dagster.ports.object_store import ObjectStore

Snapshot = DocumentsSnapshot | ChunksSnapshot | EmbeddingsSnapshot
SNAPSHOTS: Final[Mapping[str, type[Snapshot]]] = {
    "lexiane/documents/v1": DocumentsSnapshot,
    "lexiane/chunks/v1": ChunksSnapshot,
    "lexiane/embeddings/v1": EmbeddingsSnapshot,
}
# No snapshot is longer; documents that look like one are read as what they are.
SNAPSHOT_BYTES: Final = 100_000

# Every name that the store gives. `digest` is that of the file's bytes.
NAMES: Final = (
    re.compile(r"(?P<kind>objects)/(?P<fold>..)/(?P<digest>[0-9a-f]{64})"),
    re.compile(
        r"(?P<kind>documents|waived|chunks|vectors)/(?P<fold>..)/"
        r"(?P<root>[0-9a-f]{64})-(?P<digest>[0-9a-f]{64})"
    ),
    re.compile(
        r"(?P<kind>redactions)/(?P<of>documents|waived|chunks|vectors)/(?P<fold>..)/"
        r"(?P<root>[0-9a-f]{64})-(?P<digest>[0-9a-f]{64})\.json"
    ),
    re.compile(r"(?P<kind>statistics)/(?P<of>[0-9a-f]{64})-(?P<digest>[0-9a-f]{64})\.json"),
    re.compile(r"(?P<kind>versions)/(?P<digest>[0-9a-f]{64})\.json"),
    re.compile(r"(?P<kind>embeddings)/[0-9a-f]{64}/(?P<digest>[0-9a-f]{64})\.parquet"),
    re.compile(r"(?P<kind>question_sets)/(?P<corpus>[a-z0-9_]+)/(?P<set>[0-9a-f]{64})\.json"),
)
IGNORED: Final = ".staging/"


class ObjectsWalk:
    """Walks the store; `snapshots` collects, by digest, those that it holds."""

    def __init__(self, objects: ObjectStore) -> None:
        self.found = Findings("objects")
        self.snapshots: dict[str, Snapshot] = {}
        self.present: set[str] = set()
        self.manifests: set[str] = set()
        self._objects = objects
        self._single: dict[str, str] = {}

    def walk(self, advance: Callable[[int], None]) -> None:
        """Every file has a name that the store gives, and the digest that is in it."""
        with self.found.item("the store"):
            for key in self._objects.keys(""):
                if not key.startswith(IGNORED):
                    with self.found.item(f"file {key}"):
                        self._check(key)
                    self.found.checked += 1
                    advance(1)

    def need(self, referenced: Mapping[str, str]) -> None:
        """The raw bytes and texts of every document are there. `referenced`: digest to version."""
        for digest, version in sorted(referenced.items()):
            if digest not in self.present:
                self.found.problem(f"object {digest} of a document of {version} is missing")

    def own(self, known: Container[str], listed_now: Callable[[str], bool]) -> None:
        """Every manifest is of a version in the ledger: else the catalog was lost or set back, or a
        build was killed at its last step, which building again mends. `listed_now` asks the catalog
        once more, since builds go on meanwhile."""
        for digest in sorted(self.manifests):
            if digest not in known and not listed_now(digest):
                self.found.problem(f"manifest {digest} is of no version that the ledger knows")

    def check(self, referenced: Mapping[str, str]) -> None:
        """The same for these objects only, without a walk over the store."""
        for digest in referenced:
            key = f"objects/{digest[:2]}/{digest}"
            if self._objects.exists(key):
                with self.found.item(f"file {key}"):
                    self._check(key)
                self.found.checked += 1
        self.need(referenced)

    def _check(self, key: str) -> None:
        name = next((match for form in NAMES if (match := form.fullmatch(key))), None)
        if name is None:
            self.found.problem(f"file {key} is unknown to the store")
            return
        parts = name.groupdict()
        if "set" in parts:
            preserved_question_set(self._objects, parts["corpus"], parts["set"])
            return
        if "fold" in parts:
            first = parts.get("root") or parts["digest"]
            self.found.require(first[:2] == parts["fold"], f"file {key} is in the wrong folder")
        data = self._objects.get(key)
        if parts["kind"] == "objects":
            self.present.add(parts["digest"])
        elif parts["kind"] == "versions":
            self.manifests.add(parts["digest"])
        if not self.found.require(
            digest_of_bytes(data) == parts["digest"],
            f"file {key} is damaged: it has another digest",
        ):
            return
        if "root" in parts or "of" in parts:
            self._check_single(key, key.rpartition("-")[0])
        if parts["kind"] == "objects" and len(data) < SNAPSHOT_BYTES and data.startswith(b"{"):
            self._remember(parts["digest"], data)

    def _check_single(self, key: str, name: str) -> None:
        """A table has one file: with two, the order of their digests would say which one is read. Its
        redactions and the statistics of a version have one too, once an erasure came to its end."""
        first = self._single.setdefault(name, key)
        self.found.require(first == key, f"file {key} is a second one beside {first}")

    def _remember(self, digest: str, data: bytes) -> None:
        """Where the bytes are a snapshot, keep it; a document may be any JSON."""
        try:
            value = json.loads(data)
            kind = SNAPSHOTS.get(value["format"])
            snapshot = kind.from_json(value) if kind else None
        except (ValueError, TypeError, KeyError):
            return
        if snapshot is not None and snapshot.digest == digest:
            self.snapshots[digest] = snapshot

    def step(self) -> Step:
        return self.found.step()
