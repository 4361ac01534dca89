"""Shows what a benchmark measured: a table on the terminal, a JSON file with the machine's facts."""

import json
import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import numpy as np
from rich.console import Console
from rich.table import Table

RESULTS: Final = Path(__file__).resolve().parent / "results"

Row = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Report:
    """Rows of one benchmark. The keys of the first row are the columns."""

    name: str
    title: str
    packages: Sequence[str]
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, row: Row) -> None:
        self.rows.append(row)

    def note(self, text: str) -> None:
        self.notes.append(text)

    def show(self) -> None:
        """Print the table and write `benchmarks/results/<name>.json`."""
        table = Table(title=self.title)
        for column in self.rows[0]:
            table.add_column(column, justify="left" if column in ("size", "engine") else "right")
        for row in self.rows:
            table.add_row(*(_shown(value) for value in row.values()))
        console = Console()
        console.print(table)
        for note in self.notes:
            console.print(f"- {note}")
        RESULTS.mkdir(exist_ok=True)
        found = {
            "benchmark": self.name,
            "title": self.title,
            "machine": machine(),
            "packages": {name: _version(name) for name in ("numpy", *self.packages)},
            "rows": self.rows,
            "notes": self.notes,
        }
        path = RESULTS / f"{self.name}.json"
        path.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n")


def machine() -> dict[str, Any]:
    """Facts that figures depend on. The load says whether something else was running."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "load_average": round(os.getloadavg()[0], 2),
    }


def percentiles(
    search: Callable[[int], object], questions: int, rounds: int
) -> tuple[float, float]:
    """Milliseconds at p50 and p99 over questions, each the best of several rounds."""
    best = np.full(questions, np.inf)
    for _ in range(rounds):
        for number in range(questions):
            start = time.perf_counter()
            search(number)
            best[number] = min(best[number], time.perf_counter() - start)
    p50, p99 = np.percentile(best * 1000, (50, 99)).tolist()
    return p50, p99


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _shown(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3g}"
