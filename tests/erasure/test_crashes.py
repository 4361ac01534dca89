"""Killed at any change to the store, the same command finishes, and nothing in between is unreadable."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lexiane_dagster.application.backends import Backends
from lexiane_dagster.application.verification import verify
from lexiane_dagster.bootstrap import analyzer
from tests.erasure.conftest import SECRET, WORDS
from tests.erasure.support import (
    QUIET,
    CrashError,
    Failing,
    asker,
    erase_document,
    held,
    opened,
    scores,
    through,
    versions,
)


def crashes(
    own: Path,
    change: Callable[[Backends], object],
    check: Callable[[Path], None],
    first: int,
    step: int,
) -> int:
    """Kill `change` before each change to the store from the `first` on, or each `step`th, in a fresh
    copy each; how many times it was killed."""
    at = first - step
    while True:
        at += step
        root = Path(shutil.copytree(own, own.with_name(f"crash-{at}")))
        app = opened(root)
        store = Failing(app.backends.objects, at)
        try:
            change(through(app, store))
        except CrashError:
            check(root)
            shutil.rmtree(root)
            continue
        return (at - first) // step


STEPS = [(3, 7), *(pytest.param(first, 7, marks=pytest.mark.long) for first in (1, 2, 4, 5, 6, 7))]


@pytest.mark.parametrize(("first", "step"), STEPS)
def test_an_erasure_that_was_killed_is_finished_by_the_same_command(
    own: Path, first: int, step: int
) -> None:
    app = opened(own)
    # As the second erasure of the same tables: the harder case.
    erase_document(app.backends, "canteen.md")
    question = "weeks of leave"
    expected = {version: scores(asker(app, version), question) for version in versions(app)}
    lost = {
        chunk.chunk_id
        for version in versions(app)
        for chunk in asker(app, version).version.chunks.values()
        if chunk.document_id == SECRET
    }
    tried = 0

    def check(root: Path) -> None:
        nonlocal tried
        tried += 1
        app = opened(root)
        for version, found in expected.items():
            left = {key: value for key, value in found.items() if key not in lost}
            assert scores(asker(app, version), question) in (found, left)
        erase_document(app.backends, SECRET)
        assert held(root, *WORDS) == [], tried
        for version, found in expected.items():
            left = {key: value for key, value in found.items() if key not in lost}
            assert scores(asker(opened(root), version), question) == left
        assert held(root, *WORDS) == []
        assert not list((root / ".lexiane" / "store" / "collecting").rglob("*.json"))
        if tried == 2:
            report = verify(opened(root).backends, analyzer, QUIET)
            assert report.ok, report.problems

    done = crashes(own, lambda backends: erase_document(backends, SECRET), check, first, step)
    assert done == tried > 2


def test_an_erasure_that_was_given_up_does_not_disturb_another(own: Path) -> None:
    app = opened(own)
    question = "weeks of leave"
    before = scores(asker(app, versions(app)[0]), question)
    with pytest.raises(CrashError):
        # The statistics that one version would need are kept, and nothing else was done.
        erase_document(through(app, Failing(app.backends.objects, 2)), SECRET)
    erase_document(app.backends, "canteen.md")
    for version in versions(app):
        asked = asker(opened(own), version)
        assert SECRET in asked.version.documents
    left = scores(asker(opened(own), versions(app)[0]), question)
    assert left == {key: value for key, value in before.items() if key in left}
    assert verify(opened(own).backends, analyzer, QUIET).ok


def test_while_one_process_erases_no_other_may(own: Path) -> None:
    from lexiane_dagster.domain.errors import UnavailableError

    app = opened(own)
    with app.alone(), pytest.raises(UnavailableError, match="another process"), app.alone():
        pass
    with app.alone():
        pass
