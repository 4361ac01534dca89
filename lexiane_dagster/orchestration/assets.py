"""The assets of one corpus: documents, chunks, embeddings, index, release.

Each returns its handle as DataVersion and reads the exact upstream handle of its run. The work is
done by use cases; what is here tells Dagster about it.
"""

import time
from collections import Counter
from functools import partial

import dagster as dg

from lexiane_dagster.application.build_index import build_index
from lexiane_dagster.application.chunk import chunk
from lexiane_dagster.application.embed import embed
from lexiane_dagster.application.ingest import ingest
from lexiane_dagster.bootstrap import making
from lexiane_dagster.domain.version import short_name
from lexiane_dagster.orchestration import metadata as shown
from lexiane_dagster.orchestration.corpus import Corpus, materialized
from lexiane_dagster.orchestration.failures import explained
from lexiane_dagster.orchestration.handles import started_at, upstream_handle
from lexiane_dagster.orchestration.plots import bars, histogram, remembered
from lexiane_dagster.orchestration.progress import progress_of


def corpus_assets(corpus: Corpus) -> list[dg.AssetsDefinition]:
    """The assets from the source to the index, in the order of the data."""
    return [_documents(corpus), _chunks(corpus), _embeddings(corpus), _index(corpus)]


def _documents(corpus: Corpus) -> dg.AssetsDefinition:
    @dg.asset(
        key=corpus.key("documents"),
        group_name=corpus.name,
        kinds={"parquet"},
        description="Every document of the source: preserved bytes, extracted text, access groups.",
        code_version=corpus.code_version(
            "source", "limits", "text_encoding", "on_error", "max_quarantined"
        ),
        tags={"lexiane/corpus": corpus.name},
    )
    def documents(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        started = time.monotonic()
        app = corpus.application()
        with explained():
            found = ingest(corpus.recipe(app), app.backends, progress_of(context))
        snapshot = found.snapshot
        rows = found.documents

        def draw() -> str:
            return bars("documents by media type", Counter(row.media_type for row in rows))

        return materialized(
            snapshot.digest,
            started,
            {
                **shown.table(shown.DOCUMENTS, snapshot.document_count, {}),
                "merkle_root": snapshot.documents,
                "listed": found.listed,
                "extracted": found.extracted,
                "reused": snapshot.document_count - found.extracted,
                "waived": [item.document_id for item in found.waived],
                "restricted": sum(bool(row.groups) for row in rows),
                "bytes": sum(row.raw_bytes for row in rows),
                "by_media_type": shown.plot(
                    remembered(app.backends.memo, "media_types", snapshot.digest, draw)
                ),
            },
        )

    return documents


def _chunks(corpus: Corpus) -> dg.AssetsDefinition:
    upstream = corpus.key("documents")

    @dg.asset(
        key=corpus.key("chunks"),
        deps=[upstream],
        group_name=corpus.name,
        kinds={"parquet"},
        description="Passages of the documents, cut at boundaries that their content defines.",
        code_version=corpus.code_version("chunking", "embedder"),
        tags={"lexiane/corpus": corpus.name},
    )
    def chunks(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        started = time.monotonic()
        app = corpus.application()
        with explained():
            handle = upstream_handle(context.instance, context.run.run_id, upstream)
            chunker = corpus.recipe(app).chunker
            found = chunk(handle, chunker, app.backends, progress_of(context))
        snapshot = found.snapshot

        def draw() -> str:
            rows = app.backends.tables.chunks(snapshot.chunks)
            return histogram("chunk lengths", [row.end - row.start for row in rows], "code points")

        return materialized(
            snapshot.digest,
            started,
            {
                **shown.table(
                    shown.CHUNKS,
                    snapshot.chunk_count,
                    {
                        "document_id": [(upstream, "document_id")],
                        "chunk_id": [(upstream, "document_id"), (upstream, "text_digest")],
                        "text": [(upstream, "text_digest")],
                        "start": [(upstream, "text_digest")],
                        "end": [(upstream, "text_digest")],
                        "heading": [(upstream, "text_digest")],
                    },
                ),
                "merkle_root": snapshot.chunks,
                "cut_documents": found.cut,
                "lengths": shown.plot(
                    remembered(app.backends.memo, "chunk_lengths", snapshot.digest, draw)
                ),
            },
        )

    return chunks


def _embeddings(corpus: Corpus) -> dg.AssetsDefinition:
    upstream = corpus.key("chunks")

    @dg.asset(
        key=corpus.key("embeddings"),
        deps=[upstream],
        group_name=corpus.name,
        kinds={"numpy", "huggingface"},
        description="One vector a chunk, on an integer grid; a text is embedded once a model.",
        code_version=corpus.code_version("embedder"),
        tags={"lexiane/corpus": corpus.name},
    )
    def embeddings(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        started = time.monotonic()
        app = corpus.application()
        with explained():
            handle = upstream_handle(context.instance, context.run.run_id, upstream)
            embedder = corpus.recipe(app).embedder
            found = embed(handle, embedder, app.backends, progress_of(context))
        return materialized(
            found.snapshot.digest,
            started,
            {
                **shown.table(
                    shown.VECTORS,
                    found.embedded + found.reused,
                    {
                        "chunk_id": [(upstream, "chunk_id")],
                        "vector": [(upstream, "heading"), (upstream, "text")],
                    },
                ),
                "merkle_root": found.snapshot.vectors,
                "embedded": found.embedded,
                "reused": found.reused,
                "embedder": embedder.identity.digest,
                "dimension": embedder.identity.dimension,
            },
        )

    return embeddings


def _index(corpus: Corpus) -> dg.AssetsDefinition:
    upstream = corpus.key("embeddings")

    @dg.asset(
        key=corpus.key("index"),
        deps=[upstream],
        group_name=corpus.name,
        kinds={"numpy"},
        description="An immutable index version, named by the digest of its manifest.",
        code_version=corpus.code_version("language"),
        tags={"lexiane/corpus": corpus.name},
    )
    def index(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        started = time.monotonic()
        app = corpus.application()
        with explained():
            handle = upstream_handle(context.instance, context.run.run_id, upstream)
            recipe = corpus.recipe(app)
            found = build_index(
                handle,
                recipe.analyzer,
                recipe.retrieval,
                partial(making, corpus.settings, context.run.run_id, started_at(context)),
                app.backends,
                progress_of(context),
            )
        manifest = found.manifest
        return materialized(
            manifest.digest,
            started,
            {
                **shown.table(
                    shown.INDEX,
                    manifest.chunk_count,
                    {
                        "chunk_id": [(upstream, "chunk_id")],
                        "term": [
                            (corpus.key("chunks"), "heading"),
                            (corpus.key("chunks"), "text"),
                        ],
                        "impact": [(corpus.key("chunks"), "text")],
                    },
                ),
                "version": short_name(corpus.name, manifest.digest),
                "new": found.built,
                "manifest": dg.MetadataValue.json(manifest.to_json()),
            },
        )

    return index
