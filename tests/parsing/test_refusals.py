"""Every document that cannot be used: its reason code, its name and a remedy."""

import io
import struct
import zipfile
import zlib

import kreuzberg
import pytest

from lexiane_dagster.adapters.kreuzberg import KreuzbergParser, ParserLimits
from tests.parsing.documents import archive, document, extract, refusal, stored, with_members

OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.pdf", "a.docx", "a.html", "a.eml", "a.json"])
def test_empty_files(name: str) -> None:
    assert refusal(name, b"").reason == "empty"


@pytest.mark.parametrize(
    ("name", "raw"),
    [("a.txt", " \n\n---\n"), ("a.html", "<body><img src=x></body>"), ("scanned.pdf", None)],
)
def test_documents_without_text(name: str, raw: str | None) -> None:
    error = refusal(name, raw)
    assert error.reason == "no_text"
    assert "scanned" in str(error)
    assert "OCR" in error.remedy


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.csv", "a.tsv", "a.json", "a.html", "a.xml"])
def test_text_that_is_not_utf8(name: str) -> None:
    error = refusal(name, b"caf\xe9 x")
    assert error.reason == "not_utf8"
    assert "byte 3" in str(error)
    assert "UTF-8" in error.remedy


def test_bytes_that_are_no_text() -> None:
    error = refusal("a.txt", b"ab\0c")
    assert error.reason == "not_text"
    assert "position 2" in str(error)
    assert refusal("utf16.txt", "text".encode("utf-16")).reason == "not_utf8"


@pytest.mark.parametrize("name", ["a.png", "a.exe", "Makefile", "a.doc", "a.zip"])
def test_types_that_are_not_read(name: str) -> None:
    error = refusal(name, b"x")
    assert error.reason == "unsupported"
    assert "media_types" in error.remedy


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("a.pdf", b"%PDF-1.7\nnonsense"),
        ("a.pdf", b"x" * 100),
        ("a.docx", b"x" * 100),
        ("a.xlsx", b"PK\x03\x04" + b"x" * 100),
        ("a.pptx", archive({"a": b"x"})),
        ("a.json", b"{"),
        ("a.json", b"[" * 100_000),
        ("a.eml", b"this is no mail"),
        ("a.eml", b"Subject: x\nContent-Type: text/plain; charset=nonsense\n\ntext\xff"),
        ("a.eml", b"Subject: x\nContent-Type: text/plain; charset=utf-8\n\ntext\xff"),
    ],
)
def test_damaged_documents(name: str, raw: bytes) -> None:
    error = refusal(name, raw)
    assert error.reason == "damaged"
    assert "cannot be parsed: " in str(error)
    assert "quarantine" in error.remedy


def test_a_truncated_document_is_damaged() -> None:
    for name in ("policy.docx", "slides.pptx", "rates.xlsx"):
        assert refusal(name, stored(name)[:-2000]).reason == "damaged"


def test_a_document_with_a_flipped_byte_is_damaged() -> None:
    raw = bytearray(stored("policy.docx"))
    raw[len(raw) // 2] ^= 0xFF
    assert refusal("policy.docx", bytes(raw)).reason == "damaged"


def test_encrypted_documents() -> None:
    assert refusal("encrypted.pdf").reason == "encrypted"
    for name in ("a.docx", "a.xlsx", "a.pptx"):
        error = refusal(name, OLE)
        assert error.reason == "encrypted"
        assert "password" in error.remedy


def test_an_encrypted_archive_member() -> None:
    raw = bytearray(archive({"word/document.xml": b"x"}))
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        raw[raw.index(signature) + offset] |= 1
    assert refusal("a.docx", bytes(raw)).reason == "encrypted"


# ----- limits


def test_too_many_bytes() -> None:
    error = refusal("a.txt", "x" * 11, ParserLimits(max_bytes=10))
    assert error.reason == "too_large"
    assert "11 bytes" in str(error)
    assert "limits.max_bytes" in error.remedy


def test_too_many_pages() -> None:
    for name, count in (("policy.pdf", "5"), ("slides.pptx", "3")):
        error = refusal(name, limits=ParserLimits(max_pages=2))
        assert error.reason == "too_many_pages"
        assert f"{count} pages" in str(error)
        assert "limits.max_pages" in error.remedy
    assert extract("policy.pdf", limits=ParserLimits(max_pages=5)).pages


def test_too_much_text() -> None:
    error = refusal("a.txt", "é" * 11, ParserLimits(max_text=10))
    assert error.reason == "too_much_text"
    assert "11 characters" in str(error)
    assert "limits.max_text" in error.remedy
    assert extract("a.txt", "e\u0301" * 10, ParserLimits(max_text=10)).text == "é" * 10


def test_a_long_document_is_read_whole() -> None:
    paragraph = "Everybody gets twenty days of leave. " * 20 + "\n\n"
    found = extract("long.md", "# Long\n\n" + paragraph * 4_000)
    assert found.text.count("twenty") == 80_000
    page = "<h1>Long</h1>" + "<p>Everybody gets twenty days.</p>" * 20_000
    assert extract("long.html", page).text.count("twenty") == 20_000


def body(size: int) -> bytes:
    return b"<w:document><w:body>" + b" " * size + b"</w:body></w:document>"


def test_a_document_that_inflates_a_thousand_times() -> None:
    bomb = with_members(stored("policy.docx"), {"word/document.xml": body(60_000_000)})
    error = refusal("policy.docx", bomb)
    assert error.reason == "expands_too_much"
    assert "limits.max_expansion" in error.remedy


def test_a_nested_bomb_counts_with_its_archive() -> None:
    inner = archive({"a.xml": b" " * 20_000_000})
    middle = archive({f"{n}.zip": inner for n in range(3)})
    bomb = with_members(stored("policy.docx"), {"word/embeddings/o.xlsx": middle})
    assert refusal("a.docx", bomb).reason == "expands_too_much"


def test_archives_nested_without_end() -> None:
    raw = b"x"
    for _ in range(8):
        raw = archive({"a.zip": raw})
    assert refusal("a.docx", raw).reason == "expands_too_much"


def test_the_absolute_limit_of_an_archive() -> None:
    error = refusal("policy.docx", limits=ParserLimits(max_unpacked=1000))
    assert error.reason == "expands_too_much"
    assert "limits.max_unpacked" in error.remedy


def test_too_many_members() -> None:
    error = refusal("policy.docx", limits=ParserLimits(max_members=3))
    assert error.reason == "expands_too_much"


def test_an_archive_that_lies_about_its_size() -> None:
    packed = zlib.compressobj(wbits=-15)
    content = b" " * 30_000_000
    data = packed.compress(content) + packed.flush()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as new:
        new.writestr("word/document.xml", data)
    lying = bytearray(target.getvalue())
    local, central = lying.index(b"PK\x03\x04"), lying.index(b"PK\x01\x02")
    for at, method, crc in ((local, 8, 14), (central, 10, 16)):
        struct.pack_into("<H", lying, at + method, zipfile.ZIP_DEFLATED)
        struct.pack_into("<I", lying, at + crc, zlib.crc32(content))
    # Both records still promise the packed size, a thousandth of what comes out.
    assert refusal("a.docx", bytes(lying)).reason == "damaged"


def test_two_members_of_one_name() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as new:
        new.writestr("word/document.xml", "a")
        with pytest.warns(UserWarning, match="Duplicate"):
            new.writestr("word/document.xml", "b")
    assert refusal("a.docx", target.getvalue()).reason == "damaged"


# ----- whatever the library does


class Panic(BaseException):
    """As PyO3 reports a panic: no `Exception`."""


@pytest.mark.parametrize(
    "failure", [Panic("index out of bounds"), RuntimeError("index out of bounds")]
)
def test_a_panic_is_a_damaged_document(
    monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(kreuzberg, "extract_bytes_sync", fail)
    error = refusal("policy.pdf")
    assert error.reason == "damaged"
    assert "index out of bounds" in str(error)


@pytest.mark.parametrize("failure", [MemoryError, KeyboardInterrupt])
def test_what_is_not_the_documents_fault_passes(
    monkeypatch: pytest.MonkeyPatch, failure: type[BaseException]
) -> None:
    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(kreuzberg, "extract_bytes_sync", fail)
    with pytest.raises(failure):
        KreuzbergParser(ParserLimits()).extract(document("policy.pdf", stored("policy.pdf")))
