"""Canonical bytes: the only form in which structures are hashed (docs/formats/canonical-v1.md).

RFC 8785 (JCS), restricted to what this project hashes: objects, arrays, strings, booleans, null and
integers of magnitude below 2^53. Floats are refused, so the hard part of JCS does not arise.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"

INTEGER_LIMIT = 2**53
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def canonical_bytes(value: Json) -> bytes:
    """UTF-8 bytes of `value` in RFC 8785 form.

    Raises:
        TypeError: a float or another type without one canonical form.
        ValueError: an integer of magnitude 2^53 or more, or a lone surrogate.
    """
    return _ENCODER.encode(_ordered(value)).encode("utf-8")


def _ordered(value: object) -> object:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        if abs(value) >= INTEGER_LIMIT:
            raise ValueError(f"integer out of the range of canonical JSON: {value}")
        return value
    # The common types first: asking an abstract class costs more than encoding does.
    if isinstance(value, (dict, Mapping)):
        return {key: _ordered(value[key]) for key in _keys(value)}
    if isinstance(value, (list, tuple, Sequence)) and not isinstance(value, bytes | bytearray):
        return [_ordered(item) for item in value]
    raise TypeError(f"no canonical form for {type(value).__name__}")


def _keys(value: Mapping[object, object]) -> list[str]:
    """Ordered by UTF-16 code units (RFC 8785 section 3.2.3), which is plain order for ASCII."""
    keys = [key for key in value if isinstance(key, str)]
    if len(keys) != len(value):
        raise TypeError("keys of a canonical object must be texts")
    return sorted(keys) if "".join(keys).isascii() else sorted(keys, key=_utf16)


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be")
