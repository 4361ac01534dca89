"""Ed25519 keys in files, over `cryptography`."""

from lexiane_dagster.adapters.ed25519.keyring import FolderKeyring

__all__ = ["FolderKeyring"]
