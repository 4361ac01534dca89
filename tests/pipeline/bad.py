"""Documents that no build can use."""

import io
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

FIXTURES = Path(__file__).parents[1] / "fixtures" / "documents"
LIMITS = {"max_bytes": 50_000_000}


def bomb() -> bytes:
    """A Word file whose text unpacks to a thousand times its size."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        with zipfile.ZipFile(FIXTURES / "policy.docx") as old:
            for name in old.namelist():
                if name != "word/document.xml":
                    new.writestr(name, old.read(name))
        new.writestr("word/document.xml", b"<w:document>" + b" " * 60_000_000)
    return target.getvalue()


def sparse(file: Path) -> None:
    with file.open("wb") as opened:
        opened.truncate(100_000_000)


def leaving(file: Path) -> None:
    (file.parent.parent / "secret.txt").write_text("secret", "utf-8")
    file.symlink_to("../secret.txt")


Make = Callable[[Path], object]


def holding(content: bytes) -> Make:
    return lambda file: file.write_bytes(content)


def copied(name: str) -> Make:
    return lambda file: shutil.copy(FIXTURES / name, file)


# Name as it is shown, how it is made, reason, what the message must say.
BAD: tuple[tuple[str, Make, str, str], ...] = (
    ("bomb.docx", lambda file: file.write_bytes(bomb()), "expands_too_much", "max_expansion"),
    ("empty.txt", holding(b""), "empty", "empty"),
    ("encrypted.pdf", copied("encrypted.pdf"), "encrypted", "password"),
    ("hundred megabytes.txt", sparse, "too_large", "100,000,000"),
    ("latin.txt", holding(b"caf\xe9"), "not_utf8", "byte 3"),
    ("link.txt", leaving, "symlink_outside", "leaves the folder"),
    ("new\nline.md", holding(b"\xff"), "not_utf8", "byte 0"),
    ("nonsense.pdf", holding(b"%PDF-1.7\nnonsense"), "damaged", "parsed"),
    ("picture.png", holding(b"x"), "unsupported", "media_types"),
    ("pipe.txt", lambda file: os.mkfifo(file), "not_a_file", "pipe"),
    ("scanned.pdf", copied("scanned.pdf"), "no_text", "OCR"),
    (
        "torn.docx",
        lambda f: f.write_bytes((FIXTURES / "policy.docx").read_bytes()[:-2000]),
        "damaged",
        "parsed",
    ),
    ("wrong.md", holding(b"# Text"), "sidecar_invalid", "wrong.md.lexiane.yaml"),
    ("ünï✓ 名.txt", holding(b"a\0b"), "not_text", "position 1"),
)
