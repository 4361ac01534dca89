"""Commands in processes of their own, forked from a server or in a new interpreter."""

import json
import multiprocessing
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.pipeline import child

PATIENCE = 300.0
LEXIANE = "from lexiane_dagster.entrypoints.cli.main import main; main()"

_FORKED = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload(child.PRELOAD)


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int | None
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)

    @property
    def problem(self) -> dict[str, Any]:
        """The RFC 9457 problem of a command that failed with --json: the last line of stderr."""
        assert self.code not in (0, None), self.out
        found: dict[str, Any] = json.loads(self.err.splitlines()[-1])
        assert set(found) >= {"type", "title", "detail"}
        assert found["exit_code"] == self.code
        return found


class Running:
    """A command in a process of its own."""

    def __init__(self, work: Callable[..., None], arguments: tuple[Any, ...], output: Path) -> None:
        self._output = output
        self._process = _FORKED.Process(target=work, args=(*arguments, output))
        self._process.start()

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    def kill(self) -> bool:
        """kill -9; False when it had ended already."""
        self._process.kill()
        self._process.join()
        return self._process.exitcode == -9

    def wait(self, seconds: float = PATIENCE) -> Outcome:
        self._process.join(seconds)
        assert not self.alive, "still running"
        texts = [Path(f"{self._output}{ending}") for ending in (".out", ".err")]
        out, err = (text.read_text("utf-8") if text.exists() else "" for text in texts)
        return Outcome(self._process.exitcode, out, err)


def in_a_new_interpreter(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> Outcome:
    """`lexiane ARGUMENTS`, where variables that are read at the start of an interpreter count."""
    done = subprocess.run(
        [sys.executable, "-c", LEXIANE, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)
