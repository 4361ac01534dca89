"""`lexiane verify` in a process of its own."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.commands import lexiane
from tests.verification.lab import Lab
from tests.verification.test_intact import STEPS


def test_an_intact_project_ends_with_0(intact: Lab) -> None:
    done = lexiane(intact.root, "verify")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert [line.split()[:2] for line in lines] == [
        [str(number), name] for number, name in enumerate(STEPS, start=1)
    ]
    assert all(line.endswith("checked   ok") for line in lines)


def test_json_has_the_steps_with_counts_and_problems(intact: Lab) -> None:
    found = json.loads(lexiane(intact.root, "verify", "--json").out)
    assert found["ok"] is True
    assert [step["name"] for step in found["steps"]] == STEPS
    assert all(set(step) == {"name", "ok", "checked", "problems"} for step in found["steps"])


def test_a_problem_ends_with_6_and_is_named(lab: Lab) -> None:
    answer = lab.application().backends.ledger.find("answer")[0]
    lab.sql(f"DELETE FROM fields WHERE leaf = {answer} AND path = 'question'")
    problem = f"leaf {answer}: the field 'question' is MISSING, and no erasure covers it"
    done = lexiane(lab.root, "verify")
    assert done.code == 6
    assert f"       {problem}" in done.out.splitlines()
    assert done.err.startswith("lexiane: 1 problem in records. To mend: ")
    told = lexiane(lab.root, "verify", "--json")
    report = json.loads(told.out)
    assert (told.code, report["ok"]) == (6, False)
    assert [s["problems"] for s in report["steps"] if not s["ok"]] == [[problem]]
    assert json.loads(told.err)["exit_code"] == 6


def test_since_takes_what_checkpoint_printed(lab: Lab, tmp_path: Path) -> None:
    printed = lexiane(lab.root, "checkpoint").out
    file = tmp_path / "remembered.txt"
    file.write_text(printed, "utf-8")
    done = lexiane(lab.root, "verify", "--since", str(file))
    assert done.code == 0, done.out
    assert [line.split()[1] for line in done.out.splitlines()] == [
        "database",
        "since",
        *(name for name in STEPS[1:] if name != "memo"),
    ]
    lab.restore("catalog.sqlite")
    done = lexiane(lab.root, "verify", "--since", str(file))
    assert done.code == 6
    assert "roll-back: the ledger has" in done.out


@pytest.mark.parametrize("text", ["", "not a note\n", "a\n1\nAAAA\n\n— a AAAA\n"])
def test_since_refuses_what_is_no_checkpoint(intact: Lab, tmp_path: Path, text: str) -> None:
    file = tmp_path / "remembered.txt"
    file.write_text(text, "utf-8")
    done = lexiane(intact.root, "verify", "--since", str(file))
    assert done.code == 3
    assert "is no signed checkpoint" in done.err


def test_nothing_is_written_and_a_read_only_medium_will_do(lab: Lab) -> None:
    """A bind mount that refuses to write, where this user may make one."""
    shutil.rmtree(lab.home / "keys")
    before = snapshot(lab.root)
    mounted = subprocess.run(
        ["unshare", "--mount", "sh", "-c", READ_ONLY, "sh", str(lab.root), *command()],
        capture_output=True,
        text=True,
        env=dict(os.environ),
        check=False,
    )
    if mounted.returncode == NO_MOUNT or "unshare" in mounted.stderr:
        pytest.skip("this user may not mount a folder read-only")
    assert mounted.returncode == 0, mounted.stdout + mounted.stderr
    assert json.loads(mounted.stdout)["ok"] is True
    assert snapshot(lab.root) == before


NO_MOUNT = 77
READ_ONLY = f"""
mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" || exit {NO_MOUNT}
cd "$1" && shift && exec "$@"
"""


def command() -> list[str]:
    import sys

    return [sys.executable, "-m", "lexiane_dagster.entrypoints.cli", "verify", "--json"]


def snapshot(root: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(root)): file.read_bytes()
        for file in sorted(root.rglob("*"))
        if file.is_file()
    }
