"""Runs every benchmark of this folder: `python -m benchmarks [NAME …] [--quick]`.

A benchmark is a module with a `main`. Each runs in a process of its own; one that lacks a package of a
peer is skipped with that reason, any other failure makes the whole run fail.
"""

import argparse
import re
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
MISSING = re.compile(r"ModuleNotFoundError: No module named '(\w+)")
OWN = {"benchmarks", "lexiane_dagster"}


def names() -> list[str]:
    """The benchmarks there are, in the order of their names."""
    modules = sorted(path for path in HERE.glob("*.py") if path.stem != "__main__")
    return [path.stem for path in modules if "\ndef main(" in path.read_text("utf-8")]


def outcome(name: str, quick: bool) -> tuple[str, bool]:
    """Run one benchmark; what came of it, and whether that is fine."""
    source = (HERE / f"{name}.py").read_text("utf-8")
    knows_quick = '"--quick"' in source or "benchmarks.sizes" in source
    command = [sys.executable, "-m", f"benchmarks.{name}"]
    done = subprocess.run(
        [*command, "--quick"] if quick and knows_quick else command,
        cwd=HERE.parent,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return "done", True
    lacking = MISSING.findall(done.stderr)
    if lacking and lacking[-1] not in OWN:
        return f"skipped: {lacking[-1]} is not installed", True
    sys.stderr.write(done.stderr)
    return f"failed with exit code {done.returncode}", False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(names())}")
    parser.add_argument("--quick", action="store_true", help="small sizes, where there are any")
    options = parser.parse_args()
    if unknown := set(options.names) - set(names()):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    console, summary, fine = Console(), Table(title="Benchmarks"), True
    for column in ("benchmark", "outcome", "seconds"):
        summary.add_column(column)
    for name in options.names or names():
        console.rule(name)
        started = time.monotonic()
        told, ok = outcome(name, options.quick)
        fine = fine and ok
        summary.add_row(name, told, f"{time.monotonic() - started:.0f}")
    console.print(summary)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
