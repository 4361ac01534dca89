"""One line of a JSONL source."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from lexiane_dagster.domain.canonical import Json, canonical_bytes

_KEYS = frozenset({"id", "_id", "text", "title", "metadata", "groups"})


@dataclass(frozen=True, slots=True)
class Line:
    """The document that one line declares."""

    document_id: str
    raw: bytes
    metadata: Mapping[str, Json]
    groups: tuple[str, ...]


def parse_line(text: str) -> Line:
    """Reads one line.

    `raw` is the canonical JSON of `id`, `text` and, where they say something, `title` and
    `metadata`: the same for every order of keys and any white space.

    Raises:
        ValueError: what is wrong with the line, in words.
    """
    try:
        value = json.loads(
            text, object_pairs_hook=_unique, parse_float=_no_float, parse_constant=_no_float
        )
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON ({error.msg}, column {error.colno})") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("it is not an object")
    if unknown := sorted(value.keys() - _KEYS):
        raise ValueError(f"unknown key {unknown[0]!r}")
    return _line(value)


def _line(value: dict[str, object]) -> Line:
    if "id" in value and "_id" in value:
        raise ValueError("it has both `id` and `_id`")
    document_id = value.get("id", value.get("_id"))
    text = value.get("text")
    title = _optional(value, "title", "")
    metadata = _optional(value, "metadata", {})
    groups = _optional(value, "groups", [])
    if not isinstance(document_id, str) or not document_id:
        raise ValueError("`id` is missing or not a string")
    if not isinstance(text, str):
        raise ValueError("`text` is missing or not a string")
    if not isinstance(title, str):
        raise ValueError("`title` is not a string")
    if not isinstance(metadata, dict):
        raise ValueError("`metadata` is not an object")
    if not isinstance(groups, list) or not all(isinstance(g, str) and g for g in groups):
        raise ValueError("`groups` is not a list of names")
    record: dict[str, Json] = {"id": document_id, "text": text}
    if title:
        record["title"] = title
    if metadata:
        record["metadata"] = metadata
    return Line(document_id, canonical_bytes(record), metadata, tuple(groups))


def _optional(value: dict[str, object], key: str, default: object) -> object:
    given = value.get(key)
    return default if given is None else given


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return value


def _no_float(number: str) -> NoReturn:
    raise ValueError(f"{number} is not a whole number; write it as a string")
