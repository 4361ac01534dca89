"""The quotes of an answer, each at its place in the source."""

from typing import Final

from lexiane_dagster.application.evidence.html import Markup, code, joined, own_words, rows, tag
from lexiane_dagster.application.evidence.version_part import VersionPart, source_path, text_path
from lexiane_dagster.domain.answer import Citation
from lexiane_dagster.domain.record import AnswerRecord

# Code points shown before and after a quote.
AROUND: Final = 400


def sources(record: AnswerRecord, version: VersionPart) -> Markup:
    if not record.citations:
        return tag("p", "Nothing is quoted.")
    return joined(
        *(
            _quote(number, citation, version) if citation else _erased(number)
            for number, citation in enumerate(record.citations, start=1)
        )
    )


def _erased(number: int) -> Markup:
    return tag("article", _heading(number, "This quote was erased"), id=f"quote-{number}")


def _heading(number: int, title: str) -> Markup:
    return tag("h3", tag("span", str(number), class_="badge"), own_words(title))


def _quote(number: int, citation: Citation, version: VersionPart) -> Markup:
    document = version.documents[citation.document_id]
    text = version.texts[citation.document_id]
    start, end = citation.start, citation.end
    first, last = max(0, start - AROUND), min(len(text), end + AROUND)
    excerpt = tag(
        "blockquote",
        "… " if first else "",
        tag("span", text[first:start], class_="around"),
        tag("mark", citation.quote),
        tag("span", text[end:last], class_="around"),
        " …" if last < len(text) else "",
        class_="excerpt",
        dir="auto",
    )
    page = f"page {citation.page} · " if citation.page is not None else ""
    under = " › ".join(citation.heading)
    place = f"{page}characters {start:,} to {end:,} of {len(text):,} in the extracted text"
    files = joined(
        tag("a", "source file", href=source_path(document)),
        " · ",
        tag("a", "extracted text", href=text_path(document)),
    )
    return tag(
        "article",
        _heading(number, citation.document_id),
        tag("p", own_words(under), class_="place") if under else "",
        tag("p", place, class_="place"),
        excerpt,
        tag(
            "div",
            rows(("Enclosed", files), ("SHA-256 of the source", code(document.raw_digest))),
            class_="digests",
        ),
        id=f"quote-{number}",
    )
