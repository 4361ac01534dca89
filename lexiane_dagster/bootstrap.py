"""Composition root: settings to ports to use cases.

Each adapter is imported inside the function that makes it, so that `lexiane --help` is instant and
a project pays only for what its settings name. mypy checks every adapter against its port here.
"""

import platform
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version as installed_version
from pathlib import Path

from lexiane_dagster.application.answer import Asker
from lexiane_dagster.application.backends import Backends, Recipe, Waiver
from lexiane_dagster.application.checkpoints import Pushed, push_after, push_checkpoint
from lexiane_dagster.application.numeric_profile import numeric_profile
from lexiane_dagster.application.open_version import OpenVersion, open_version
from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.digest import digest_of_json
from lexiane_dagster.domain.errors import IntegrityError
from lexiane_dagster.domain.predicates import Making
from lexiane_dagster.domain.retention import AnswerRule, Rules, VersionRule
from lexiane_dagster.domain.version import RetrievalSettings
from lexiane_dagster.ports.analyzer import Analyzer
from lexiane_dagster.ports.checkpoint_place import CheckpointPlace
from lexiane_dagster.ports.chunker import Chunker, Tokenizer
from lexiane_dagster.ports.embedder import Embedder
from lexiane_dagster.ports.entropy import Entropy
from lexiane_dagster.ports.generator import Generator, GeneratorIdentity
from lexiane_dagster.ports.index import IndexEngine
from lexiane_dagster.ports.measures import Measures
from lexiane_dagster.ports.memo import Memo
from lexiane_dagster.ports.object_store import ObjectStore
from lexiane_dagster.ports.parser import Parser
from lexiane_dagster.ports.progress import Progress
from lexiane_dagster.ports.source import Source
from lexiane_dagster.settings import (
    BucketPlace,
    CorpusSettings,
    FilePlace,
    HashEmbedder,
    JsonlSource,
    Project,
    SentenceTransformersEmbedder,
    WebhookPlace,
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

    @property
    def rules(self) -> Rules:
        """The retention rules of the profile."""
        declared = self.project.profile.retention
        answers, versions = declared.answers, declared.versions
        return Rules(
            AnswerRule(answers.days, answers.releases) if answers else None,
            VersionRule(versions.days, versions.keep) if versions else None,
        )

    def alone(self) -> AbstractContextManager[None]:
        """Hold the right to erase or to collect, which one process of a project has at a time.

        Raises:
            UnavailableError: another one has it.
        """
        from lexiane_dagster.adapters.system.lock import locked

        return locked(self.project.home / "erasure.lock")

    def open(self, version: str, progress: Progress) -> OpenVersion:
        """Verify and open a version by its full digest."""
        return open_version(version, analyzer, self.backends, progress)

    def push_checkpoint(self, done: str | None = None) -> list[Pushed]:
        """Push the newest checkpoint to the second places; `done` is what stands if that fails."""
        places = checkpoint_places(self.project)
        ledger, verify = self.backends.ledger, self.backends.keyring.verify
        if done is None:
            return push_checkpoint(ledger, places, verify)
        return push_after(done, ledger, places, verify)

    def asker(self, version: str, progress: Progress) -> Asker:
        """What answers questions on a version, with the embedder that built it."""
        opened = self.open(version, progress)
        provenance = self.backends.catalog.version(version).provenance
        language = opened.manifest.analysis.language
        return Asker(
            version=opened,
            analyzer=analyzer(language),
            embedder=partial(embedder_of, provenance),
            generator=generator(self.project, language),
            generator_of=partial(generator_of, language),
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
    # Questions and documents are in there: for the owner's eyes unless they decide otherwise.
    project.home.mkdir(mode=0o700, parents=True, exist_ok=True)
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
    from lexiane_dagster.adapters.sql.audit import SqlAudit
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
        audit=SqlAudit(database),
        keyring=keyring,
        engine=engine(project),
        clock=clock,
        derived=project.home / "derived",
    )


def checkpoint_places(project: Project) -> list[CheckpointPlace]:
    """The second places that the profile names."""
    return [_checkpoint_place(project, declared) for declared in project.profile.checkpoints]


def _checkpoint_place(
    project: Project, declared: FilePlace | BucketPlace | WebhookPlace
) -> CheckpointPlace:
    if isinstance(declared, FilePlace):
        from lexiane_dagster.adapters.checkpoints_file import FolderPlace

        return FolderPlace(project.path(declared.path))
    if isinstance(declared, BucketPlace):
        from lexiane_dagster.adapters.checkpoints_bucket import BucketPlace as Bucket

        return Bucket(declared.url, declared.options, declared.timeout)
    from lexiane_dagster.adapters.checkpoints_webhook import WebhookPlace as Webhook

    return Webhook(declared.url, declared.headers, declared.timeout)


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


def generator_of(language: str, recorded: GeneratorIdentity) -> Generator:
    """The generator that an answer's record names, whatever the profile says today.

    Raises:
        UnavailableError: this release has no such generator.
    """
    from lexiane_dagster.adapters.extractive.generator import ExtractiveGenerator

    return ExtractiveGenerator.recorded(analyzer(language), recorded)


def entropy() -> Entropy:
    from lexiane_dagster.adapters.system.entropy import SystemEntropy

    return SystemEntropy()


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


def making(settings: CorpusSettings, run_id: str, started: str) -> Making:
    """How a version is being made: kept beside it and signed, never part of its name."""
    return Making(
        run_id=run_id,
        started=started,
        embedder=settings.embedder.model_dump(),
        parameters=_parameters(settings),
        libraries={name: installed_version(name) for name in LIBRARIES},
        python=platform.python_version(),
        machine=platform.machine(),
        numeric_profile=numeric_profile(embedder(settings.embedder)),
    )


def _parameters(settings: CorpusSettings) -> dict[str, Json]:
    """Declared settings for everybody's eyes: patterns may name documents and paths name people, so
    of the source there is a digest, and of a model the last part of its name."""
    declared = settings.model_dump(mode="json")
    source, embedding = declared.pop("source"), declared.pop("embedder")
    del source["path"]
    if "model" in embedding:
        embedding["model"] = Path(embedding["model"]).name
    return {
        **declared,
        "source": {"type": source["type"], "settings": digest_of_json(source)},
        "embedder": embedding,
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
