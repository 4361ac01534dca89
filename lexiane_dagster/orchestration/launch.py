"""Running a corpus's job in this process, as `dg launch` would, and telling what came of it."""

import fcntl
import os
import sys
import uuid
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
from dagster import DagsterEventType
from dagster._core.errors import DagsterAssetCheckFailedError, DagsterExecutionInterruptedError

from lexiane_dagster.bootstrap import Application
from lexiane_dagster.domain.errors import ConfigurationError, GateError, LexianeError
from lexiane_dagster.orchestration.component import CorpusIndex
from lexiane_dagster.orchestration.failures import StageFailure, causes
from lexiane_dagster.orchestration.progress import showing
from lexiane_dagster.ports.progress import Progress
from lexiane_dagster.settings import CorpusSettings, Project

DAGSTER_YAML = """\
# Dagster's own state lives in this folder. Nothing is sent anywhere.
telemetry:
  enabled: false
nux:
  enabled: false
"""


# The command line shows bars and one error; the run's whole log is in the Dagster UI.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True, slots=True)
class Launched:
    """A finished run; `metadata` is what each stage reported, by stage."""

    run_id: str
    metadata: Mapping[str, Mapping[str, Any]]


def corpus_definitions(root: Path, folder: Path) -> dg.Definitions:
    """What `folder` declares, and nothing else: a mistake in another corpus stops no build."""
    _make_importable(root)
    with legible(folder):
        return dg.ComponentTree.for_project(root).build_defs_at_path(folder)


def corpus_settings(root: Path, folder: Path) -> CorpusSettings:
    """The settings of the corpus that `folder` declares, templates resolved."""
    _make_importable(root)
    with legible(folder):
        return dg.ComponentTree.for_project(root).load_component(folder, CorpusIndex).settings


@contextmanager
def legible(folder: Path) -> Iterator[None]:
    """Whatever stops a corpus from being loaded, as one of our errors."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", dg.BetaWarning)
            yield
    except Exception as error:
        found = list(causes(error))
        ours = next((each for each in found if isinstance(each, LexianeError)), None)
        if ours is not None:
            raise ours from error
        raise ConfigurationError(
            f"{folder / 'defs.yaml'} cannot be loaded: {found[-1]}",
            remedy="mend it; `dg check defs` shows the place",
        ) from error


def _make_importable(root: Path) -> None:
    """A process may load one project after another: the packages of both have the same names."""
    for folder in (str(root / "src"), str(root)):
        if folder in sys.path:
            sys.path.remove(folder)
        sys.path.insert(0, folder)
    for name in [name for name in sys.modules if name.partition(".")[0] == "assets"]:
        file = getattr(sys.modules[name], "__file__", None)
        if file is None or not Path(file).is_relative_to(root):
            del sys.modules[name]


def dagster_instance(project: Project) -> dg.DagsterInstance:
    """Dagster's instance of the project, made on first use."""
    home = project.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    file = home / "dagster.yaml"
    if not file.exists():
        file.write_text(DAGSTER_YAML, "utf-8")
    os.environ["DAGSTER_HOME"] = str(home)
    # Dagster makes its databases on first use, and two processes that do so at once break them.
    with (home / ".lexiane.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return dg.DagsterInstance.get()


def launch(app: Application, folder: Path, progress: Progress) -> Launched:
    """Build, check and release the corpus that `folder` declares.

    Raises:
        LexianeError: what stopped the run: a document, the source, a gate, a missing server.
        KeyboardInterrupt: the user did; Dagster has its own error for that.
    """
    definitions = corpus_definitions(app.project.root, folder)
    job = definitions.resolve_job_def(f"{folder.name}_index")
    run_id = str(uuid.uuid4())
    with dagster_instance(app.project) as instance, showing(progress):
        try:
            job.execute_in_process(instance=instance, run_id=run_id, run_config=QUIET)
        except StageFailure as failure:
            raise failure.error from failure
        except DagsterAssetCheckFailedError as failure:
            raise _gate_error(instance, run_id) from failure
        except DagsterExecutionInterruptedError as interruption:
            raise KeyboardInterrupt from interruption
        return Launched(run_id, _materialized(instance, run_id))


def _materialized(instance: dg.DagsterInstance, run_id: str) -> dict[str, dict[str, Any]]:
    found = instance.get_records_for_run(
        run_id, of_type=DagsterEventType.ASSET_MATERIALIZATION
    ).records
    return {
        materialization.asset_key.path[-1]: {
            key: value.value for key, value in materialization.metadata.items()
        }
        for materialization in (record.asset_materialization for record in found)
        if materialization is not None
    }


def _gate_error(instance: dg.DagsterInstance, run_id: str) -> GateError:
    found = instance.get_records_for_run(
        run_id, of_type=DagsterEventType.ASSET_CHECK_EVALUATION
    ).records
    failed = []
    for record in found:
        evaluation = record.event_log_entry.asset_check_evaluation
        if evaluation and evaluation.blocking and not evaluation.passed:
            failing: Any = evaluation.metadata["failing"].value
            named = ", ".join(failing or [])
            failed.append(
                f"{evaluation.check_name} on {evaluation.asset_key.to_user_string()} "
                f"({evaluation.description}{': ' + named if named else ''})"
            )
    return GateError(
        f"the release stays where it is, since blocking gates failed: {'; '.join(failed)}",
        remedy="mend the documents, or the gate in expectations.yaml, and build again",
    )
