"""What Dagster loads: every corpus of the project that the process was started in."""

import dagster as dg

from lexiane_dagster.settings import find_project

defs = dg.load_from_defs_folder(path_within_project=find_project())
