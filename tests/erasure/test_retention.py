"""What the rules let go, and what they must never take."""

import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.build_index import build_index
from lexiane_dagster.application.erasure.retain import plan_retention, retain
from lexiane_dagster.application.open_version import resolve_version
from lexiane_dagster.application.publish import publish
from lexiane_dagster.application.verification import verify
from lexiane_dagster.bootstrap import Application, analyzer, making
from lexiane_dagster.domain.errors import NotFoundError, UnavailableError
from lexiane_dagster.domain.predicates import Making
from lexiane_dagster.domain.retention import AnswerRule, Rules, VersionRule
from lexiane_dagster.domain.version import full_name
from lexiane_dagster.orchestration.launch import corpus_settings
from tests.cli.commands import lexiane
from tests.erasure.conftest import DOCUMENTS
from tests.erasure.support import (
    QUIET,
    At,
    CrashError,
    Failing,
    asker,
    erase_document,
    held,
    names,
    opened,
    through,
    versions,
)

GONE = Rules(AnswerRule(1), VersionRule(1, 0))


def later(app: Application, days: float) -> Backends:
    now = datetime.fromisoformat(app.backends.clock.now()) + timedelta(days=days)
    return replace(app.backends, clock=At(now.isoformat().replace("+00:00", "Z")))


def run(backends: Backends, rules: Rules) -> tuple[int, ...]:
    return retain(plan_retention(backends, rules, QUIET), backends, QUIET)


def test_a_version_that_nothing_needs_goes_with_all_it_held_alone(own: Path) -> None:
    app = opened(own)
    new, old = versions(app)
    (own / "docs" / "leave.md").unlink()
    assert lexiane(own, "build", "notes").code == 0
    newest = versions(opened(own))[0]
    app = opened(own)
    assert held(own, b"sixteen weeks at full pay")
    plan = plan_retention(later(app, 40), GONE, QUIET)
    assert sorted(plan.versions) == sorted(full_name("notes", each) for each in (new, old))
    assert [item.reasons for item in plan.kept] == [("release production",)]
    run(later(app, 40), GONE)
    app = opened(own)
    assert versions(app) == [newest]
    assert not held(own, b"sixteen weeks at full pay", b"leave.md")
    assert sorted(asker(app, newest).version.documents) == sorted(
        [*DOCUMENTS.keys() - {"leave.md"}, "more.md"]
    )
    assert verify(app.backends, analyzer, QUIET).ok
    with pytest.raises(NotFoundError, match="collected by a retention rule"):
        resolve_version(old[:12], None, app.backends)
    listed = lexiane(own, "versions", "notes", "--json").json
    assert {item["version"] for item in listed if "collected" in item} == {
        full_name("notes", new),
        full_name("notes", old),
    }
    # The same content again is the same version again.
    (own / "docs" / "leave.md").write_text(DOCUMENTS["leave.md"])
    assert lexiane(own, "build", "notes", "--json").json["version"] == full_name("notes", new)
    assert asker(opened(own), new).ask("parental leave").answer.citations
    report = verify(opened(own).backends, analyzer, QUIET)
    assert report.ok, report.problems


def test_answers_go_by_age_and_by_the_release_they_came_from(own: Path) -> None:
    app = opened(own)
    new, old = versions(app)
    released = asker(app, new).ask("parental leave").answer_id
    other = asker(app, old).ask("parental leave").answer_id
    publish(old, "production", app.backends)
    after = asker(app, old).ask("parental leave").answer_id
    rules = Rules(AnswerRule(30, {"production": 365}))
    assert run(later(app, 29), rules) == ()
    plan = plan_retention(later(app, 31), rules, QUIET)
    assert [item.entry for item in plan.answers] == [other]
    run(later(app, 31), rules)
    fields = app.backends.ledger.fields([released, other, after])
    assert [bool(fields[index]) for index in (released, other, after)] == [True, False, True]
    assert run(later(app, 364), rules) == ()
    run(later(app, 366), rules)
    assert not any(app.backends.ledger.fields([released, other, after]).values())
    assert verify(app.backends, analyzer, QUIET).ok
    assert len(versions(app)) == 2


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_nothing_that_is_pinned_is_ever_collected(
    built: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    root = Path(shutil.copytree(built, tmp_path_factory.mktemp("pinned") / "p"))
    app = opened(root)
    known = versions(app)
    answers = {}
    for _ in range(data.draw(st.integers(0, 3), "events")):
        version = data.draw(st.sampled_from(known), "version")
        if data.draw(st.booleans(), "ask"):
            answers[asker(app, version).ask("parental leave").answer_id] = version
        else:
            name = data.draw(st.sampled_from(["production", "staging"]), "release")
            publish(version, name, app.backends)
    days = st.integers(1, 60)
    rules = Rules(
        data.draw(st.none() | st.builds(AnswerRule, days, st.just({"staging": 90})), "answers"),
        data.draw(st.none() | st.builds(VersionRule, days, st.integers(0, 2)), "versions"),
    )
    for passed in sorted(data.draw(st.lists(st.integers(0, 100), min_size=1, max_size=2), "days")):
        run(later(app, passed + 0.5), rules)
    app = opened(root)
    left = versions(app)
    pinned = {*app.backends.catalog.releases("notes").values()}
    fields = app.backends.ledger.fields(list(answers))
    pinned.update(version for index, version in answers.items() if fields[index])
    if rules.answers is None:
        assert all(fields.values())
    assert pinned <= set(left)
    for version in left:
        assert asker(app, version).search("parental leave").ranking
    report = verify(app.backends, analyzer, QUIET)
    assert report.ok, report.problems


def test_a_run_that_was_killed_is_finished_by_the_next(own: Path) -> None:
    app = opened(own)
    _, old = versions(app)
    publish(old, "production", app.backends)
    for at in (1, 2, 5, 8, 9):
        root = Path(shutil.copytree(own, own.with_name(f"crash-{at}")))
        app = opened(root)
        store = Failing(app.backends.objects, at)
        with pytest.raises(CrashError):
            run(replace(through(app, store), clock=later(app, 40).clock), GONE)
        assert versions(app) == [old]
        assert asker(app, old).search("weeks").ranking
        run(later(app, 40), GONE)
        assert not held(root, b"Later came a second version")
        assert not list((root / ".lexiane" / "store" / "collecting").rglob("*.json"))
        assert verify(opened(root).backends, analyzer, QUIET).ok


def test_a_build_that_reuses_what_is_being_collected_does_not_end_in_a_broken_version(
    own: Path,
) -> None:
    app = opened(own)
    new, old = versions(app)
    handle = next(
        key.rpartition("/")[2]
        for key in app.backends.objects.keys("objects/")
        for data in [app.backends.objects.get(key)]
        if b"lexiane/embeddings/v1" in data
        and asker(app, new).version.manifest.vectors.encode() in data
    )
    publish(old, "production", app.backends)
    asked = asker(app, new)
    retrieval = replace(asked.version.manifest.retrieval, depth=50)
    declared = corpus_settings(own, own / "assets" / "notes")

    def made() -> Making:
        # All inputs were read; the manifest comes next.
        run(later(app, 40), GONE)
        return making(declared, "run", "2026-01-01T00:00:00.000Z")

    with pytest.raises(UnavailableError, match="while the version was being built"):
        build_index(handle, asked.analyzer, retrieval, made, app.backends, QUIET)
    assert versions(app) == [old]
    assert asker(opened(own), old).search("weeks").ranking
    # What is left of it keeps nobody from erasing, and goes in the end.
    erase_document(app.backends, "canteen.md")
    run(later(app, 42), GONE)
    report = verify(app.backends, analyzer, QUIET)
    assert report.ok, report.problems
    (own / "docs" / "canteen.md").unlink()
    assert lexiane(own, "build", "notes").code == 0


def test_the_rules_of_a_profile_and_a_dry_run(own: Path) -> None:
    assert "no retention rules" in lexiane(own, "retention").out
    file = own / "resources" / "local.yaml"
    file.parent.mkdir(exist_ok=True)
    rules = {"answers": {"days": 30, "releases": {"production": 365}}, "versions": {"days": 90}}
    file.write_text(yaml.safe_dump({"retention": rules}))
    size = opened(own).backends.ledger.size()
    shown = lexiane(own, "retention", "--json").json
    assert (shown["collected"], shown["versions"], shown["answers"]) == (False, [], [])
    assert [item["version"] for item in shown["kept"]] == names(opened(own))
    assert lexiane(own, "retention", "--yes").code == 0
    assert opened(own).backends.ledger.size() == size
    file.write_text(yaml.safe_dump({"retention": {"answers": {"days": 0}}}))
    assert lexiane(own, "retention", "--json").problem["exit_code"] == 3


def test_what_a_crashed_build_left_goes_after_a_day(own: Path) -> None:
    app = opened(own)
    app.backends.objects.put("objects/ab/" + "ab" * 32, b"left by a crash")
    staged = own / ".lexiane" / "store" / ".staging" / "0"
    staged.parent.mkdir(exist_ok=True)
    staged.write_bytes(b"left by a crash")
    rules = Rules(None, VersionRule(365, 1))
    run(later(app, 0.5), rules)
    assert held(own, b"left by a crash")
    run(later(app, 2), rules)
    assert not held(own, b"left by a crash")
    assert lexiane(own, "build", "notes").code == 0
    assert verify(app.backends, analyzer, QUIET).ok
