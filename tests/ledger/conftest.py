"""One project, built once with the embedder that needs no model."""

from pathlib import Path

import pytest

from tests.pipeline.support import HASH, Project

DOCUMENTS = {
    "leave.md": b"# Leave\n\nParental leave lasts sixteen weeks at full pay.\n",
    "notice.md": b"# Notice\n\nThe notice period is three months to the end of a quarter.\n",
}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Read only: tests change a copy."""
    project = Project.make(tmp_path_factory.mktemp("ledger") / "p", DOCUMENTS, embedder=HASH)
    project.build()
    return project


@pytest.fixture
def project(built: Project, tmp_path: Path) -> Project:
    """A copy that a test may change."""
    return built.copy(tmp_path / "own")
