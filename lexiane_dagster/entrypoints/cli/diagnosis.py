"""What `lexiane doctor` looks at."""

import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from lexiane_dagster.bootstrap import LIBRARIES, application, embedder
from lexiane_dagster.domain.errors import LexianeError
from lexiane_dagster.entrypoints.cli.project import project_root
from lexiane_dagster.settings import SentenceTransformersEmbedder

GIB = 1024**3
DISK_GIB = 2
MEMORY_GIB = 2
PYTHON = (3, 11)


@dataclass
class Diagnosis:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


def diagnose(project: str | None, probe: bool) -> list[Diagnosis]:
    """Everything a build needs, in the order in which it would be missed."""
    checks: list[Callable[[], Diagnosis]] = [
        _python,
        _memory,
        _libraries,
        lambda: _project(project),
    ]
    if probe:
        checks.append(_model)
    return [check() for check in checks]


def _python() -> Diagnosis:
    wanted = ".".join(map(str, PYTHON))
    return Diagnosis(
        "python",
        sys.version_info >= PYTHON,
        f"{platform.python_version()} on {platform.machine()}, {os.cpu_count()} cores",
        f"install Python {wanted} or newer",
    )


def _memory() -> Diagnosis:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    return Diagnosis(
        "memory", total >= MEMORY_GIB, f"{total:.1f} GiB", f"{MEMORY_GIB} GiB are needed"
    )


def _libraries() -> Diagnosis:
    missing = []
    for name in LIBRARIES:
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError:
            missing.append(name)
    detail = f"{len(LIBRARIES) - len(missing)} of {len(LIBRARIES)} found"
    if missing:
        detail += f", missing: {', '.join(missing)}"
    return Diagnosis("libraries", not missing, detail, "run `make install` again")


def _project(project: str | None) -> Diagnosis:
    try:
        app = application(project_root(project))
        corpora = app.backends.catalog.corpora()
    except LexianeError as error:
        return Diagnosis("project", False, error.detail, error.remedy)
    free = shutil.disk_usage(_existing(app.project.home)).free / GIB
    return Diagnosis(
        "project",
        free >= DISK_GIB,
        f"{app.project.root}, {len(corpora)} corpora built, {free:.0f} GiB free",
        f"free disk space: {DISK_GIB} GiB are needed",
    )


def _model() -> Diagnosis:
    settings = SentenceTransformersEmbedder(type="sentence_transformers")
    try:
        made = embedder(settings)
        size = made.embed_question("probe").shape[0]
    except LexianeError as error:
        return Diagnosis("model", False, error.detail, error.remedy)
    return Diagnosis("model", True, f"{settings.model}, {size} dimensions")


def _existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())
