"""What the text of each format looks like, and that it depends on the bytes alone."""

import json
import unicodedata
import zipfile
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lexiane_dagster.adapters.kreuzberg import KreuzbergParser, ParserLimits
from lexiane_dagster.adapters.kreuzberg.markup import unescape_markdown
from lexiane_dagster.domain.corpus import SourceDocument
from tests.parsing.documents import FOLDER, LIMITS, archive, document, extract, stored, with_members

TRICKY = 'R&D costs <cap> 1 < 2 "quoted" *starred* under_score'
XML_TRICKY = "R&amp;D costs &lt;cap&gt; 1 &lt; 2 &quot;quoted&quot; *starred* under&#95;score"


# ----- text


def test_plain_text_stays_as_it_is_but_for_nfc_and_line_ends() -> None:
    found = extract("a.txt", "\ufeff# x\r\ne\u0301 *y*\r\n\r\n  z\ra_b \\* ")
    assert found.text == "# x\né *y*\n\n  z\na_b \\* "
    assert (found.markup, found.pages, found.title) == ("plain", (), None)


def test_markdown_is_markdown_when_it_has_headings() -> None:
    assert extract("a.md", "# T\n\n\\# text").markup == "markdown"
    assert extract("a.md", "#hashtag and text").markup == "plain"


def test_the_declared_encoding_is_used() -> None:
    assert extract("a.txt", "café".encode("cp1252"), encoding="cp1252").text == "café"


def test_a_record_gives_its_text_and_title() -> None:
    def record(**fields: str) -> SourceDocument:
        raw = json.dumps({"id": "1", **fields}).encode()
        return SourceDocument("1", raw, "application/vnd.lexiane.document+json", {}, ())

    parser = KreuzbergParser(LIMITS)
    found = parser.extract(record(text="body\r\n# no heading", title="Title"))
    assert (found.text, found.title, found.markup) == ("body\n# no heading", "Title", "plain")
    assert parser.extract(record(text="", title="only")).text == "only"


# ----- documents with pages


def test_pdf_pages_are_exact_and_headings_kept() -> None:
    found = extract("policy.pdf")
    assert found.markup == "markdown"
    assert found.title == "Leave policy"
    pages = [found.text[a:b] for a, b in pairwise([*found.pages, len(found.text)])]
    assert len(pages) == 5
    for number, page in enumerate(pages[:3], 1):
        assert f"\n\n# Chapter {number}: Café rules\n\nEverybody gets" in page
        assert f"\n\n## Section {number}.1 Requests\n\nThe office" in page
        assert "Grade Days\nA 20\nB 25" in page
    for number, page in enumerate(pages, 1):
        assert page.startswith("Harbour Mutual, internal\n")
        assert f"\nPage {number} of 5\n" in page + "\n"
    assert "The last word." in pages[4]
    assert found.text.index("The last word.") > found.pages[4]


def test_slides_are_pages_with_their_own_notes() -> None:
    found = extract("slides.pptx")
    first, second, third = (found.text[a:b] for a, b in pairwise([*found.pages, len(found.text)]))
    assert first.strip() == f"## Welcome & hello\n\n{TRICKY}"
    assert "| Year | Claims |\n| --- | --- |\n| 2025 | 41 |" in second
    assert second.strip().endswith("Notes:\n\nMention the storm of March.")
    assert third == ""


def test_slides_come_in_the_order_of_the_show() -> None:
    raw = stored("slides.pptx")
    name = "ppt/presentation.xml"
    shown = zipfile.ZipFile(BytesIO(raw)).read(name).decode()
    start, end = shown.index("<p:sldIdLst>") + 12, shown.index("</p:sldIdLst>")
    items = shown[start:end].replace("/>", "/>\n").split("\n")[:-1]
    moved = shown[:start] + "".join(reversed(items)) + shown[end:]
    found = extract("slides.pptx", with_members(raw, {name: moved.encode()}))
    pages = [found.text[a:b] for a, b in pairwise([*found.pages, len(found.text)])]
    assert pages[0].strip() == ""
    assert "Figures" in pages[1]
    assert "storm" in pages[1]
    assert "Welcome" in pages[2]


# ----- Office and the web


def test_docx_keeps_headings_tables_and_every_character() -> None:
    found = extract("policy.docx")
    assert found.text == (
        f"# Travel\n\n{TRICKY}\n\n## Hotels\n\nRooms cost up to 120 EUR.\n\n"
        "| City | Limit |\n| --- | --- |\n| Paris | 150 \\| 170 |\n\n\\# this is no heading"
    )
    assert (found.markup, found.title, found.pages) == ("markdown", "Travel & lodging", ())


def test_xlsx_gives_a_table_for_each_sheet() -> None:
    assert extract("rates.xlsx").text == (
        "## Rates\n\n| Grade | Rate |\n| --- | --- |\n| A & B | 12.5 |\n| C \\| D | 7 |\n\n"
        "## Notes\n\n| Valid from January. |\n| --- |"
    )


def test_html_gives_markdown_without_its_head() -> None:
    found = extract(
        "a.html",
        "<html><head><title>The &amp; title</title><meta name=description content=D>"
        "<style>p{}</style></head><body><nav>menu</nav><h1>Main</h1><p>A <b>b</b> &lt;c&gt;</p>"
        "<h2>Sub</h2><ul><li>one</li></ul><table><tr><th>K</th></tr><tr><td>v</td></tr></table>"
        "<script>alert(1)</script><p>See <img src='data:image/png;base64,AAAA' alt='a plan'>.</p>"
        "</body></html>",
    )
    assert found.title == "The & title"
    assert found.text == (
        "# Main\n\nA **b** <c>\n\n## Sub\n\n- one\n\n| K |\n| --- |\n| v |\n\nSee a plan."
    )


def test_a_title_that_the_text_begins_with_is_not_repeated() -> None:
    page = "<title>Main  page</title><h1>main page</h1><p>x</p>"
    assert extract("a.html", page).title is None


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1"])
def test_html_and_xml_may_declare_their_encoding(encoding: str) -> None:
    page = f'<html><head><meta charset="{encoding}"></head><body><p>café</p></body></html>'
    assert extract("a.html", page.encode(encoding)).text == "café"
    tree = f'<?xml version="1.0" encoding="{encoding}"?><a><b>café</b></a>'
    assert extract("a.xml", tree.encode(encoding)).text.endswith("café")


def test_xml_keeps_every_character() -> None:
    found = extract("a.xml", f"<r><a>{XML_TRICKY}</a></r>")
    assert found.text == f"# r\n\n## a\n\n{TRICKY}"


def test_mail_gives_headers_and_body() -> None:
    found = extract(
        "a.eml",
        "From: Ann Lee <ann@example.org>\r\nTo: bob@example.org\r\n"
        "Subject: =?utf-8?q?Caf=C3=A9_closing?=\r\nDate: Mon, 03 Feb 2025 10:00:00 +0100\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        "\r\nDear Bob,\r\n\r\nthe caf=C3=A9 closes.\r\n# at noon\r\n",
    )
    assert found.text == (
        "Subject: Café closing\nFrom: Ann Lee <ann@example.org>\nTo: bob@example.org\n"
        "Date: Mon, 03 Feb 2025 10:00:00 +0100\n\nDear Bob,\n\nthe café closes.\n# at noon"
    )
    assert (found.title, found.markup) == ("Café closing", "plain")


def test_mail_in_html_and_with_attachments() -> None:
    found = extract(
        "a.eml",
        "Subject: S\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=Z\r\n\r\n"
        "--Z\r\nContent-Type: text/html\r\n\r\n<h1>A &amp; B</h1><p>x</p>\r\n"
        "--Z\r\nContent-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\n"
        "attached\r\n--Z--\r\n",
    )
    assert found.text == "Subject: S\n\n# A & B\n\nx"
    assert found.markup == "markdown"


def test_tables_json_and_rich_text() -> None:
    assert extract("a.csv", "name,note\nR&D,<x>\n").text == (
        "| name | note |\n| --- | --- |\n| R&D | <x> |"
    )
    assert extract("a.tsv", "a\tb\n1\té\n").text == "| a | b |\n| --- | --- |\n| 1 | é |"
    assert extract("a.json", '{"name": "R&D", "list": {"k": "v"}}').text == (
        "name: R&D\n\n# list\n\nk: v"
    )
    assert extract("a.rtf", r"{\rtf1\ansi {\b R&D} caf\'e9\par x}").text == "**R&D** café\n\nx"


def test_open_document_and_epub() -> None:
    office = "urn:oasis:names:tc:opendocument:xmlns:"
    odt = archive(
        {
            "mimetype": b"application/vnd.oasis.opendocument.text",
            "content.xml": (
                f'<o:document-content xmlns:o="{office}office:1.0" xmlns:t="{office}text:1.0">'
                '<o:body><o:text><t:h t:outline-level="1">A &amp; B</t:h>'
                f"<t:p>{XML_TRICKY}</t:p></o:text></o:body></o:document-content>"
            ).encode(),
        }
    )
    assert extract("a.odt", odt).text == f"# A & B\n\n{TRICKY}"
    epub = archive(
        {
            "mimetype": b"application/epub+zip",
            "META-INF/container.xml": b'<container xmlns="urn:oasis:names:tc:opendocument:xmlns:'
            b'container"><rootfiles><rootfile full-path="c.opf"/></rootfiles></container>',
            "c.opf": b'<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl'
            b'.org/dc/elements/1.1/"><dc:title>Book</dc:title></metadata><manifest><item id="a" '
            b'href="a.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref '
            b'idref="a"/></spine></package>',
            "a.xhtml": f"<html><body><h1>A &amp; B</h1><p>{XML_TRICKY}</p></body></html>".encode(),
        }
    )
    found = extract("a.epub", epub)
    assert found.title == "Book"
    assert found.text.startswith("# A & B\n\nR&D costs <cap> 1 < 2")


# ----- the same bytes, the same text


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=60))
def test_unescaping_undoes_escaping(text: str) -> None:
    line = "x" + text
    escaped = "".join("\\" + c if c.isascii() and not c.isalnum() and c != " " else c for c in line)
    assert unescape_markdown(escaped) == line


def test_code_is_not_unescaped() -> None:
    assert unescape_markdown("\\*a\n```\n\\*b\n```\n\\*c") == "*a\n```\n\\*b\n```\n*c"


def test_the_text_does_not_depend_on_threads() -> None:
    names = [p.name for p in FOLDER.iterdir() if p.suffix in (".docx", ".pptx", ".xlsx", ".pdf")]
    usable = [name for name in names if name not in ("encrypted.pdf", "scanned.pdf")]
    parser = KreuzbergParser(LIMITS)
    work = [document(name, stored(name)) for name in usable] * 6
    alone = [parser.extract(item) for item in work]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(parser.extract, work)) == alone
    for found in alone:
        assert unicodedata.is_normalized("NFC", found.text)
        assert "\r" not in found.text
        assert list(found.pages) == sorted(found.pages)


def test_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    extract("policy.pdf")
    extract("policy.docx")
    assert list(tmp_path.iterdir()) == []


def test_identity_names_versions_options_and_limits() -> None:
    identity = json.loads(KreuzbergParser(LIMITS).identity)
    assert identity["kreuzberg"].startswith("4.")
    assert identity["limits"]["max_bytes"] == LIMITS.max_bytes
    assert KreuzbergParser(LIMITS).identity == KreuzbergParser(LIMITS).identity
    assert KreuzbergParser(LIMITS).identity != KreuzbergParser(LIMITS, "cp1252").identity
    assert KreuzbergParser(LIMITS).identity != KreuzbergParser(ParserLimits(max_text=1)).identity
