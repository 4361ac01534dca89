"""One project that was built once; tests change a copy."""

import shutil
from pathlib import Path

import pytest

from tests.orchestration.conftest import own_project
from tests.orchestration.projects import build, judge, new_project

__all__ = ["own_project"]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("statements") / "p"
    judge(new_project(root, "notes") / "assets" / "notes")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DAGSTER_HOME", "LEXIANE_HOME", "LEXIANE_PROFILE"):
            patch.delenv(name, raising=False)
        build(root, "notes")
    return root


@pytest.fixture
def root(built: Path, tmp_path: Path, own_project: None) -> Path:
    """A project with the corpus `notes` over three documents and two judged questions, released."""
    return Path(shutil.copytree(built, tmp_path / "p"))
