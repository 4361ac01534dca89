"""Commitments: how an erasable value enters the ledger (docs/formats/ledger-v1.md, section 3).

A leaf holds `HMAC-SHA256(opening, …)` of a value, and the opening is kept beside the value. Without
the opening, 32 random bytes, nobody can confirm a guess; so erasing value and opening erases the
value from the ledger, and every root stays valid.
"""

import hmac
import struct

TAG = b"lexiane/commitment/v1"
OPENING_BYTES = 32


def commit(opening: bytes, path: str, value: bytes) -> str:
    """The commitment to `value` as the field `path` of an entry, in hex.

    `HMAC-SHA256(opening, u32 length ‖ tag ‖ u32 length ‖ path ‖ value)`, lengths big-endian.

    Raises:
        ValueError: the opening has not exactly 32 bytes (HMAC would pad or hash another).
    """
    if len(opening) != OPENING_BYTES:
        raise ValueError(f"an opening has {OPENING_BYTES} bytes, not {len(opening)}")
    name = path.encode("utf-8")
    message = struct.pack(">I", len(TAG)) + TAG + struct.pack(">I", len(name)) + name + value
    return hmac.digest(opening, message, "sha256").hex()


def opens(commitment: str, opening: bytes, path: str, value: bytes) -> bool:
    """True when `value` under `opening` is what was committed to."""
    return len(opening) == OPENING_BYTES and hmac.compare_digest(
        commitment, commit(opening, path, value)
    )
