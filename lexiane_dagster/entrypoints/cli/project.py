"""From the options of a command to the project, corpus and version it works on."""

from pathlib import Path
from typing import TYPE_CHECKING

from lexiane_dagster.domain.errors import ConfigurationError, NotFoundError

if TYPE_CHECKING:
    from lexiane_dagster.bootstrap import Application


def project_root(project: str | None) -> Path:
    """The folder named with --project, or the nearest project upward."""
    from lexiane_dagster.settings import find_project

    if project is None:
        return find_project()
    root = Path(project).resolve()
    if not (root / "workspace.yaml").is_file():
        raise ConfigurationError(
            f"{root} is no project: it holds no workspace.yaml",
            remedy="name a project's folder, or start one there with `lexiane add`",
        )
    return root


def open_application(project: str | None) -> "Application":
    """The application of the project that a command works on."""
    from lexiane_dagster.bootstrap import application

    return application(project_root(project))


def pinned(app: "Application", corpus: str, version: str | None, release: str) -> str:
    """The full digest of --version, or of what --release points at."""
    from lexiane_dagster.application.open_version import released_version, resolve_version
    from lexiane_dagster.entrypoints.cli.layout import corpus_folder

    if version is not None:
        return resolve_version(version, corpus, app.backends)
    if corpus not in app.backends.catalog.corpora():
        corpus_folder(app.project.root, corpus)
        raise NotFoundError(
            f"corpus {corpus!r} has no version yet",
            remedy=f"run `lexiane build {corpus}`",
        )
    return released_version(corpus, release, app.backends)
