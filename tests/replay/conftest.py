"""One project that was built and asked; tests that change something copy it."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.pipeline.documents import base_documents
from tests.pipeline.support import HASH, Project
from tests.replay.support import ASKS, SOURCE, ask_all


@dataclass(frozen=True)
class Asked:
    """A project and the numbers of the answers to `ASKS`, in their order."""

    project: Project
    ids: list[int]

    def copy(self, root: Path) -> "Asked":
        return Asked(self.project.copy(root), self.ids)


@pytest.fixture(autouse=True)
def _own_project(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's environment must not lead a test to another project's state."""
    for name in ("DAGSTER_HOME", "LEXIANE_HOME", "LEXIANE_PROFILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """Read only."""
    root = tmp_path_factory.mktemp("asked") / "p"
    project = Project.make(root, base_documents(), embedder=HASH, source=SOURCE)
    project.build()
    return Asked(project, ask_all(root, ASKS))


@pytest.fixture
def own(asked: Asked, tmp_path: Path) -> Asked:
    """A copy that a test may change."""
    return asked.copy(tmp_path / "own")
