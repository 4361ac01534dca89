"""One project for all tests here; each damages a copy of its own."""

from pathlib import Path

import pytest

from tests.verification.lab import Lab, make_lab


@pytest.fixture(autouse=True)
def _own_project(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DAGSTER_HOME", "LEXIANE_HOME", "LEXIANE_PROFILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """Read only: tests change a copy."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("DAGSTER_HOME", "LEXIANE_HOME", "LEXIANE_PROFILE"):
            patch.delenv(name, raising=False)
        return make_lab(tmp_path_factory.mktemp("verification"))


@pytest.fixture
def lab(intact: Lab, tmp_path: Path) -> Lab:
    return intact.copy(tmp_path / "p")
