"""Documents for the parsing tests: committed ones, and archives made of them."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from lexiane_dagster.adapters.kreuzberg import KreuzbergParser, ParserLimits
from lexiane_dagster.domain.corpus import ExtractedText, SourceDocument
from lexiane_dagster.domain.errors import DocumentError
from lexiane_dagster.domain.media_types import media_type_of

FOLDER = Path(__file__).parents[1] / "fixtures" / "documents"
LIMITS = ParserLimits(max_bytes=50_000_000)


def stored(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def document(name: str, raw: bytes) -> SourceDocument:
    return SourceDocument(name, raw, media_type_of(name, {}), {}, ())


def extract(
    name: str,
    raw: bytes | str | None = None,
    limits: ParserLimits = LIMITS,
    encoding: str = "utf-8",
) -> ExtractedText:
    """The text of a document; without `raw`, of the committed one of that name."""
    content = stored(name) if raw is None else raw.encode() if isinstance(raw, str) else raw
    return KreuzbergParser(limits, encoding).extract(document(name, content))


def refusal(
    name: str, raw: bytes | str | None = None, limits: ParserLimits = LIMITS
) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        extract(name, raw, limits)
    assert caught.value.document_id == name
    assert repr(name) in str(caught.value)
    assert caught.value.remedy
    return caught.value


def with_members(raw: bytes, members: Mapping[str, bytes]) -> bytes:
    """The archive with these members, added or replaced."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(target, "w") as new:
        kept = {item: old.read(item) for item in old.namelist() if item not in members}
        for name, content in {**kept, **members}.items():
            new.writestr(name, content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def archive(members: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in members.items():
            new.writestr(name, content)
    return target.getvalue()
