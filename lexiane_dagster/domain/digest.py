"""SHA-256 digests, shown as 64 lower-case hex digits."""

import hashlib
import re

from lexiane_dagster.domain.canonical import Json, canonical_bytes

_HEX = re.compile(r"[0-9a-f]{64}")


def digest_of_bytes(data: bytes) -> str:
    """SHA-256 of raw bytes."""
    return hashlib.sha256(data).hexdigest()


def digest_of_text(text: str) -> str:
    """SHA-256 of the UTF-8 bytes of `text`."""
    return digest_of_bytes(text.encode("utf-8"))


def digest_of_json(value: Json) -> str:
    """SHA-256 of the canonical bytes of `value`; the value carries its own `format` tag."""
    return digest_of_bytes(canonical_bytes(value))


def is_digest(text: str) -> bool:
    return _HEX.fullmatch(text) is not None
