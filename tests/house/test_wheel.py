"""The wheel holds the library only, and works where nothing else of this repository is."""

import json
import os
import shutil
import site
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "lexiane_dagster"
DOCUMENT = "# Leave\n\nParental leave lasts sixteen weeks at full pay.\n"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*command, str(ROOT)], check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


class Installed:
    """A fresh environment with the wheel; dependencies are borrowed from the one under test."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.bin = folder / "bin"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
        library = self._ask("import sysconfig; print(sysconfig.get_path('purelib'))")
        self.install(str(wheel))
        # Path files add what stands behind them: the wheel's own files come first. Path files of the
        # borrowed folder, which an editable install is made of, are not read.
        (Path(library) / "borrowed.pth").write_text("\n".join(site.getsitepackages()) + "\n")
        assert Path(self._ask("import lexiane_dagster; print(lexiane_dagster.__file__)")) == (
            Path(library) / "lexiane_dagster" / "__init__.py"
        )
        for name in ("dg", "create-dagster"):
            self._borrow(name)

    def install(self, *what: str) -> None:
        """pip without the registry, into this environment."""
        pip = [sys.executable, "-m", "pip", "--python", str(self.bin / "python"), "install"]
        subprocess.run(
            [*pip, "--quiet", "--no-deps", "--no-index", *what], check=True, capture_output=True
        )

    def _borrow(self, name: str) -> None:
        """A console script of the borrowed libraries, on this interpreter."""
        original = Path(sys.executable).parent / name
        if original.exists():
            first, _, rest = original.read_text().partition("\n")
            assert first.startswith("#!")
            (self.bin / name).write_text(f"#!{self.bin / 'python'}\n{rest}")
            (self.bin / name).chmod(0o755)

    def _ask(self, code: str) -> str:
        command = [str(self.bin / "python"), "-c", code]
        found = subprocess.run(command, cwd=self.bin, check=True, capture_output=True, text=True)
        return found.stdout.strip()

    def environment(self) -> dict[str, str]:
        own = ("DAGSTER_", "LEXIANE_", "PYTHONPATH", "VIRTUAL_ENV")
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(own)}
        return inherited | {
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "DAGSTER_DISABLE_TELEMETRY": "yes",
        }

    def run(self, folder: Path, *command: str) -> str:
        done = subprocess.run(
            [str(self.bin / command[0]), *command[1:]],
            cwd=folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def walk(self, project: Path) -> Mapping[str, Any]:
        """From a folder of documents to a pinned answer, then what `dg` says of the project."""
        (project / "docs").mkdir()
        (project / "docs" / "leave.md").write_text(DOCUMENT)
        declared = Path(
            json.loads(self.run(project, "lexiane", "add", "notes", "docs", "--json"))["file"]
        )
        attributes = yaml.safe_load(declared.read_text())
        attributes["attributes"]["embedder"] = {"type": "hash"}
        declared.write_text(yaml.safe_dump(attributes))
        built = json.loads(self.run(project, "lexiane", "build", "notes", "--json"))
        assert built["released"]
        question = "How many weeks does parental leave last?"
        answer = json.loads(self.run(project, "lexiane", "ask", "notes", question, "--json"))
        assert answer["version"] == built["version"]
        assert answer["ranking"][0]["document_id"] == "leave.md"
        listed = json.loads(self.run(project, "dg", "list", "defs", "--json"))
        stages = ("documents", "chunks", "embeddings", "index", "release", "answers")
        assert {asset["asset_key"] for asset in listed["assets"]} == {f"notes/{s}" for s in stages}
        self.run(project, "dg", "check", "defs")
        return {"declared": declared, "built": built}


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("venv"), wheel)


def test_the_wheel_holds_the_library_only(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"lexiane_dagster"}
    wanted = {
        file.relative_to(ROOT).as_posix()
        for file in PACKAGE.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert wanted <= names
    assert "lexiane_dagster/py.typed" in names
    assert "lexiane_dagster/adapters/sql/migrations/script.py.mako" in names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_it_starts_a_project_in_an_empty_folder(installed: Installed, tmp_path: Path) -> None:
    found = installed.walk(tmp_path)
    assert found["declared"] == tmp_path / "assets" / "notes" / "defs.yaml"


def test_it_joins_a_project_that_dg_made(installed: Installed, tmp_path: Path) -> None:
    if not (installed.bin / "create-dagster").exists():
        pytest.skip("create-dagster is not installed")
    installed.run(tmp_path, "create-dagster", "project", "bank", "--no-uv-sync")
    # As `uv sync` would: dg imports a project that is installed.
    installed.install("--no-build-isolation", "--editable", str(tmp_path / "bank"))
    found = installed.walk(tmp_path / "bank")
    assert found["declared"] == tmp_path / "bank" / "src" / "bank" / "defs" / "notes" / "defs.yaml"


@pytest.mark.long
def test_its_requirements_can_be_resolved(wheel: Path, tmp_path: Path) -> None:
    """From the package registry alone, without installing the gigabytes."""
    asked = [sys.executable, "-m", "pip", "index", "versions", "pip", "--timeout", "10"]
    if subprocess.run(asked, check=False, capture_output=True).returncode != 0:
        pytest.skip("the package registry that pip is set up for cannot be reached")
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    report = tmp_path / "report.json"
    subprocess.run(
        [str(python), "-m", "pip", "install", "--dry-run", "--report", str(report), str(wheel)],
        check=True,
        capture_output=True,
    )
    found = {item["metadata"]["name"].lower() for item in json.loads(report.read_text())["install"]}
    assert {"lexiane-dagster", "dagster", "torch", "kreuzberg"} <= found
    shutil.rmtree(tmp_path / "venv")
