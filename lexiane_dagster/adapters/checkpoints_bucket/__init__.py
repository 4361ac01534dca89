"""Checkpoints in object storage, over `obstore`."""

from lexiane_dagster.adapters.checkpoints_bucket.place import BucketPlace

__all__ = ["BucketPlace"]
