"""The first minutes: help, `add`, finding the project, and the demo."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.cli.commands import environment, lexiane

ROOT = Path(__file__).parents[2]
COMMANDS = (
    "demo",
    "add",
    "plan",
    "build",
    "ask",
    "search",
    "answers",
    "replay",
    "versions",
    "show",
    "evidence",
    "check-evidence",
    "evaluate",
    "verify",
    "erase",
    "retention",
    "keys",
    "checkpoint",
    "export-ledger",
    "doctor",
)
HEAVY = ["dagster", "torch", "numpy", "pyarrow", "pandas", "sqlalchemy", "pydantic", "rich", "yaml"]


def test_help_lists_every_command_and_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; heavy = sys.argv[1:]; sys.argv = ['lexiane', '--help']\n"
        "from lexiane_dagster.entrypoints.cli.main import main\n"
        "try: main()\n"
        "finally: sys.stderr.write(repr([name for name in heavy"
        " if name in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *HEAVY],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == "[]"
    listed = re.findall(r"^  ([a-z-]+)  ", done.stdout.partition("Commands:")[2], re.M)
    assert tuple(listed) == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_teaches_by_example(tmp_path: Path, command: str) -> None:
    done = lexiane(tmp_path, command, "--help")
    assert done.code == 0
    assert f"  lexiane {command}" in done.out.partition("Examples:")[2]
    assert "--json" in done.out


def test_add_starts_a_project_in_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "my dócs").mkdir()
    found = lexiane(tmp_path, "add", "notes", "my dócs", "--json").json
    assert {Path(file).name for file in found["started"]} == {
        "workspace.yaml",
        "pyproject.toml",
        "__init__.py",
    }
    declared = yaml.safe_load(Path(found["file"]).read_text("utf-8"))
    assert declared["attributes"]["source"] == {"type": "folder", "path": "my dócs"}
    assert (tmp_path / ".gitignore").read_text().splitlines() == [".lexiane/", ".dagster/"]
    told = lexiane(tmp_path / "my dócs", "add", "more", ".")
    assert "next: lexiane build more" in told.out
    assert (tmp_path / "assets" / "more" / "defs.yaml").is_file()


def test_add_leaves_what_is_there_alone(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    pyproject, ignore = tmp_path / "pyproject.toml", tmp_path / ".gitignore"
    pyproject.write_text('[project]\nname = "mine"\nversion = "1"\n')
    ignore.write_text("*.log\n")
    before = pyproject.read_text()
    assert lexiane(tmp_path, "add", "notes", "docs").code == 0
    assert pyproject.read_text() == before
    assert ignore.read_text().splitlines() == ["*.log", ".lexiane/", ".dagster/"]
    assert lexiane(tmp_path, "plan", "notes").code == 4, "an empty folder is no corpus"


def test_a_jsonl_corpus_from_another_folder(tmp_path: Path) -> None:
    lines = [{"id": "a", "text": "The tide is high."}, {"_id": "b", "text": "The tide is low."}]
    file = tmp_path / "data" / "tides.jsonl"
    file.parent.mkdir()
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    project = tmp_path / "project"
    project.mkdir()
    added = lexiane(
        tmp_path, "add", "tides", str(file), "--project", str(project), "--language", "none"
    )
    assert added.code == 0, added.err
    declared = project / "assets" / "tides" / "defs.yaml"
    settings = yaml.safe_load(declared.read_text())
    assert settings["attributes"]["source"] == {"type": "jsonl", "path": str(file)}
    settings["attributes"]["embedder"] = {"type": "hash"}
    declared.write_text(yaml.safe_dump(settings))
    built = lexiane(tmp_path, "build", "tides", "--project", str(project), "--json").json
    assert built["documents"] == 2


def test_homes_are_where_the_environment_says(own: Path, tmp_path: Path) -> None:
    homes = {name: str(tmp_path / name) for name in ("LEXIANE_HOME", "DAGSTER_HOME")}
    assert lexiane(own, "versions", "notes", "--json", **homes).json == []
    built = lexiane(own / "docs", "build", "notes", "--json", **homes).json
    assert built["embedded"] > 0
    assert (tmp_path / "LEXIANE_HOME" / "store").is_dir()
    assert "enabled: false" in (tmp_path / "DAGSTER_HOME" / "dagster.yaml").read_text()


def test_a_profile_is_chosen_by_name(own: Path) -> None:
    profile = own / "resources" / "server.yaml"
    profile.parent.mkdir(exist_ok=True)
    profile.write_text("store: {type: folder, path: {env: WHERE}}\ngenerator: {max_quotes: 1}\n")
    done = lexiane(own, "build", "notes", LEXIANE_PROFILE="server")
    assert done.code == 3
    assert "WHERE, which is not set" in done.err
    where = own / "elsewhere"
    done = lexiane(own, "build", "notes", LEXIANE_PROFILE="server", WHERE=str(where))
    assert done.code == 0, done.err
    assert (where / "objects").is_dir()


def bundled(root: Path) -> Path:
    for name in ("workspace.yaml", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    shutil.copytree(ROOT / "assets", root / "assets", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "examples").mkdir()
    shutil.copytree(ROOT / "examples" / "handbook", root / "examples" / "handbook")
    return root


def test_the_demo_asks_three_questions_and_says_what_next(tmp_path: Path) -> None:
    """With the hashing embedder: how it looks, not how well it answers."""
    root = bundled(tmp_path)
    folder = root / "assets" / "handbook"
    (folder / "expectations.yaml").unlink()
    declared = yaml.safe_load((folder / "defs.yaml").read_text())
    declared["attributes"]["embedder"] = {"type": "hash"}
    (folder / "defs.yaml").write_text(yaml.safe_dump(declared))
    done = lexiane(root, "demo")
    assert done.code == 0, done.err
    assert re.findall(r"^\? (.*)$", done.out, re.M)[0].startswith("How many hours of windstorm")
    assert (
        len(
            re.findall(r"^pinned to handbook@[0-9a-f]{12}, recorded as answer \d+$", done.out, re.M)
        )
        == 3
    )
    assert "What next" in done.out
    assert "\x1b" not in done.out


@pytest.mark.long
def test_the_demo_answers_two_and_declines_one(tmp_path: Path) -> None:
    found = lexiane(bundled(tmp_path), "demo", "--json").json
    windstorm, rise, _ = found["answers"]
    assert any("96 hours for windstorm" in each["quote"] for each in windstorm["citations"])
    assert any("Strong" in each["quote"] for each in rise["citations"])
    assert found["build"]["released"]


def test_the_console_script_is_installed() -> None:
    script = Path(sys.executable).parent / "lexiane"
    done = subprocess.run(
        [str(script), "--version"], capture_output=True, text=True, env=environment(), check=True
    )
    assert re.fullmatch(r"lexiane \d+\.\d+\.\d+\S*\n", done.stdout)
