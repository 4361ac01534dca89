"""What the documentation names exists: links, commands, targets, files, settings, codes."""

import ast
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from pydantic import BaseModel
from typer.main import get_command

from lexiane_dagster.application.questions import parse_question_set
from lexiane_dagster.domain import errors
from lexiane_dagster.entrypoints.cli.commands import register
from lexiane_dagster.orchestration.gates import DEFAULTS, gates_of
from lexiane_dagster.settings import CorpusSettings, Profile

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "lexiane_dagster"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
README = ROOT / "README.md"
CORPUS = ROOT / "docs" / "corpus.md"

FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SOURCE = re.compile(r"`([\w/]+\.py)(?::\s+([\w.]+))?`")
STAGES = {"documents", "chunks", "embeddings", "quality"}


def name_of(value: object) -> str:
    return str(value.relative_to(ROOT)) if isinstance(value, Path) else str(value)


def prose(page: Path) -> str:
    return FENCE.sub("", page.read_text("utf-8"))


def fences(page: Path, language: str) -> list[str]:
    return [body for kind, body in FENCE.findall(page.read_text("utf-8")) if kind == language]


def code(page: Path) -> str:
    """Everything that is set as code: fences and spans."""
    text = page.read_text("utf-8")
    return "\n".join([body for _, body in FENCE.findall(text)] + CODE.findall(FENCE.sub("", text)))


def table(page: Path, heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    section = re.split(rf"^#+ {re.escape(heading)}\n", page.read_text("utf-8"), flags=re.M)[1]
    rows = re.search(r"^\|.*\n\|[-|]+\|\n((?:\|.*\n)+)", section, re.M)
    assert rows
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in rows[1].splitlines()]


def anchors(page: Path) -> set[str]:
    """The anchors of headings, as code hosts make them."""
    found = re.findall(r"^#+ +(.+)$", prose(page), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in found}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_relative_links_resolve(page: Path) -> None:
    for link in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_and_options_exist(page: Path) -> None:
    app = typer.Typer()
    register(app)
    commands = getattr(get_command(app), "commands")  # noqa: B009 (the type is private)
    for line in code(page).splitlines():
        for called in re.findall(r"\blexiane ([a-z]+(?:-[a-z]+)*)\b([^|;&]*)", line):
            assert called[0] in commands, line
            options = {o for p in commands[called[0]].params for o in p.opts} | {"--help"}
            assert set(re.findall(r"(?<!\S)--[a-z-]+", called[1])) <= options, line


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_what_python_in_the_docs_imports_exists(page: Path) -> None:
    for snippet in fences(page, "python"):
        for node in ast.walk(ast.parse(snippet)):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("lexiane_dagster"):
                exec(ast.unparse(node), {})


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_make_targets_exist(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    assert set(re.findall(r"(?:^|&& )make ([a-z-]+)", code(page), re.M)) <= targets


def test_the_readme_names_every_command() -> None:
    app = typer.Typer()
    register(app)
    commands = getattr(get_command(app), "commands")  # noqa: B009
    assert {f"lexiane {name}" for name in commands} <= {
        " ".join(row[0].strip("`").split()[:2]) for row in table(README, "Commands")
    }


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_and_functions_that_are_named_exist(page: Path) -> None:
    for path, name in SOURCE.findall(prose(page)):
        found = [base / path for base in (ROOT, PACKAGE, page.parent) if (base / path).is_file()]
        found = found or list(PACKAGE.rglob(path))
        assert found, path
        text = found[0].read_text("utf-8")
        for part in filter(None, name.split(".")):
            assert re.search(rf"\b(def|class) {part}\b", text), f"{path}: {name}"


def declarations() -> Iterator[Any]:
    for page in PAGES:
        for body in fences(page, "yaml"):
            value = yaml.safe_load(body)
            if isinstance(value, dict) and value.get("type") == "lexiane_dagster.CorpusIndex":
                yield pytest.param(value, id=f"{name_of(page)}:{body.count(chr(10))}")


@pytest.mark.parametrize("declared", list(declarations()))
def test_declarations_of_corpora_are_valid(declared: dict[str, Any]) -> None:
    assert set(declared) == {"type", "attributes"}
    CorpusSettings.model_validate(declared["attributes"])


def test_expectations_are_valid(tmp_path: Path) -> None:
    file = tmp_path / "expectations.yaml"
    found = 0
    for page in PAGES:
        for body in fences(page, "yaml"):
            if set(yaml.safe_load(body)) <= STAGES:
                file.write_text(body, "utf-8")
                assert len(gates_of(file)) > len(DEFAULTS)
                found += 1
    assert found >= 2


def test_questions_are_valid() -> None:
    lines = [body for page in (README, CORPUS) for body in fences(page, "json")]
    for line in lines:
        assert parse_question_set("page", line.encode()).judged
    assert len(lines) == 2


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    if not isinstance(value, dict) or not value:
        return {path: value}
    found: dict[str, Any] = {}
    for key, item in value.items():
        found |= leaves(item, f"{path}.{key}" if path else key)
    return found


def test_the_page_on_corpora_shows_every_setting_with_its_default() -> None:
    shown = yaml.safe_load(fences(CORPUS, "yaml")[0])["attributes"]
    source = {"type": "folder", "path": shown["source"]["path"]}
    defaults = CorpusSettings.model_validate({"source": source}).model_dump()
    shown["source"]["access"] = []
    assert leaves(shown) == leaves(defaults)
    rows = table(CORPUS, "defs.yaml")
    named = set(CODE.findall(" ".join(row[0] for row in rows)))
    top = {p for p in leaves(defaults) if not p.startswith("source.")} | {"source"}
    assert named == top | {"embedder.dimension"}
    for setting, default, _ in rows:
        number = default.replace(",", "")
        if number.isdigit() and "dimension" not in setting:
            assert leaves(defaults)[setting.strip("`")] == int(number)


def test_the_page_on_corpora_shows_every_setting_of_a_profile() -> None:
    named = set(CODE.findall(" ".join(row[0] for row in table(CORPUS, "Profiles"))))
    assert named == set(leaves(Profile().model_dump()))


def test_reason_codes_are_those_that_adapters_raise() -> None:
    raised = set()
    for file in (PACKAGE / "adapters").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and len(node.args) > 1:
                called = getattr(node.func, "id", "")
                reason = node.args[1]
                if called in ("DocumentError", "over_limit") and isinstance(reason, ast.Constant):
                    raised.add(reason.value)
    listed = [row[0].strip("`") for row in table(CORPUS, "Reason codes")]
    assert set(listed) == raised
    assert listed == sorted(listed)


def test_exit_codes_are_those_of_the_errors() -> None:
    kinds = [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.LexianeError)
    ]
    rows = table(ROOT / "docs" / "errors.md", "Exit codes")
    assert {(int(row[0]), row[1]) for row in rows if row[1]} == {
        (kind.exit_code, kind.title) for kind in kinds
    }


def test_the_problem_shown_has_the_members_that_are_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from lexiane_dagster.entrypoints.cli.output import print_error

    shown = json.loads(fences(ROOT / "docs" / "errors.md", "json")[0])
    print_error(errors.NotFoundError(shown["detail"], remedy=shown["remedy"]), as_json=True)
    assert json.loads(capsys.readouterr().err) == shown


def test_gates_are_those_that_ship() -> None:
    rows = table(ROOT / "docs" / "gates.md", "What ships")
    assert [(row[0].strip("`"), row[1], row[3] == "yes") for row in rows] == [
        (gate.name, gate.stage, gate.blocking) for gate in DEFAULTS
    ]


def test_settings_are_strict() -> None:
    """The page says that unknown keys are mistakes."""

    def models(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
        yield kind
        for field in kind.model_fields.values():
            if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
                yield from models(field.annotation)

    for model in (*models(CorpusSettings), *models(Profile)):
        assert model.model_config.get("extra") == "forbid", model
