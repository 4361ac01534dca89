"""The release: it moves to a version only when every blocking gate holds for exactly that one."""

import time

import dagster as dg

from lexiane_dagster.application.attest import record_gates
from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.build_index import load_manifest
from lexiane_dagster.application.preserve import load_snapshot
from lexiane_dagster.application.publish import PRODUCTION, publish
from lexiane_dagster.application.questions import load_question_set, preserve_question_set
from lexiane_dagster.domain.errors import GateError, NotFoundError
from lexiane_dagster.domain.predicates import JudgedGate
from lexiane_dagster.domain.snapshot import ChunksSnapshot, EmbeddingsSnapshot
from lexiane_dagster.domain.version import SHORT_DIGITS, full_name, short_name
from lexiane_dagster.orchestration.checks import judge
from lexiane_dagster.orchestration.corpus import Corpus, materialized
from lexiane_dagster.orchestration.failures import explained
from lexiane_dagster.orchestration.gates import judged
from lexiane_dagster.orchestration.handles import upstream_handle
from lexiane_dagster.orchestration.progress import progress_of
from lexiane_dagster.orchestration.quality import questions_file


def release_asset(corpus: Corpus) -> dg.AssetsDefinition:
    """The asset that moves the release `production` of a corpus."""
    upstream = corpus.key("index")

    @dg.asset(
        key=corpus.key("release"),
        deps=[upstream, corpus.key("embeddings")],
        group_name=corpus.name,
        kinds={"sqlite"},
        description="The pinned version that serves. Moves only after all blocking gates passed.",
        code_version=corpus.code_version(),
        tags={"lexiane/corpus": corpus.name},
    )
    def release(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        started = time.monotonic()
        app = corpus.application()
        with explained():
            version = upstream_handle(context.instance, context.run.run_id, upstream)
            embeddings = upstream_handle(
                context.instance, context.run.run_id, corpus.key("embeddings")
            )
            handles = _lineage(version, embeddings, app.backends)
            results = [
                each
                for stage, handle in handles.items()
                for gates in [[gate for gate in corpus.gates if gate.stage == stage]]
                for each in judged(gates, judge(corpus, gates, handle, app, progress_of(context)))
            ]
            recorded = record_gates(full_name(corpus.name, version), results, app.backends)
            _require([gate for gate in results if gate.blocking])
            before = app.backends.catalog.release(corpus.name, PRODUCTION)
            moved = publish(version, PRODUCTION, app.backends)
            _register_partitions(corpus, version, app.backends, context.instance)
            pushed = app.push_checkpoint(f"production is {short_name(corpus.name, version)}")
        return materialized(
            version,
            started,
            {
                "version": short_name(corpus.name, version),
                "moved": moved,
                "before": short_name(corpus.name, before) if before else None,
                "gates_passed": sum(gate.ok for gate in results),
                "gates_failed": [gate.name for gate in results if not gate.ok],
                "gates_recorded": recorded,
                "checkpoint_pushed_to": [each.place for each in pushed],
            },
        )

    return release


def version_partitions(corpus: str) -> dg.DynamicPartitionsDefinition:
    """Index versions of a corpus, by the 12 digits that name them."""
    return dg.DynamicPartitionsDefinition(name=f"{corpus}_index_versions")


def question_set_partitions(corpus: str) -> dg.DynamicPartitionsDefinition:
    """Question sets of a corpus, by the first 12 digits of their digest."""
    return dg.DynamicPartitionsDefinition(name=f"{corpus}_question_sets")


def _lineage(version: str, embeddings: str, backends: Backends) -> dict[str, str]:
    """The handle of each stage that the version was made of."""
    manifest = load_manifest(backends.objects, version)
    embedded = load_snapshot(backends.objects, embeddings, EmbeddingsSnapshot)
    chunked = load_snapshot(backends.objects, embedded.source, ChunksSnapshot)
    if (embedded.vectors, chunked.chunks) != (manifest.vectors, manifest.chunks):
        raise NotFoundError(
            f"version {version} was not built from the latest embeddings",
            remedy="launch the index and the release together",
        )
    return {
        "documents": chunked.source,
        "chunks": embedded.source,
        "embeddings": embeddings,
        "index": version,
    }


def _require(blocking: list[JudgedGate]) -> None:
    failed = [gate for gate in blocking if not gate.ok]
    if failed:
        told = "; ".join(f"{gate.name}: {gate.detail}" for gate in failed)
        raise GateError(
            f"the release stays where it is, since blocking gates failed: {told}",
            remedy="mend the documents or the expectations and build again",
        )


def _register_partitions(
    corpus: Corpus, version: str, backends: Backends, instance: dg.DagsterInstance
) -> None:
    instance.add_dynamic_partitions(
        version_partitions(corpus.name).name or "", [version[:SHORT_DIGITS]]
    )
    file = questions_file(corpus.folder)
    if file.is_file():
        digest = preserve_question_set(backends.objects, corpus.name, load_question_set(file))
        instance.add_dynamic_partitions(
            question_set_partitions(corpus.name).name or "", [digest[:SHORT_DIGITS]]
        )
