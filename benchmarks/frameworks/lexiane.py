"""This project: what `lexiane build` runs, in a project in `state`; Dagster, gates and release included."""

import os
from pathlib import Path

import yaml

from benchmarks.frameworks.hashing import DIMENSION, Embedded
from benchmarks.frameworks.worker import MODEL, run

CORPUS = "benchmark"
# The hashing embedder's identity is its dimension.
OTHER_DIMENSION = DIMENSION + 8


def update(folder: Path, state: Path, model: str) -> Embedded:
    """Bring the index in `state` up to date with `folder`."""
    from lexiane_dagster.entrypoints.cli.build import run_build

    for name in ("DAGSTER_HOME", "LEXIANE_HOME", "LEXIANE_PROFILE"):
        os.environ.pop(name, None)
    _declare(folder, state, DIMENSION if model == MODEL else OTHER_DIMENSION)
    return Embedded(int(run_build(CORPUS, str(state))["embedded"]), None)


def _declare(folder: Path, state: Path, dimension: int) -> None:
    from lexiane_dagster.entrypoints.cli.layout import defs_folder, start_project

    state.mkdir(parents=True, exist_ok=True)
    start_project(state)
    attributes = {
        "source": {"type": "folder", "path": str(folder.resolve())},
        "embedder": {"type": "hash", "dimension": dimension},
    }
    file = defs_folder(state) / CORPUS / "defs.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    declared = {"type": "lexiane_dagster.CorpusIndex", "attributes": attributes}
    file.write_text(yaml.safe_dump(declared), "utf-8")


if __name__ == "__main__":
    run(update)
