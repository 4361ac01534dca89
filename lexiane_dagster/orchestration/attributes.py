"""What `dg` is told about the attributes of a `defs.yaml`, and how templates in them are resolved.

The truth is `settings.CorpusSettings`. Here its JSON schema is reworded, so that `dg check defs` names
the wrong key and not a whole union, and so that every value may be a `{{ … }}` template.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dagster.components.resolved.errors import ResolutionException
from pydantic import BaseModel, ConfigDict

from lexiane_dagster.domain.errors import ConfigurationError
from lexiane_dagster.settings import CorpusSettings, parse

TEMPLATE = r"\{\{.*\}\}"
_NUMBERS = ("integer", "number", "boolean")

Schema = dict[str, Any]


class CorpusAttributes(BaseModel):
    """Attributes as written: checked by the schema of `CorpusSettings` now, parsed once resolved."""

    model_config = ConfigDict(extra="allow")

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> Schema:
        reworded: Schema = _reworded(CorpusSettings.model_json_schema(*args, **kwargs))
        return reworded


def resolve(
    declared: Mapping[str, Any], resolve_value: Callable[[Any], Any], file: Path
) -> CorpusSettings:
    """The settings that `declared` stands for once its templates have been replaced.

    Raises:
        ConfigurationError: a template gives nothing, or the result is no setting.
    """
    try:
        values = resolve_value(dict(declared))
    except ResolutionException as error:
        raise ConfigurationError(
            f"{file}: {_told(str(error))}", remedy="mend the template; {{ env.NAME }} is one"
        ) from error
    for place, written, value in _leaves(declared, values):
        if value is None and isinstance(written, str):
            raise ConfigurationError(
                f"{file}: {place}: {written} gives nothing",
                remedy="set the environment variable, or give a default: {{ env('NAME', 'value') }}",
            )
    settings: CorpusSettings = parse(CorpusSettings, values, file)
    return settings


def _told(drawn: str) -> str:
    """Place and reason of a template error, out of Dagster's drawing of the file."""
    first, *rest = drawn.splitlines()
    reason = next(
        (line.split("^ ", 1)[1] for line in rest if "^ " in line), rest[-1] if rest else ""
    )
    return f"{first.rsplit(' - ', 1)[-1]}: {reason.strip()}"


def _leaves(written: Any, value: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Each value as written and as resolved, with its dotted place."""
    pairs: list[tuple[str, Any, Any]] = []
    if isinstance(written, Mapping) and isinstance(value, Mapping):
        pairs = [(str(key), each, value.get(key)) for key, each in written.items()]
    elif (
        isinstance(written, Sequence)
        and isinstance(value, Sequence)
        and not isinstance(written, str)
    ):
        pairs = [(str(n), *both) for n, both in enumerate(zip(written, value, strict=False))]
    else:
        yield place, written, value
    for key, each, resolved in pairs:
        yield from _leaves(each, resolved, f"{place}.{key}" if place else key)


def _reworded(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_reworded(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _reworded(value) for key, value in schema.items()}
    if isinstance(found.get("discriminator"), dict):
        return _by_type(found)
    if found.get("type") in _NUMBERS:
        return {**found, "type": [found["type"], "string"], "pattern": TEMPLATE}
    return found


def _by_type(union: Schema) -> Schema:
    """A union as if/then on its discriminator: `oneOf` could only say that nothing fits."""
    told = union.pop("discriminator")
    del union["oneOf"]
    key, references = told["propertyName"], told["mapping"]
    return {
        **union,
        "type": "object",
        "required": [key],
        "properties": {key: {"enum": sorted(references)}},
        "allOf": [
            {
                "if": {"properties": {key: {"const": name}}, "required": [key]},
                "then": {"$ref": reference},
            }
            for name, reference in sorted(references.items())
        ],
    }
