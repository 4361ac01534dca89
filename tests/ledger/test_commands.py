"""`keys`, `checkpoint` and `export-ledger`, and the push after a release, as a person meets them."""

import shutil
import stat
from pathlib import Path

import pytest

from lexiane_dagster.bootstrap import application
from tests.ledger.places import http_service
from tests.ledger.support import check, ledger_in
from tests.ledger.test_export import accepts
from tests.pipeline.support import CORPUS, Project


def private_bytes(project: Project) -> list[bytes]:
    """The lines of each private key's file that hold the key."""
    return [file.read_bytes().splitlines()[1] for file in (project.home / "keys").glob("*.pem")]


def test_keys_makes_the_first_key(tmp_path: Path) -> None:
    project = Project(tmp_path)
    (tmp_path / "workspace.yaml").touch()
    made = project.run("keys", "--json").json
    (key,) = made["keys"]
    assert key["verifier"].startswith(f"{made['origin']}+")
    assert (key["from_leaf"], key["current"], key["private_key_here"]) == (0, True, True)
    assert project.run("keys", "--json").json == made
    (file,) = (project.home / "keys").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(project.home.stat().st_mode) == 0o700
    check(ledger_in(project.home), project.home)


def test_the_origin_is_that_of_the_profile(tmp_path: Path) -> None:
    project = Project(tmp_path)
    (tmp_path / "workspace.yaml").touch()
    project.profile(ledger={"origin": "example.org/handbook"})
    assert project.run("keys", "--json").json["origin"] == "example.org/handbook"
    project.profile(ledger={"origin": "example.org/renamed"})
    assert project.run("keys", "--json").json["origin"] == "example.org/handbook"


def test_a_rotation_shows_both_keys_and_no_private_one(project: Project) -> None:
    before = private_bytes(project)
    texts = [project.run("keys", *options) for options in ([], ["--rotate"], ["--json"])]
    old, new = texts[-1].json["keys"]
    assert (old["current"], old["private_key_here"]) == (False, False)
    assert (new["current"], new["private_key_here"]) == (True, True)
    assert old["verifier"] in texts[1].out
    assert new["verifier"] in texts[1].out
    for private in [*before, *private_bytes(project)]:
        assert all(private.decode() not in told.out + told.err for told in texts)
    check(ledger_in(project.home), project.home)


def test_a_retired_key_that_a_crash_left_here_goes(project: Project) -> None:
    (old,) = (project.home / "keys").glob("*.pem")
    kept = shutil.copy2(old, project.root / "kept.pem")
    assert project.run("keys", "--rotate").code == 0
    assert not old.exists()
    shutil.copy2(kept, old)
    assert [key["private_key_here"] for key in project.run("keys", "--json").json["keys"]] == [
        False,
        True,
    ]
    assert not old.exists()


def test_the_checkpoint_is_a_signed_note(project: Project) -> None:
    shown = project.run("checkpoint")
    found = project.run("checkpoint", "--json").json
    ledger = application(project.root).backends.ledger
    head = ledger.checkpoint()
    assert shown.out == found["note"] == head.note()
    assert found == {
        "origin": head.checkpoint.origin,
        "size": ledger.size(),
        "root": head.checkpoint.root.hex(),
        "note": head.note(),
        "pushed": [],
    }


def test_there_is_nowhere_to_push_to_by_default(project: Project) -> None:
    problem = project.run("checkpoint", "--push", "--json").problem
    assert problem["exit_code"] == 3
    assert "checkpoints" in problem["remedy"]


def test_an_exported_ledger_is_sound(project: Project) -> None:
    project.ask("How long is parental leave?")
    exported = project.run("export-ledger", "out", "--json").json
    assert exported["folder"] == str(project.root / "out")
    assert accepts(project.root / "out", Path(exported["keys"][-1]))
    for file in (project.root / "out").rglob("*"):
        assert file.is_dir() or b"parental" not in file.read_bytes()
    project.run("keys", "--rotate")
    again = project.run("export-ledger", "out", "--json").json
    assert len(again["keys"]) == 2
    assert accepts(project.root / "out", Path(again["keys"][-1]))


def test_each_release_pushes_its_checkpoint(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_TOKEN", "Bearer sesame")
    with http_service() as service:
        hook = {
            "type": "webhook",
            "url": service.url,
            "headers": {"Authorization": {"env": "HOOK_TOKEN"}},
        }
        project.profile(checkpoints=[{"type": "file", "path": "far"}, hook])
        project.write("more.md", "# More\n\nA second version.\n")
        project.build()
        ledger = application(project.root).backends.ledger
        pushed = (project.root / "far" / "checkpoint").read_text("utf-8")
        assert service.notes == [pushed]
        assert service.headers[0]["Authorization"] == "Bearer sesame"
        assert pushed == ledger.checkpoint().note()
        project.ask("What is the notice period?")
        again = project.run("checkpoint", "--push", "--json").json
    size = again["size"]
    assert [each["size"] for each in again["pushed"]] == [size, size]
    assert all(each["before"] < size for each in again["pushed"])
    assert "secret-token" not in str(again)


def test_a_failed_push_says_what_stands_and_what_makes_up_for_it(project: Project) -> None:
    (project.root / "file").touch()
    project.profile(checkpoints=[{"type": "file", "path": "file/far"}])
    before = project.released()
    project.write("more.md", "# More\n\nA second version.\n")
    problem = project.refused()
    assert problem["exit_code"] == 8
    assert project.released() != before
    assert f"production is {CORPUS}@" in problem["detail"]
    assert "checkpoint --push" in problem["remedy"]
    (project.root / "file").unlink()
    assert project.run("checkpoint", "--push").code == 0


def test_a_roll_back_of_everything_is_noticed(project: Project) -> None:
    old = project.copy(project.root.with_name("back-up"))
    place = [{"type": "file", "path": str(project.root.with_name("far"))}]
    project.profile(checkpoints=place)
    old.profile(checkpoints=place)
    project.ask("How long is parental leave?")
    assert project.run("checkpoint", "--push").code == 0
    problem = old.run("checkpoint", "--push", "--json").problem
    assert problem["exit_code"] == 6
    assert "it was rolled back" in problem["detail"]
