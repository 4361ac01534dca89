"""Built projects that tests copy, one of each kind a worker."""

import pytest

from tests.pipeline.documents import base_documents
from tests.pipeline.support import HASH, MODEL, Project


@pytest.fixture(autouse=True)
def _own_project(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's environment must not lead a test to another project's state."""
    for name in ("DAGSTER_HOME", "LEXIANE_HOME", "LEXIANE_PROFILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def hashed(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Built with the hashing embedder. Read only: tests change a copy."""
    project = Project.make(tmp_path_factory.mktemp("hashed") / "p", base_documents(), embedder=HASH)
    project.build()
    return project


@pytest.fixture(scope="session")
def modelled(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Built with the real model. Read only: tests change a copy."""
    folder = tmp_path_factory.mktemp("modelled")
    project = Project.make(folder / "p", base_documents(), embedder=MODEL)
    project.build()
    return project
