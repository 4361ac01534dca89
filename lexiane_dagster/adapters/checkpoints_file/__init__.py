"""Checkpoints in a folder: another disk, a share, a write-once medium."""

from lexiane_dagster.adapters.checkpoints_file.place import FolderPlace

__all__ = ["FolderPlace"]
