"""The bundled corpus: every document of it is read, whatever its format."""

from pathlib import Path

import pytest

from lexiane_dagster.adapters.filesystem import FolderSource
from lexiane_dagster.adapters.kreuzberg import KreuzbergParser
from lexiane_dagster.domain.corpus import ExtractedText
from lexiane_dagster.domain.media_types import DOCX, EMAIL, HTML, PDF, PPTX, XLSX
from tests.parsing.documents import LIMITS

HANDBOOK = Path(__file__).parents[2] / "examples" / "handbook"

Texts = dict[str, list[ExtractedText]]


@pytest.fixture(scope="module")
def texts() -> Texts:
    source = FolderSource(HANDBOOK, max_bytes=LIMITS.max_bytes)
    parser = KreuzbergParser(LIMITS)
    found: Texts = {}
    for document in map(source.read, source.entries()):
        found.setdefault(document.media_type, []).append(parser.extract(document))
    return found


@pytest.mark.parametrize("media_type", [PDF, DOCX, PPTX, XLSX, HTML])
def test_headings_are_found(texts: Texts, media_type: str) -> None:
    assert texts[media_type]
    for text in texts[media_type]:
        assert text.markup == "markdown"
        assert sum(line.startswith("#") for line in text.text.split("\n")) >= 2


def test_pages_are_found_where_the_format_has_them(texts: Texts) -> None:
    for media_type, found in texts.items():
        assert all(bool(text.pages) is (media_type in (PDF, PPTX)) for text in found)


def test_mail_begins_with_its_subject(texts: Texts) -> None:
    assert texts[EMAIL]
    for text in texts[EMAIL]:
        assert text.text.startswith(f"Subject: {text.title}\nFrom: ")


def test_no_character_of_a_converter_is_left(texts: Texts) -> None:
    for text in (text for found in texts.values() for text in found):
        assert not set(text.text) & set("\r\x00\x02\ufffd\ufdd0\ufdd1\ufdd2\ufdd3\ufdd4\ufdd5")
