"""The component `lexiane_dagster.CorpusIndex`: one `defs.yaml` makes all assets of one corpus."""

from typing import Any

import dagster as dg
from pydantic import BaseModel

from lexiane_dagster.domain.corpus import CORPUS_NAME
from lexiane_dagster.domain.errors import ConfigurationError
from lexiane_dagster.orchestration.assets import corpus_assets
from lexiane_dagster.orchestration.attributes import CorpusAttributes, resolve
from lexiane_dagster.orchestration.audit import audit_checks, audit_job, audit_schedule
from lexiane_dagster.orchestration.checks import corpus_checks
from lexiane_dagster.orchestration.corpus import Corpus
from lexiane_dagster.orchestration.failures import annotated
from lexiane_dagster.orchestration.gates import corpus_gates
from lexiane_dagster.orchestration.release import release_asset
from lexiane_dagster.orchestration.scaffold import CorpusIndexScaffolder
from lexiane_dagster.orchestration.serving import answers_asset
from lexiane_dagster.settings import CorpusSettings


@dg.scaffold_with(CorpusIndexScaffolder)
class CorpusIndex(dg.Component):
    """Turns the documents of one source into immutable, queryable index versions.

    The corpus is named after the folder that holds the `defs.yaml`. `expectations.yaml` beside it
    adds quality gates, `questions.jsonl` judged questions.
    """

    def __init__(self, settings: CorpusSettings) -> None:
        self.settings = settings

    @classmethod
    def get_model_cls(cls) -> type[BaseModel]:
        return CorpusAttributes

    @classmethod
    def load(cls, attributes: BaseModel | None, context: dg.ComponentLoadContext) -> "CorpusIndex":
        """Resolves `{{ … }}` templates and tells a mistake without the frames that led to it."""
        declared = attributes.model_dump() if attributes else {}
        resolve_value = context.resolution_context.resolve_value
        with annotated():
            return cls(resolve(declared, resolve_value, context.path / "defs.yaml"))

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        name = context.path.name
        with annotated():
            corpus = Corpus(
                name=_checked(name),
                root=context.project_root,
                folder=context.path,
                settings=self.settings,
                gates=corpus_gates(context.path),
            )
        assets = [*corpus_assets(corpus), release_asset(corpus)]
        return dg.Definitions(
            assets=[*assets, answers_asset(corpus)],
            asset_checks=[*corpus_checks(corpus), *audit_checks(corpus)],
            jobs=[index_job(name), audit_job(name)],
            schedules=[audit_schedule(name)],
            executor=dg.in_process_executor,
        )


def _checked(name: str) -> str:
    if not CORPUS_NAME.fullmatch(name):
        raise ConfigurationError(
            f"{name!r} is no name for a corpus",
            remedy="rename the folder: lower-case letters, digits and underscores",
        )
    return name


def index_job(corpus: str) -> Any:
    """The job that builds, checks and releases one corpus."""
    return dg.define_asset_job(
        name=f"{corpus}_index",
        selection=dg.AssetSelection.assets(*(dg.AssetKey([corpus, stage]) for stage in STAGES)),
        executor_def=dg.in_process_executor,
        tags={"lexiane/corpus": corpus},
        description=f"Build, check and release the corpus {corpus}.",
    )


STAGES = ("documents", "chunks", "embeddings", "index", "release")
