"""What runs inside a process of its own: the command line, or several questions at once.

Processes are forked from a server that has imported the heavy libraries and started nothing else,
so that each is as separate, and dies as suddenly, as one that a shell would start.
"""

import atexit
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Question = tuple[str, Sequence[str]]

# Imported by the server once. Environment variables that these read at import come too late in a
# forked process; tests that vary them start a new interpreter.
PRELOAD = [
    "alembic.command",
    "dagster.components",
    "dagster._core.workspace.context",
    "great_expectations",
    "kreuzberg",
    "lexiane_dagster.adapters.ed25519",
    "lexiane_dagster.adapters.embedded",
    "lexiane_dagster.adapters.filesystem",
    "lexiane_dagster.adapters.kreuzberg",
    "lexiane_dagster.adapters.objects.store",
    "lexiane_dagster.adapters.parquet.embeddings",
    "lexiane_dagster.adapters.parquet.tables",
    "lexiane_dagster.adapters.snowball",
    "lexiane_dagster.adapters.splitter",
    "lexiane_dagster.adapters.sql.catalog",
    "lexiane_dagster.adapters.sql.ledger",
    "lexiane_dagster.entrypoints.cli.build",
    "lexiane_dagster.orchestration.expectations",
    "lexiane_dagster.orchestration.launch",
    "mako.template",
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "obstore.store",
    "pyarrow.dataset",
    "pygments.lexers.python",
    "rich.progress",
    "torch",
    "upath.implementations.local",
    "watchdog.observers",
]


def command(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], output: Path
) -> None:
    """`lexiane ARGUMENTS`, as the console script runs it; streams go to OUTPUT.out and .err."""
    _enter(folder, environment, output)
    from lexiane_dagster.entrypoints.cli.main import main

    sys.argv = ["lexiane", *arguments]
    try:
        main()
    finally:
        # As an interpreter does when it ends, and a forked one does not.
        atexit._run_exitfuncs()


def rankings(
    corpus: str,
    version: str | None,
    questions: Sequence[Question],
    folder: Path,
    environment: Mapping[str, str],
    output: Path,
) -> None:
    """What `search --json` prints for each question and groups, as one list."""
    _enter(folder, environment, output)
    from lexiane_dagster.bootstrap import application
    from lexiane_dagster.entrypoints.cli.output import NoProgress
    from lexiane_dagster.entrypoints.cli.project import pinned

    app = application(folder)
    asker = app.asker(pinned(app, corpus, version, "production"), NoProgress())
    json.dump([asker.search(text, groups).to_json() for text, groups in questions], sys.stdout)


def _enter(folder: Path, environment: Mapping[str, str], output: Path) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    _without_sync()
    for descriptor, ending in ((1, ".out"), (2, ".err")):
        file = os.open(f"{output}{ending}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, descriptor)
        os.close(file)


def _without_sync() -> None:
    """No SQLite database waits for the disk: here processes are killed, never the machine."""
    from sqlalchemy import Engine, event

    def relax(connection: Any, _: object) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    event.listen(Engine, "connect", relax)


def data_versions(corpus: str, folder: Path, environment: Mapping[str, str], output: Path) -> None:
    """The DataVersion that Dagster holds of each asset, by stage."""
    _enter(folder, environment, output)
    from dagster import AssetKey

    from lexiane_dagster.orchestration.component import STAGES
    from lexiane_dagster.orchestration.launch import dagster_instance
    from lexiane_dagster.settings import load_project

    found = {}
    with dagster_instance(load_project(folder)) as instance:
        for stage in STAGES:
            event = instance.get_latest_materialization_event(AssetKey([corpus, stage]))
            assert event is not None
            assert event.asset_materialization is not None
            found[stage] = (event.asset_materialization.tags or {})["dagster/data_version"]
    json.dump(found, sys.stdout)


def embedded_after_each(
    corpus: str,
    edits: Sequence[tuple[str, str]],
    folder: Path,
    environment: Mapping[str, str],
    output: Path,
) -> None:
    """Write each edited document over the one before, build, and count what was embedded."""
    _enter(folder, environment, output)
    from lexiane_dagster.entrypoints.cli.build import run_build

    counts = []
    for name, text in edits:
        (folder / "docs" / name).write_text(text, "utf-8")
        counts.append(run_build(corpus, None)["embedded"])
    json.dump(counts, sys.stdout)
