"""A mistake in a defs.yaml is told with its place and a remedy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from lexiane_dagster.domain.errors import ConfigurationError
from lexiane_dagster.orchestration.attributes import CorpusAttributes, resolve
from lexiane_dagster.orchestration.launch import corpus_settings
from tests.orchestration.projects import build, new_project, write

GOOD = {"source": {"type": "folder", "path": "docs"}}
# Attributes, where `dg check defs` points, and what it says there.
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({**GOOD, "langage": "french"}, "", "'langage' was unexpected"),
    ({}, "", "'source' is a required property"),
    ({"source": {"type": "floder", "path": "x"}}, "source.type", "'floder' is not one of"),
    ({"source": {"path": "x"}}, "source", "'type' is a required property"),
    ({"source": {"type": "folder"}}, "source", "'path' is a required property"),
    (
        {"source": {"type": "jsonl", "path": "x", "include": []}},
        "source",
        "'include' was unexpected",
    ),
    ({**GOOD, "embedder": {"type": "hash", "dimension": 1}}, "embedder.dimension", "less than"),
    ({**GOOD, "limits": {"max_bytes": "many"}}, "limits.max_bytes", "does not match"),
    ({**GOOD, "on_error": "ignore"}, "on_error", "'ignore' is not one of"),
    (
        {"source": {**GOOD["source"], "access": [{"pattern": "x", "groups": []}]}},
        "source.access.0.groups",
        "[] should be non-empty",
    ),
]
ACCEPTED: list[dict[str, Any]] = [
    GOOD,
    {"source": {"type": "jsonl", "path": "{{ env.FILE }}"}},
    {**GOOD, "limits": {"max_bytes": "{{ env.MOST }}"}, "embedder": {"type": "hash"}},
    {**GOOD, "embedder": {"type": "sentence_transformers", "device": "cuda"}},
]


@pytest.mark.parametrize(("attributes", "place", "told"), REFUSED)
def test_the_schema_points_at_the_place(attributes: Any, place: str, told: str) -> None:
    found = list(Draft202012Validator(CorpusAttributes.model_json_schema()).iter_errors(attributes))
    places = {".".join(map(str, error.absolute_path)): error.message for error in found}
    assert told in places[place]


@pytest.mark.parametrize("attributes", ACCEPTED)
def test_the_schema_takes_what_is_right(attributes: Any) -> None:
    Draft202012Validator(CorpusAttributes.model_json_schema()).validate(attributes)


@pytest.mark.parametrize("attributes", [attributes for attributes, _, _ in REFUSED])
def test_what_the_schema_refuses_is_refused_at_load_too(attributes: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"assets/notes/defs\.yaml: "):
        resolve(attributes, lambda value: value, Path("assets/notes/defs.yaml"))


def test_every_field_of_the_source_is_described() -> None:
    schema = CorpusAttributes.model_json_schema()
    source = schema["$defs"]["FolderSource"]["properties"]
    assert all("description" in source[name] for name in source if name != "type")


def test_templates_are_resolved_within_a_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WHERE", "docs")
    monkeypatch.setenv("MOST", "12345")
    root = new_project(
        tmp_path,
        "notes",
        source={
            "type": "folder",
            "path": "{{ env.WHERE }}",
            "include": ["{{ env('WHAT', '*.md') }}"],
        },
        limits={"max_bytes": "{{ env.MOST }}"},
    )
    settings = corpus_settings(root, root / "assets" / "notes")
    assert settings.source.path == "docs"
    assert settings.source.model_dump()["include"] == ["*.md"]
    assert settings.limits.max_bytes == 12345


def spoil(change: Callable[[str], str], root: Path) -> Path:
    folder = new_project(root, "notes") / "assets" / "notes"
    file = folder / "defs.yaml"
    write(file, change(file.read_text()))
    return folder


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda text: text.replace("path: docs", 'path: "{{ env.NOPE }}"'),
            "source.path: {{ env.NOPE }}",
        ),
        (lambda text: text.replace("path: docs", 'path: "{{ nope }}"'), "'nope' is undefined"),
        (lambda text: text.replace("path: docs", 'path: "{{ env.X "'), "source.path"),
        (lambda text: text.replace("path: docs", "path: ["), "line"),
        (lambda text: text.replace("CorpusIndex", "CorpusIndx"), "CorpusIndx"),
        (lambda text: text.replace("type: folder", "type: floder"), "'floder'"),
        (lambda _: "attributes: {}", "type"),
    ],
)
def test_the_command_line_tells_the_same_in_one_error(
    tmp_path: Path, change: Callable[[str], str], told: str
) -> None:
    folder = spoil(change, tmp_path)
    with pytest.raises(ConfigurationError) as caught:
        corpus_settings(tmp_path, folder)
    assert told in caught.value.detail
    assert str(folder / "defs.yaml") in caught.value.detail
    assert caught.value.remedy


def test_a_mistake_in_one_corpus_stops_no_build_of_another(tmp_path: Path) -> None:
    spoil(lambda text: text.replace("embedder", "embeder"), tmp_path)
    new_project(tmp_path, "papers")
    assert build(tmp_path, "papers").metadata["documents"]["listed"] == 3
