"""Checkpoints handed to an HTTP service."""

from lexiane_dagster.adapters.checkpoints_webhook.place import WebhookPlace

__all__ = ["WebhookPlace"]
