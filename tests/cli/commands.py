"""Running `lexiane` in a process of its own, as a shell would."""

import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.pipeline import child

_FORKED = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload(child.PRELOAD)
_OWN = ("DAGSTER_HOME", "LEXIANE_")


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)

    @property
    def problem(self) -> dict[str, Any]:
        """RFC 9457 problem details: the only line on stderr."""
        assert self.err.count("\n") == 1, self.err
        found: dict[str, Any] = json.loads(self.err)
        assert found["exit_code"] == self.code
        assert found["type"].startswith("urn:lexiane:error:")
        return found


def environment(**variables: str) -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith(_OWN)} | variables


def lexiane(folder: Path, *arguments: str, **variables: str) -> Done:
    """`lexiane ARGUMENTS` in `folder`, without a terminal.

    Forked from a server that has imported the libraries: as separate as a process can be, and quicker.
    """
    with tempfile.TemporaryDirectory() as scratch:
        output = Path(scratch) / "of"
        work = (arguments, folder, environment(**variables), output)
        process = _FORKED.Process(target=child.command, args=work)
        process.start()
        process.join(240)
        assert process.exitcode is not None, "still running"
        out, err = (Path(f"{output}{ending}").read_text("utf-8") for ending in (".out", ".err"))
    return Done(process.exitcode, out, err)


def fresh(folder: Path, *arguments: str) -> Done:
    """The same in a new interpreter, as a shell starts it."""
    done = subprocess.run(
        [sys.executable, "-m", "lexiane_dagster.entrypoints.cli", *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
