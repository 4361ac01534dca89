"""Sidecars: `NAME.lexiane.yaml` next to a file declares its groups and metadata."""

from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from lexiane_dagster.domain.canonical import Json, canonical_bytes
from lexiane_dagster.domain.errors import DocumentError

SUFFIX = ".lexiane.yaml"
MAX_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What a sidecar declares."""

    groups: tuple[str, ...]
    metadata: Mapping[str, Json]


class _StrictLoader(yaml.SafeLoader):
    """YAML without aliases (they can expand without bound) and without repeated keys."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise ValueError("aliases (`*name`) are not allowed")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        keys = [key.value for key, _ in node.value]
        if len(set(keys)) < len(keys):
            raise ValueError("a key stands twice")
        return super().construct_mapping(node, deep)


def parse_sidecar(document_id: str, raw: bytes) -> Sidecar:
    """Reads a sidecar.

    Raises:
        DocumentError: `sidecar_invalid`, naming the document and what is wrong.
    """
    try:
        declared = yaml.load(raw.decode("utf-8"), _StrictLoader)  # noqa: S506 (a SafeLoader)
        return _sidecar({} if declared is None else declared)
    except (ValueError, TypeError, RecursionError, yaml.YAMLError) as error:
        raise sidecar_invalid(document_id, " ".join(str(error).split())) from error


def sidecar_invalid(document_id: str, reason: str) -> DocumentError:
    """The error of a document whose sidecar cannot be used: it never counts as having no rules."""
    return DocumentError(
        document_id,
        "sidecar_invalid",
        f"has a sidecar that cannot be used: {reason}.",
        remedy=f"Correct {document_id + SUFFIX!r}: it may hold `groups` (a list of names) and "
        "`metadata` (strings, whole numbers, true/false, null, lists and maps of them).",
    )


def _sidecar(declared: object) -> Sidecar:
    if not isinstance(declared, dict):
        raise ValueError("it is not a map")
    if unknown := sorted(str(key) for key in declared if key not in ("groups", "metadata")):
        raise ValueError(f"unknown key {unknown[0]!r}")
    groups = declared.get("groups", [])
    metadata = declared.get("metadata", {})
    if not isinstance(groups, list) or not all(isinstance(g, str) and g for g in groups):
        raise ValueError("`groups` is not a list of names")
    if not isinstance(metadata, dict):
        raise ValueError("`metadata` is not a map")
    canonical_bytes(metadata)
    return Sidecar(tuple(groups), metadata)
