"""What `make install` needs before it can install anything: standard library only, any Python 3."""

import shutil
import sys
from pathlib import Path

PYTHON = (3, 11)
DISK_GIB = 8


def main() -> int:
    """Say what is missing, and how to mend it; 0 when nothing is."""
    problems = []
    if sys.version_info < PYTHON:
        found = ".".join(str(part) for part in sys.version_info[:3])
        problems.append(
            f"Python {found} is too old: install Python 3.11 or newer and run "
            "`make PYTHON=/path/to/python3.11 install`"
        )
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        problems.append("Python lacks venv: install it (Debian, Ubuntu: apt install python3-venv)")
    free = shutil.disk_usage(Path.cwd()).free / 1024**3
    if free < DISK_GIB and not Path(".venv").exists():
        problems.append(f"{free:.1f} GiB are free on this disk and {DISK_GIB} are needed")
    for problem in problems:
        sys.stderr.write(f"install: {problem}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
