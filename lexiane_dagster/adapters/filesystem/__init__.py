"""Source: a folder of files."""

from lexiane_dagster.adapters.filesystem.selection import AccessRule, AccessRules
from lexiane_dagster.adapters.filesystem.source import FolderSource

__all__ = ["AccessRule", "AccessRules", "FolderSource"]
