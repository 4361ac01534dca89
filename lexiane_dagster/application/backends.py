"""What use cases work with: the backends of a project and the recipe of a corpus."""

from dataclasses import dataclass
from pathlib import Path

from lexiane_dagster.domain.version import RetrievalSettings
from lexiane_dagster.ports.analyzer import Analyzer
from lexiane_dagster.ports.audit import Audit
from lexiane_dagster.ports.catalog import Catalog
from lexiane_dagster.ports.chunker import Chunker
from lexiane_dagster.ports.clock import Clock
from lexiane_dagster.ports.embedder import Embedder
from lexiane_dagster.ports.index import IndexEngine
from lexiane_dagster.ports.keyring import Keyring
from lexiane_dagster.ports.ledger import Ledger
from lexiane_dagster.ports.memo import Memo
from lexiane_dagster.ports.object_store import ObjectStore
from lexiane_dagster.ports.parser import Parser
from lexiane_dagster.ports.source import Source
from lexiane_dagster.ports.tables import EmbeddingArchive, Tables


@dataclass(frozen=True, slots=True)
class Backends:
    """The ports that one project shares between its corpora.

    `derived` is the folder of index files that can be built again from `tables` at any time.
    """

    objects: ObjectStore
    tables: Tables
    archive: EmbeddingArchive
    memo: Memo
    catalog: Catalog
    ledger: Ledger
    audit: Audit
    keyring: Keyring
    engine: IndexEngine
    clock: Clock
    derived: Path


@dataclass(frozen=True, slots=True)
class Waiver:
    """`on_error: quarantine`: up to `maximum` documents may be left out, by name."""

    maximum: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one corpus becomes an index version."""

    corpus: str
    source: Source
    parser: Parser
    chunker: Chunker
    embedder: Embedder
    analyzer: Analyzer
    retrieval: RetrievalSettings
    waiver: Waiver | None
