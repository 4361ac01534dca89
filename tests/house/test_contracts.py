"""The hexagon is enforced: each planted violation is caught, by name."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

VIOLATIONS = [
    ("domain/planted.py", "import numpy", "The domain knows the standard library only"),
    ("domain/planted.py", "import lexiane_dagster.ports.clock", "who may import whom"),
    ("ports/planted.py", "import lexiane_dagster.application.ingest", "who may import whom"),
    (
        "application/planted.py",
        "import lexiane_dagster.adapters.sql.catalog",
        "who may import whom",
    ),
    ("application/planted.py", "import pyarrow", "Ports and use cases know no technology"),
    (
        "adapters/sql/planted.py",
        "import lexiane_dagster.adapters.parquet.tables",
        "never each other",
    ),
    ("adapters/sql/planted.py", "import lexiane_dagster.application.ingest", "who may import whom"),
    ("adapters/sql/planted.py", "import dagster", "Dagster stays at the rim"),
    ("bootstrap_planted.py", "", "who may import whom"),
    ("entrypoints/planted.py", "import dagster", "Dagster stays at the rim"),
    ("entrypoints/planted.py", "import sqlalchemy", "Each SDK stays in its own adapter"),
    ("orchestration/planted.py", "import obstore", "Each SDK stays in its own adapter"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
    )


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", folder)
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "lexiane_dagster", folder / "lexiane_dagster", ignore=ignore)
    return folder


def test_the_house_as_it_stands_keeps_every_contract(copied: Path) -> None:
    found = lint(copied)
    assert found.returncode == 0, found.stdout
    assert "0 broken" in found.stdout


@pytest.mark.parametrize(("file", "line", "contract"), VIOLATIONS)
def test_a_planted_violation_is_caught(copied: Path, file: str, line: str, contract: str) -> None:
    planted = copied / "lexiane_dagster" / file
    planted.write_text(line + "\n")
    try:
        found = lint(copied)
    finally:
        planted.unlink()
    assert found.returncode != 0
    broken = [text for text in found.stdout.splitlines() if text.rstrip().endswith("BROKEN")]
    unlisted = contract == "who may import whom" and "exhaustive" in found.stdout
    assert any(contract in text for text in broken) or unlisted, found.stdout
