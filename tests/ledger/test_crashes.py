"""Writers that die, disks that are full, media that cannot be written: the ledger stays whole."""

import os
import random
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lexiane_dagster.adapters.sql.ledger import SqlLedger
from lexiane_dagster.domain.ledger.entry import ANSWER
from tests.ledger import child
from tests.ledger.support import check, ledger_in
from tests.pipeline.processes import Outcome, Running
from tests.pipeline.support import CORPUS, Project

QUESTION = "How long is parental leave?"


def reported(output: Path) -> list[tuple[int, str]]:
    """(id, question) of each answer that a process had before it died."""
    file = Path(f"{output}.out")
    lines = file.read_text().splitlines(keepends=True) if file.exists() else []
    found = [line.split() for line in lines if line.endswith("\n")]
    return [(int(index), f"leave weeks {writer} {number}") for index, writer, number in found]


def recorded(ledger: SqlLedger) -> dict[int, str]:
    indexes = ledger.find(ANSWER)
    return {
        index: fields["question"].value.decode().strip('"')
        for index, fields in ledger.fields(indexes).items()
    }


def killed_at_random(project: Project, processes: int, least: int, seed: int) -> None:
    """Kill writers at random instants, each replaced by another, until `least` answers are there."""
    chosen, ledger = random.Random(seed), ledger_in(project.home)
    outputs: list[Path] = []

    def start() -> Running:
        output = project.root / f"writer{len(outputs)}"
        outputs.append(output)
        given = (CORPUS, output.name, project.root, project._environment())
        return Running(child.ask_for_ever, given, output)

    running = [start() for _ in range(processes)]
    kills = 0
    while len(ledger.find(ANSWER)) < least or kills < 2 * processes:
        time.sleep(chosen.uniform(0, 0.2))
        victim = chosen.randrange(processes)
        if not reported(outputs_of(running[victim])):
            continue  # it has not begun to record
        assert running[victim].kill()
        kills += 1
        running[victim] = start()
    assert all(process.kill() for process in running)

    check(ledger_in(project.home), project.home)
    found = recorded(ledger)
    for output in outputs:
        given = reported(output)
        assert all(found[index] == question for index, question in given)
        assert [index for index, _ in given] == sorted(index for index, _ in given)
    # At most one answer a process is in the ledger that the process did not live to give.
    assert len(found) <= sum(len(reported(output)) for output in outputs) + len(outputs)
    assert project.ask(QUESTION)["answer_id"] == ledger.size() - 1


def outputs_of(process: Running) -> Path:
    return process._output


def test_kill_9_between_answers_loses_nothing(project: Project) -> None:
    killed_at_random(project, processes=3, least=30, seed=9)


@pytest.mark.long
def test_kill_9_during_200_recordings_by_8_processes_loses_nothing(project: Project) -> None:
    killed_at_random(project, processes=8, least=200, seed=17)


def limited(project: Project, largest: int, *arguments: str) -> Outcome:
    given = (arguments, largest, project.root, project._environment())
    return Running(child.limited, given, project.root / "limited").wait()


@pytest.mark.parametrize("kilobytes", [33, 40])
def test_an_answer_that_cannot_be_recorded_is_not_given(project: Project, kilobytes: int) -> None:
    """The database's files may not grow: to the process that is a full disk."""
    ledger = ledger_in(project.home)
    before = ledger.size()
    done = limited(project, kilobytes * 1024, "ask", CORPUS, QUESTION, "--json")
    assert done.problem["exit_code"] == 8
    assert done.out == ""
    assert "leave" not in done.err
    assert ledger.size() == before
    check(ledger, project.home)
    assert project.ask(QUESTION)["answer_id"] == before


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small file system needs root and the right to mount")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_gives_no_answer_and_breaks_nothing(project: Project, full_disk: Path) -> None:
    project.profile(catalog={"type": "sqlite", "path": str(full_disk / "catalog.sqlite")})
    project.build()
    ballast, ledger = full_disk / "ballast", ledger_in(full_disk)
    with pytest.raises(OSError, match="No space left"):
        ballast.write_bytes(bytes(2**20))
    before = ledger.size()
    refused = project.run("ask", CORPUS, QUESTION, "--json")
    assert refused.problem["exit_code"] == 8
    assert refused.out == ""
    ballast.unlink()
    assert project.ask(QUESTION)["answer_id"] >= before
    again = ledger_in(full_disk)
    assert again.size() == before + 1
    (full_disk / "keys").symlink_to(project.home / "keys")
    check(again, full_disk)


@pytest.fixture
def frozen(project: Project) -> Iterator[Project]:
    """A project in which nothing is writable, and nobody has the catalog open."""
    sqlite3.connect(project.home / "catalog.sqlite").execute("VACUUM").connection.close()
    places = [project.root, *project.root.rglob("*")]
    modes = [(place, place.stat().st_mode) for place in places]
    for place, mode in modes:
        place.chmod(mode & 0o555)
    yield project
    for place, mode in modes:
        place.chmod(mode)


def read_only(project: Project, output: Path, *arguments: str) -> Outcome:
    given = (arguments, project.root, project._environment())
    return Running(child.read_only, given, output).wait()


def test_a_read_only_project_is_read_and_not_written(frozen: Project, tmp_path: Path) -> None:
    output = tmp_path / "of"
    (version,) = read_only(frozen, output, "versions", CORPUS, "--json").json
    assert read_only(frozen, output, "show", version["version"], "--json").json
    assert read_only(frozen, output, "keys", "--json").json["keys"]
    assert read_only(frozen, output, "checkpoint", "--json").json["size"]
    assert read_only(frozen, output, "search", CORPUS, QUESTION, "--json").json["ranking"]
    exported = read_only(frozen, output, "export-ledger", str(tmp_path / "out"), "--json").json
    assert exported["size"]
    for command in (["ask", CORPUS, QUESTION], ["keys", "--rotate"]):
        problem = read_only(frozen, output, *command, "--json").problem
        assert problem["exit_code"] == 8
        assert "read-only" in problem["detail"]
    assert not list(frozen.home.glob("catalog.sqlite-*"))


def test_a_read_only_copy_of_a_running_catalog_is_read(project: Project, tmp_path: Path) -> None:
    """With what its log holds: a back-up that was made while somebody wrote."""
    project.ask(QUESTION)
    ledger = ledger_in(project.home)
    with ledger._database.reading():
        project.ask(QUESTION)
        copy = project.copy(tmp_path / "copy")
    assert (copy.home / "catalog.sqlite-wal").stat().st_size
    for place in (copy.home, *copy.home.glob("catalog.sqlite*")):
        place.chmod(place.stat().st_mode & 0o555)
    found = read_only(copy, tmp_path / "of", "checkpoint", "--json").json
    assert found["size"] == ledger.size()
    copy.home.chmod(0o755)
