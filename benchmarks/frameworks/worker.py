"""One update in a process of its own: `python -m benchmarks.frameworks.NAME FOLDER STATE [MODEL]`."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.frameworks.hashing import Embedded

Update = Callable[[Path, Path, str], Embedded]
MODEL = "hash-a"
OTHER_MODEL = "hash-b"


def run(update: Update) -> None:
    """Do what the command line asks for and tell as JSON how many texts were embedded."""
    folder, state, *model = sys.argv[1:]
    embedded = update(Path(folder), Path(state), *(model or [MODEL]))
    sys.stdout.write(json.dumps({"embedded": embedded.texts}) + "\n")
