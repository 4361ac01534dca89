"""One corpus as its component declares it, and what all of its assets share."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from lexiane_dagster.application.backends import Recipe
from lexiane_dagster.bootstrap import Application, application
from lexiane_dagster.domain.digest import digest_of_json
from lexiane_dagster.orchestration.gates import Gate
from lexiane_dagster.orchestration.handles import HANDLE
from lexiane_dagster.settings import CorpusSettings

ALGORITHM = "pipeline/1"


@dataclass(frozen=True)
class Corpus:
    """One corpus as its component declares it."""

    name: str
    root: Path
    folder: Path
    settings: CorpusSettings
    gates: tuple[Gate, ...]

    def key(self, stage: str) -> dg.AssetKey:
        return dg.AssetKey([self.name, stage])

    def application(self) -> Application:
        return application(self.root)

    def recipe(self, app: Application) -> Recipe:
        return app.recipe(self.name, self.settings)

    def code_version(self, *parts: str) -> str:
        """Digest of the algorithm's version and the settings that a stage depends on; no paths."""
        chosen = self.settings.model_dump(include=set(parts), mode="json")
        chosen.get("source", {}).pop("path", None)
        return digest_of_json({"algorithm": ALGORITHM, "settings": chosen})[:16]


def materialized(
    handle: str, started: float, metadata: Mapping[str, Any]
) -> dg.MaterializeResult[None]:
    """A materialisation under a handle, with the seconds since `started` (monotonic)."""
    return dg.MaterializeResult(
        data_version=dg.DataVersion(handle),
        metadata={
            HANDLE: handle,
            "seconds": round(time.monotonic() - started, 3),
            **metadata,
        },
    )
