"""Composition root: settings to ports to use cases.

Each adapter is imported inside the function that makes it, so that `lexiane --help` is instant and
a project pays only for what its settings name. mypy checks every adapter against its port here.
"""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version as installed_version
from pathlib import Path

from lexiane_dagster.application.answer import Asker
from lexiane_dagster.application.backends import Backends, Recipe, Waiver
from lexiane_dagster.application.numeric_profile import numeric_profile
from lexiane_dagster.application.open_version import OpenVersion, open_version
from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.errors import IntegrityError
from lexiane_dagster.domain.version import RetrievalSettings
from lexiane_dagster.ports.analyzer import Analyzer
from lexiane_dagster.ports.chunker import Chunker, Tokenizer
from lexiane_dagster.ports.embedder import Embedder
from lexiane_dagster.ports.generator import Generator
from lexiane_dagster.ports.index import IndexEngine
from lexiane_dagster.ports.measures import Measures
from lexiane_dagster.ports.memo import Memo
from lexiane_dagster.ports.object_store import ObjectStore
from lexiane_dagster.ports.parser import Parser
from lexiane_dagster.ports.progress import Progress
from lexiane_dagster.ports.source import Source
from lexiane_dagster.settings import (
    CorpusSettings,
    HashEmbedder,
    JsonlSource,
    Project,
    SentenceTransformersEmbedder,
    load_project,
    parse,
)

# What a version's provenance names; an upgrade of one that changes nothing gives the same version.
LIBRARIES = (
    "lexiane-dagster",
    "dagster",
    "kreuzberg",
    "semantic-text-splitter",
    "tokenizers",
    "sentence-transformers",
    "torch",
    "numpy",
    "PyStemmer",
    "pyarrow",
)

# What an answer's record names.
ANSWERING = (
    "lexiane-dagster",
    "numpy",
    "PyStemmer",
    "sentence-transformers",
    "tokenizers",
    "torch",
)

# The hashing embedder reads any length; chunks are still meant to be passages.
HASH_CAPACITY = 512


@dataclass(frozen=True, slots=True)
class Application:
    """One project, ready to run use cases."""

    project: Project
    backends: Backends

    def recipe(self, corpus: str, settings: CorpusSettings) -> Recipe:
        """Everything that turns the corpus's source into a version."""
        quarantine = settings.on_error == "quarantine"
        return Recipe(
            corpus=corpus,
            source=source(self.project, settings),
            parser=parser(settings),
            chunker=chunker(settings),
            embedder=embedder(settings.embedder),
            analyzer=analyzer(settings.language),
            retrieval=RetrievalSettings(),
            waiver=Waiver(settings.max_quarantined) if quarantine else None,
        )

    def open(self, version: str, progress: Progress) -> OpenVersion:
        """Verify and open a version by its full digest."""
        return open_version(version, analyzer, self.backends, progress)

    def asker(self, version: str, progress: Progress) -> Asker:
        """What answers questions on a version, with the embedder that built it."""
        opened = self.open(version, progress)
        provenance = self.backends.catalog.version(version).provenance
        return Asker(
            version=opened,
            analyzer=analyzer(opened.manifest.analysis.language),
            embedder=embedder_of(provenance),
            generator=generator(self.project, opened.manifest.analysis.language),
            objects=self.backends.objects,
            ledger=self.backends.ledger,
            clock=self.backends.clock,
            environment=environment(),
        )


def application(root: Path) -> Application:
    """The application of the project at `root`."""
    from lexiane_dagster.adapters.objects.store import FolderObjectStore
    from lexiane_dagster.adapters.sqlite_memo.memo import SqliteMemo

    project = load_project(root)
    objects = FolderObjectStore(_store_folder(project))
    return Application(
        project, _backends(project, objects, SqliteMemo(_memo_file(project)), _catalog_url(project))
    )


def trial(root: Path) -> Application:
    """The application of the project at `root` on a layer that is thrown away: nothing is written,
    and what the project does not have yet is not made."""
    from lexiane_dagster.adapters.memory.memo import MemoryMemo
    from lexiane_dagster.adapters.memory.objects import MemoryObjectStore, OverlayObjectStore
    from lexiane_dagster.adapters.objects.store import FolderObjectStore
    from lexiane_dagster.adapters.sqlite_memo.memo import SqliteMemo

    project = load_project(root)
    folder, memo, listed = _store_folder(project), _memo_file(project), _catalog_file(project)
    base = FolderObjectStore(folder) if folder.is_dir() else MemoryObjectStore()
    return Application(
        project,
        _backends(
            project,
            OverlayObjectStore(base),
            MemoryMemo(SqliteMemo(memo) if memo.is_file() else None),
            _catalog_url(project) if listed.is_file() else "sqlite://",
        ),
    )


def _store_folder(project: Project) -> Path:
    declared = project.profile.store.path
    return project.path(declared) if declared else project.home / "store"


def _memo_file(project: Project) -> Path:
    return project.home / "memo" / "memo.sqlite"


def _catalog_file(project: Project) -> Path:
    declared = project.profile.catalog.path
    return project.path(declared) if declared else project.home / "catalog.sqlite"


def _catalog_url(project: Project) -> str:
    return f"sqlite:///{_catalog_file(project)}"


def _keys_folder(project: Project) -> Path:
    declared = project.profile.ledger.keys
    return project.path(declared) if declared else project.home / "keys"


def _backends(project: Project, objects: ObjectStore, memo: Memo, url: str) -> Backends:
    from lexiane_dagster.adapters.ed25519 import FolderKeyring
    from lexiane_dagster.adapters.parquet.embeddings import ParquetEmbeddingArchive
    from lexiane_dagster.adapters.parquet.tables import ParquetTables
    from lexiane_dagster.adapters.sql.appending import Appender
    from lexiane_dagster.adapters.sql.catalog import SqlCatalog
    from lexiane_dagster.adapters.sql.database import Database
    from lexiane_dagster.adapters.sql.ledger import SqlLedger
    from lexiane_dagster.adapters.system.clock import SystemClock
    from lexiane_dagster.adapters.system.entropy import SystemEntropy

    clock, keyring = SystemClock(), FolderKeyring(_keys_folder(project))
    database = Database(url)
    appender = Appender(keyring, clock, SystemEntropy(), project.profile.ledger.origin)
    return Backends(
        objects=objects,
        tables=ParquetTables(objects),
        archive=ParquetEmbeddingArchive(objects),
        memo=memo,
        catalog=SqlCatalog(database, appender),
        ledger=SqlLedger(database, appender),
        keyring=keyring,
        engine=engine(project),
        clock=clock,
        derived=project.home / "derived",
    )


def engine(project: Project) -> IndexEngine:
    from lexiane_dagster.adapters.embedded import EmbeddedIndex

    return EmbeddedIndex(threads=project.profile.index.threads)


def source(project: Project, settings: CorpusSettings) -> Source:
    from lexiane_dagster.adapters.filesystem import AccessRule, AccessRules, FolderSource

    declared = settings.source
    path = project.path(declared.path)
    if isinstance(declared, JsonlSource):
        from lexiane_dagster.adapters.jsonl import JsonlSource as Jsonl

        rules = AccessRules([AccessRule(r.pattern, tuple(r.groups)) for r in declared.access])
        return Jsonl(path, groups_of=rules.groups_of, max_bytes=settings.limits.max_bytes)
    return FolderSource(
        path,
        include=declared.include,
        exclude=declared.exclude,
        access=[AccessRule(rule.pattern, tuple(rule.groups)) for rule in declared.access],
        media_types=declared.media_types,
        max_bytes=settings.limits.max_bytes,
    )


def parser(settings: CorpusSettings) -> Parser:
    from lexiane_dagster.adapters.kreuzberg import KreuzbergParser, ParserLimits

    return KreuzbergParser(
        ParserLimits(**settings.limits.model_dump()), text_encoding=settings.text_encoding
    )


def chunker(settings: CorpusSettings) -> Chunker:
    from lexiane_dagster.adapters.splitter import StructureChunker

    sizes = settings.chunking
    return StructureChunker(tokenizer(settings.embedder), sizes.max_tokens, sizes.min_tokens)


def tokenizer(settings: SentenceTransformersEmbedder | HashEmbedder) -> Tokenizer:
    """The tokenizer that the embedder's input is measured with."""
    if isinstance(settings, HashEmbedder):
        from lexiane_dagster.adapters.memory.tokenizer import WordTokenizer

        return WordTokenizer(HASH_CAPACITY)
    from lexiane_dagster.adapters.sentence_transformers import ModelFiles, resolve_model
    from lexiane_dagster.adapters.splitter import TokenizerFile

    files = ModelFiles(resolve_model(settings.model))
    return TokenizerFile(files.tokenizer, files.length, settings.passage_prompt)


def embedder(settings: SentenceTransformersEmbedder | HashEmbedder) -> Embedder:
    if isinstance(settings, HashEmbedder):
        from lexiane_dagster.adapters.memory.embedder import HashEmbedder as Hashing

        return Hashing(settings.dimension)
    return _sentence_transformers(settings)


@cache
def _sentence_transformers(settings: SentenceTransformersEmbedder) -> Embedder:
    """One instance per process: loading a model takes seconds."""
    from lexiane_dagster.adapters.sentence_transformers import SentenceTransformersEmbedder

    return SentenceTransformersEmbedder(
        settings.model,
        passage_prompt=settings.passage_prompt,
        question_prompt=settings.question_prompt,
        device=settings.device,
    )


@cache
def analyzer(language: str) -> Analyzer:
    from lexiane_dagster.adapters.snowball import SnowballAnalyzer

    return SnowballAnalyzer(language)


def generator(project: Project, language: str) -> Generator:
    from lexiane_dagster.adapters.extractive.generator import ExtractiveGenerator

    return ExtractiveGenerator(analyzer(language), project.profile.generator.max_quotes)


def measures() -> Measures:
    from lexiane_dagster.adapters.ir_measures.measures import IrMeasures

    return IrMeasures()


def embedder_of(provenance: Json) -> Embedder:
    """The embedder that a version's provenance names; the caller compares its identity."""
    declared = provenance.get("embedder") if isinstance(provenance, dict) else None
    if not isinstance(declared, dict):
        raise IntegrityError(
            "the catalog does not say which embedder built this version",
            remedy="restore the catalog from its back-up, or build the corpus again",
        )
    kind = {"sentence_transformers": SentenceTransformersEmbedder, "hash": HashEmbedder}
    return embedder(parse(kind[str(declared["type"])], declared, "provenance of the version"))


def provenance(settings: CorpusSettings, run_id: str) -> dict[str, Json]:
    """How a version is being made: kept beside it, never part of its name."""
    return {
        "embedder": settings.embedder.model_dump(),
        "chunking": settings.chunking.model_dump(),
        "libraries": {name: installed_version(name) for name in LIBRARIES},
        "python": platform.python_version(),
        "machine": platform.machine(),
        "numeric_profile": numeric_profile(embedder(settings.embedder)),
        "run_id": run_id,
    }


@cache
def environment() -> Mapping[str, Json]:
    """The software and the type of machine that answer, as recorded with each answer."""
    return {
        "libraries": {name: installed_version(name) for name in ANSWERING},
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
    }
