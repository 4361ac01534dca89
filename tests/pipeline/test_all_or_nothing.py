"""Whatever happens to a build, the previous release answers, and nothing half-done is visible."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from lexiane_dagster.bootstrap import application
from lexiane_dagster.domain.digest import is_digest
from lexiane_dagster.entrypoints.cli.output import NoProgress
from tests.pipeline.documents import QUESTIONS, base_documents, pool
from tests.pipeline.support import CORPUS, HASH, Project

LEAVE = QUESTIONS[0][0]
QUALITY = {"quality": {"nDCG@10": {"floor": 1.0}}}
TOO_FEW = {
    "documents": [
        {
            "name": "many_documents",
            "expectation": "expect_table_row_count_to_be_between",
            "min_value": 1000,
        }
    ]
}


def change(project: Project, documents: int = 3) -> None:
    """Something that takes a build through every stage."""
    added = [name for name in pool() if not (project.docs / name).exists()][:documents]
    for name in added:
        project.write(name, pool()[name])
    (project.docs / "tiny.md").unlink()


def test_the_old_release_answers_while_a_build_runs(modelled: Project, tmp_path: Path) -> None:
    project = modelled.copy(tmp_path / "p")
    before = project.says(LEAVE)
    change(project)
    running = project.start("build", CORPUS, "--json")
    answers = []
    while running.alive:
        answers.append(project.says(LEAVE))
    after = running.wait().json["version"]
    versions = [answer["version"] for answer in answers]
    assert answers[0] == before
    assert after != before["version"]
    assert set(versions) <= {before["version"], after}
    assert versions == sorted(versions, key=[before["version"], after].index), "it went back"
    assert project.says(LEAVE)["version"] == after


def damage(project: Project) -> str:
    project.write("broken.pdf", b"%PDF-1.7\nnonsense")
    return "broken.pdf"


def expect_too_much(project: Project) -> str:
    (project.folder / "expectations.yaml").write_text(yaml.safe_dump(TOO_FEW), "utf-8")
    return "many_documents"


def expect_quality(project: Project) -> str:
    """The version is built, and it is not good enough to be released."""
    (project.folder / "expectations.yaml").write_text(yaml.safe_dump(QUALITY), "utf-8")
    (project.folder / "questions.jsonl").write_text(
        '{"question_id": "1", "question": "leave", "relevant": {"no such document": 1}}\n', "utf-8"
    )
    return "quality_ndcg_at_10"


@pytest.mark.parametrize("spoil", [damage, expect_too_much, expect_quality])
def test_the_old_release_answers_after_a_failure(
    hashed: Project, tmp_path: Path, spoil: Callable[[Project], str]
) -> None:
    project = hashed.copy(tmp_path / "p")
    before, listed = project.says(LEAVE), project.versions()
    change(project)
    culprit = spoil(project)
    problem = project.refused()
    assert culprit in problem["detail"]
    assert problem["remedy"]
    assert project.says(LEAVE) == before
    assert [row for row in project.versions() if row["releases"]] == listed
    for file in ("expectations.yaml", "questions.jsonl"):
        (project.folder / file).unlink(missing_ok=True)
    (project.docs / "broken.pdf").unlink(missing_ok=True)
    assert project.says(LEAVE)["version"] == before["version"]
    built = project.build()
    assert built["released"]
    assert project.says(LEAVE)["version"] == built["version"] != before["version"]


@dataclass(frozen=True)
class Undisturbed:
    """A changed project, not yet built, and what building it gives."""

    changed: Project
    before: str
    after: str
    seconds: float


def undisturbed(base: Project, folder: Path, documents: int) -> Undisturbed:
    changed = base.copy(folder / "changed")
    change(changed, documents)
    built = changed.copy(folder / "built")
    started = time.monotonic()
    after = built.build()["version"]
    return Undisturbed(changed, base.released(), after, time.monotonic() - started)


@pytest.mark.parametrize("kills", [5, pytest.param(40, marks=pytest.mark.long)])
def test_killed_at_random_instants(hashed: Project, tmp_path: Path, kills: int) -> None:
    expected = undisturbed(hashed, tmp_path, 3)
    rng = random.Random(kills)
    for kill in range(kills):
        # One in each slice of a build, so that no stage is left out.
        moment = (kill + rng.random()) * expected.seconds / kills
        survives(expected, tmp_path / str(kill), moment)


@pytest.mark.long
def test_killed_at_random_instants_on_the_model(modelled: Project, tmp_path: Path) -> None:
    expected = undisturbed(modelled, tmp_path, 8)
    rng = random.Random(8)
    for kill in range(10):
        survives(expected, tmp_path / str(kill), rng.uniform(0, expected.seconds))


def survives(expected: Undisturbed, root: Path, seconds: float) -> None:
    """Kill a build at that moment: the release answers, and the next build makes the same. A build
    that ended before is tried again, and killed sooner."""
    project = expected.changed.copy(root)
    running = project.start("build", CORPUS)
    time.sleep(seconds)
    if not running.kill():
        survives(expected, root.with_name(f"{root.name}-again"), seconds * 0.7)
        return
    assert project.says(LEAVE)["version"] in (expected.before, expected.after)
    listed = [row["version"] for row in project.versions()]
    assert set(listed) <= {expected.before, expected.after}
    for version in listed:
        assert (
            application(project.root).open(version.partition("@")[2], NoProgress()).name == version
        )
    assert project.build()["version"] == project.released() == expected.after
    assert litter(project) == []


def litter(project: Project) -> list[str]:
    """What is visible after a build beside complete objects and complete indexes. A killed build's
    own scratch folder may stay: a build that indexes a day later removes it."""
    folders = [folder.name for folder in (project.home / "derived").iterdir()]
    strays = [name for name in folders if not is_digest(name) and "building-" not in name]
    keys = application(project.root).backends.objects.keys("")
    return strays + [key for key in keys if "#" in key]


@pytest.mark.parametrize("first", [True, False], ids=["first", "changed"])
def test_two_builds_at_once(hashed: Project, tmp_path: Path, first: bool) -> None:
    if first:
        project = Project.make(tmp_path / "p", base_documents(), embedder=HASH)
    else:
        project = hashed.copy(tmp_path / "p")
        change(project)
    both = [project.start("build", CORPUS, "--json") for _ in range(2)]
    built = [running.wait().json for running in both]
    assert built[0]["version"] == built[1]["version"]
    assert all(one["released"] for one in built)
    assert project.says(LEAVE)["version"] == built[0]["version"]
    assert project.build()["version"] == built[0]["version"]
    if first:
        assert built[0]["version"] == hashed.released()
