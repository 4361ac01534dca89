"""What runs in processes of its own: writers that may be killed at any instant."""

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection, Engine, event

from lexiane_dagster.adapters.ed25519 import FolderKeyring
from lexiane_dagster.adapters.sql.database import WRITE
from tests.ledger.support import answer, erasure, ledger_in
from tests.pipeline import child


def start_together(gate: Path) -> None:
    """Wait until the test opens the gate, so that all begin at the same instant."""
    while not gate.exists():
        time.sleep(0.001)


def first_key(folder: Path, output: Path) -> None:
    child._enter(folder, os.environ.copy(), output)
    ledger = ledger_in(folder)
    start_together(folder / "gate")
    sys.stdout.write(ledger.signer().public_key.hex())
    sys.stdout.flush()


def append_many(folder: Path, writer: int, count: int, output: Path) -> None:
    """Append `count` answers, some of them several at once, and print the index of each."""
    child._enter(folder, os.environ.copy(), output)
    ledger = ledger_in(folder)
    start_together(folder / "gate")
    found: list[int] = []
    for number in range(count):
        found += ledger.append([answer(f"{writer}:{number}:{part}") for part in "ab"]).indexes
    json.dump(found, sys.stdout)
    sys.stdout.flush()


def erase_each(folder: Path, indexes: Sequence[int], output: Path) -> None:
    child._enter(folder, os.environ.copy(), output)
    ledger = ledger_in(folder)
    start_together(folder / "gate")
    for index in indexes:
        ledger.erase([erasure(index, "*")], {index: ["question"]})


def ask_for_ever(
    corpus: str, writer: str, folder: Path, environment: Mapping[str, str], output: Path
) -> None:
    """Ask one question after the other; print each id once the answer was given."""
    child._enter(folder, environment, output)
    from lexiane_dagster.bootstrap import application
    from lexiane_dagster.entrypoints.cli.output import NoProgress
    from lexiane_dagster.entrypoints.cli.project import pinned

    app = application(folder)
    asker = app.asker(pinned(app, corpus, None, "production"), NoProgress())
    number = 0
    while True:
        recorded = asker.ask(f"leave weeks {writer} {number}")
        os.write(1, f"{recorded.answer_id} {writer} {number}\n".encode())
        number += 1


def rotate_and_die(folder: Path, instant: str, output: Path) -> None:
    """Rotate the key, and die where `instant` says."""
    child._enter(folder, os.environ.copy(), output)
    ledger = ledger_in(folder)
    if instant == "key on disk":
        create = FolderKeyring.create

        def die_after(keyring: FolderKeyring) -> object:
            create(keyring)
            os._exit(9)

        FolderKeyring.create = die_after  # type: ignore[assignment, method-assign]
    elif instant == "before the commit":
        event.listen(Engine, "commit", _die_when_writing)
    elif instant == "before the old key goes":
        FolderKeyring.remove = lambda *_: os._exit(9)  # type: ignore[method-assign]
    ledger.rotate()


def _die_when_writing(connection: Connection) -> None:
    if connection.get_execution_options().get(WRITE):
        os._exit(9)


def limited(
    arguments: tuple[str, ...],
    largest: int,
    folder: Path,
    environment: Mapping[str, str],
    output: Path,
) -> None:
    """`lexiane ARGUMENTS` where no file may grow beyond `largest` bytes."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    child.command(arguments, folder, environment, output)


def read_only(
    arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str], output: Path
) -> None:
    """`lexiane ARGUMENTS` without the right, which root has, to write what is not writable."""
    if os.geteuid() == 0:
        _drop_override()
    child.command(arguments, folder, environment, output)


def _drop_override() -> None:
    """Clear CAP_DAC_OVERRIDE of this process (capset(2), version 3)."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)()
    assert libc.capget(header, sets) == 0
    for effective_and_permitted in (0, 1):
        sets[effective_and_permitted] &= ~(1 << 1)
    assert libc.capset((ctypes.c_uint32 * 2)(0x20080522, 0), sets) == 0
