"""What Dagster loads: every corpus of the project that the process was started in, and its upkeep."""

import dagster as dg

from lexiane_dagster.orchestration.retention import retention_definitions
from lexiane_dagster.settings import find_project

_root = find_project()
defs = dg.Definitions.merge(
    dg.load_from_defs_folder(path_within_project=_root), retention_definitions(_root)
)
