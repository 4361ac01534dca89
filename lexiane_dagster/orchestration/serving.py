"""The serving asset: a question set answered on the version of its partition, never on "latest"."""

import time

import dagster as dg

from lexiane_dagster.application.answer_set import answer_set
from lexiane_dagster.application.open_version import resolve_version
from lexiane_dagster.application.questions import preserved_question_set
from lexiane_dagster.domain.version import short_name
from lexiane_dagster.orchestration import metadata as shown
from lexiane_dagster.orchestration.corpus import Corpus, materialized
from lexiane_dagster.orchestration.failures import explained
from lexiane_dagster.orchestration.progress import progress_of
from lexiane_dagster.orchestration.release import question_set_partitions, version_partitions

VERSION = "index_version"
QUESTION_SET = "question_set"


def answers_asset(corpus: Corpus) -> dg.AssetsDefinition:
    """Partitioned by index version and question set; every answer is recorded in the ledger."""

    @dg.asset(
        key=corpus.key("answers"),
        deps=[corpus.key("release")],
        group_name=corpus.name,
        kinds={"sqlite"},
        description="Answers with citations, pinned to the index version of the partition.",
        code_version=corpus.code_version(),
        tags={"lexiane/corpus": corpus.name},
        partitions_def=dg.MultiPartitionsDefinition(
            {
                VERSION: version_partitions(corpus.name),
                QUESTION_SET: question_set_partitions(corpus.name),
            }
        ),
        backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=1),
    )
    def answers(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        started = time.monotonic()
        app = corpus.application()
        key = context.partition_key
        if not isinstance(key, dg.MultiPartitionKey):
            raise TypeError(f"expected a key of two dimensions, got {key!r}")
        progress = progress_of(context)
        with explained():
            wanted = key.keys_by_dimension
            version = resolve_version(wanted[VERSION], corpus.name, app.backends)
            questions = preserved_question_set(
                app.backends.objects, corpus.name, wanted[QUESTION_SET]
            )
            found = answer_set(app.asker(version, progress), questions, progress)
            signed = app.backends.ledger.checkpoint()
            head = signed.checkpoint
        index, chunks = corpus.key("index"), corpus.key("chunks")
        return materialized(
            found.digest,
            started,
            {
                **shown.table(
                    shown.ANSWERS,
                    found.answers,
                    {
                        "ranking": [(index, "impact"), (corpus.key("embeddings"), "vector")],
                        "citations": [(chunks, "text"), (chunks, "start"), (chunks, "end")],
                        "answer": [(chunks, "text")],
                    },
                ),
                "version": short_name(corpus.name, version),
                "question_set": found.question_set,
                "abstained": found.abstained,
                "citations": found.citations,
                "first_answer_id": found.answer_ids[0],
                "last_answer_id": found.answer_ids[-1],
                "ledger_height": head.size,
                "ledger_root": head.root.hex(),
                "ledger_checkpoint": signed.note(),
                # Last: it is as long as the question set.
                "answer_ids": dg.MetadataValue.json(list(found.answer_ids)),
            },
        )

    return answers
