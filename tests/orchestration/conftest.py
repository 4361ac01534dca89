"""Each test has a project of its own: its Dagster home, and its package `assets`."""

import os
import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def own_project() -> Iterator[None]:
    environment, path = dict(os.environ), list(sys.path)
    for name in ("DAGSTER_HOME", "LEXIANE_HOME", "LEXIANE_PROFILE"):
        os.environ.pop(name, None)
    for name in [name for name in sys.modules if name.split(".")[0] == "assets"]:
        del sys.modules[name]
    yield
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:] = path
