#!/usr/bin/env python3
"""Check an evidence pack offline: python check_evidence.py pack.zip [--key VERIFIER] [--json]

A pack says: this answer was given then, from these passages of these sources, ranked in this order.
This program checks that, step by step, with nothing but Python 3.11 or later. It needs no package, no
network and no trust in whoever made the pack, besides one public key of the ledger (`--key`). The
format is described in docs/evidence.md; a checker of your own can be written from that page.

Take this program from a place that you trust. The copy inside a pack is for convenience only.

Exit code: 0 everything holds, 6 something does not, 2 wrong usage, 5 no such file.
"""

import argparse
import base64
import hashlib
import hmac
import importlib
import json
import re
import struct
import sys
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zlib import crc32

EXIT_FAILED = 6
EXIT_MISSING = 5

# ---------------------------------------------------------------------------------------------------
# 1. Bytes: canonical JSON, digests, Merkle trees, commitments (canonical-v1.md, ledger-v1.md)
# ---------------------------------------------------------------------------------------------------

INTEGER_LIMIT = 2**53
FILE_LIMIT = 2**32
JSON_LIMIT = 2**28


class RefusedError(ValueError):
    """Something is not as the format says; the message names it."""


def canonical(value: Any) -> bytes:
    """RFC 8785 JSON without floats: keys ordered by UTF-16 code units, no white space."""
    if isinstance(value, dict):
        pairs = (canonical(key) + b":" + canonical(value[key]) for key in sorted(value, key=utf16))
        return b"{" + b",".join(pairs) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(canonical, value)) + b"]"
    return json.dumps(value, ensure_ascii=False).encode()


def utf16(key: str) -> bytes:
    return key.encode("utf-16-be")


def parsed(data: bytes, name: str) -> Any:
    """The value of a canonical JSON text; nothing else is accepted."""
    if len(data) > JSON_LIMIT:
        raise RefusedError(f"{name} is larger than any real one")
    try:
        value = json.loads(
            data, parse_int=_integer, parse_float=_no_number, parse_constant=_no_number
        )
        if canonical(value) != data:
            raise RefusedError(f"{name} is not in canonical form")
    except RecursionError:
        raise RefusedError(f"{name} is nested too deeply") from None
    except (UnicodeError, json.JSONDecodeError) as error:
        raise RefusedError(f"{name} is not JSON: {error}") from error
    return value


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) >= INTEGER_LIMIT:
        raise RefusedError("an integer is out of range")
    return int(text)


def _no_number(text: str) -> Any:
    raise RefusedError(f"the number {text[:20]} has no canonical form")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def from_hex(text: str, size: int = 32) -> bytes:
    if not re.fullmatch(f"[0-9a-f]{{{2 * size}}}", text):
        raise RefusedError(f"not {size} bytes in lower-case hexadecimal digits")
    return bytes.fromhex(text)


def from_base64(text: str) -> bytes:
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise RefusedError("not in the one form of base64")
    return data


def root_of(leaf: bytes, index: int, size: int, proof: Sequence[str]) -> bytes:
    """The root that an inclusion proof leads to (RFC 9162, section 2.1.3.2)."""
    if type(index) is not int or not 0 <= index < size:
        raise RefusedError(f"there is no leaf {index} among {size}")
    position, last, found = index, size - 1, leaf_hash(leaf)
    for step in map(from_hex, proof):
        if last == 0:
            raise RefusedError("the proof is too long")
        if position & 1 or position == last:
            found = node_hash(step, found)
            while position & 1 == 0 and position != 0:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, step)
        position, last = position >> 1, last >> 1
    if last != 0:
        raise RefusedError("the proof is too short")
    return found


def consistent(first: int, second: int, old: bytes, new: bytes, proof: Sequence[str]) -> bool:
    """Whether the tree of `second` leaves begins with that of `first` (RFC 9162, section 2.1.4.2)."""
    if first == second:
        return not proof and old == new
    path = [*([old] if first & (first - 1) == 0 else []), *map(from_hex, proof)]
    if not 0 < first < second or not path:
        return False
    position, last = first - 1, second - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    one = two = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            one, two = node_hash(step, one), node_hash(step, two)
            while position & 1 == 0 and position != 0:
                position, last = position >> 1, last >> 1
        else:
            two = node_hash(two, step)
        position, last = position >> 1, last >> 1
    return one == old and two == new and last == 0


def commitment(opening: bytes, path: str, value: bytes) -> str:
    """How a value enters a leaf: HMAC-SHA256(opening, u32 ‖ tag ‖ u32 ‖ path ‖ value)."""
    tag, name = b"lexiane/commitment/v1", path.encode()
    message = struct.pack(">I", len(tag)) + tag + struct.pack(">I", len(name)) + name + value
    return hmac.new(opening, message, "sha256").hexdigest()


# ---------------------------------------------------------------------------------------------------
# 2. Ed25519 signatures (RFC 8032, section 5.1.7), and what is signed
# ---------------------------------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P

Point = tuple[int, int, int, int]
"""(X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z."""


def point_of(data: bytes) -> Point:
    y = int.from_bytes(data, "little") & (1 << 255) - 1
    sign = data[31] >> 7
    if y >= P:
        raise RefusedError("a point of the signature is not on the curve")
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        raise RefusedError("a point of the signature is not on the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def added(one: Point, two: Point) -> Point:
    a = (one[1] - one[0]) * (two[1] - two[0]) % P
    b = (one[1] + one[0]) * (two[1] + two[0]) % P
    c = 2 * one[3] * two[3] * D % P
    d = 2 * one[2] * two[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def doubled(point: Point) -> Point:
    x, y, z, _ = point
    a, b, c = x * x % P, y * y % P, 2 * z * z
    h = a + b
    e, g = h - (x + y) * (x + y) % P, a - b
    f = c + g
    return e * f % P, g * h % P, f * g % P, e * h % P


def combined(first: int, one: Point, second: int, two: Point) -> Point:
    """`first` times `one` plus `second` times `two`, bit by bit for both at once."""
    table = (ZERO, one, two, added(one, two))
    found = ZERO
    for bit in range(max(first.bit_length(), second.bit_length()) - 1, -1, -1):
        found = doubled(found)
        if chosen := (first >> bit & 1) | (second >> bit & 1) << 1:
            found = added(found, table[chosen])
    return found


ZERO: Point = (0, 1, 1, 0)
BASE = point_of(bytes.fromhex("58" + "66" * 31))


def signature_holds(public_key: bytes, message: bytes, signature: bytes) -> bool:
    if len(public_key) != 32 or len(signature) != 64:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= ORDER:
        return False
    try:
        key, commit = point_of(public_key), point_of(signature[:32])
    except ValueError:
        return False
    # Of a key of small order anybody can make signatures, for every message.
    if doubled(doubled(doubled(key)))[0] % P == 0:
        return False
    digest = hashlib.sha512(signature[:32] + public_key + message).digest()
    number = int.from_bytes(digest, "little") % ORDER
    minus: Point = (P - key[0], key[1], key[2], P - key[3])
    # [S]B - [k]A = R, as points: X/Z and Y/Z are compared without dividing.
    found = combined(scalar, BASE, number, minus)
    return all((found[i] * commit[2] - commit[i] * found[2]) % P == 0 for i in (0, 1))


def key_id(name: str, public_key: bytes) -> bytes:
    """First 4 bytes of SHA-256(name ‖ LF ‖ 01 ‖ public key) (C2SP signed-note)."""
    return hashlib.sha256(name.encode() + b"\n\x01" + public_key).digest()[:4]


def verifier(name: str, public_key: bytes) -> str:
    """A public key as C2SP tools write it: `name+keyid+base64(01 ‖ key)`."""
    encoded = base64.b64encode(b"\x01" + public_key).decode()
    return f"{name}+{key_id(name, public_key).hex()}+{encoded}"


def line_signs(line: str, name: str, public_key: bytes, message: bytes) -> bool:
    """Whether `— name base64(keyid ‖ signature)` is a signature of the key over `message`."""
    found = re.fullmatch("— ([^ \n]+) ([A-Za-z0-9+/=]+)", line)
    if not found or found[1] != name:
        return False
    data = from_base64(found[2])
    return data[:4] == key_id(name, public_key) and signature_holds(public_key, message, data[4:])


def pae(payload_type: str, payload: bytes) -> bytes:
    """What DSSE signs."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


@dataclass(frozen=True)
class Checkpoint:
    """The signed head of a ledger: `size` leaves under `root` (C2SP tlog-checkpoint)."""

    origin: str
    size: int
    root: bytes
    body: bytes
    lines: tuple[str, ...]

    @classmethod
    def of(cls, note: str) -> "Checkpoint":
        found = re.fullmatch(
            r"([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/=]+)\n\n((?:— [^ \n]+ [^ \n]+\n)+)", note
        )
        root = from_base64(found[3]) if found else b""
        if not found or len(root) != 32:
            raise RefusedError(
                "not a signed checkpoint: origin, size, root, empty line, signatures"
            )
        body = f"{found[1]}\n{found[2]}\n{found[3]}\n".encode()
        return cls(found[1], int(found[2]), root, body, tuple(found[4][:-1].split("\n")))

    def signed_by(self, public_key: bytes) -> bool:
        return any(line_signs(line, self.origin, public_key, self.body) for line in self.lines)


# ---------------------------------------------------------------------------------------------------
# 3. The archive: a ZIP file of stored members, of which there is exactly one form
# ---------------------------------------------------------------------------------------------------

PACK, SIGNATURE = "pack.json", "pack.sig"
PACK_TYPE = "application/vnd.lexiane.evidence-pack+json"
COMMON = struct.pack("<HHHHH", 20, 0, 0, 0, 33)
PATH = re.compile(r"[a-z_]+\.[a-z]+|(texts|sources)/[0-9a-f]{64}\.[a-z]+")


def members_of(data: bytes) -> dict[str, bytes]:
    """The members of a pack in their order. Nothing is unpacked, so nothing can grow."""
    found: dict[str, bytes] = {}
    at = 0
    while data[at : at + 4] == b"PK\3\4":
        header = data[at + 4 : at + 30]
        if len(header) != 26 or header[:10] != COMMON:
            raise RefusedError(f"the archive's header at byte {at} is not one of a stored member")
        _, size, _, length, extra = struct.unpack("<IIIHH", header[10:])
        start = at + 30 + length + extra
        path = data[at + 30 : at + 30 + length].decode("ascii", "replace")
        if not PATH.fullmatch(path) or path in found or start + size > len(data):
            raise RefusedError(
                f"the archive's member {path!r} has no such name or size, or comes twice"
            )
        found[path] = data[start : start + size]
        at = start + size
    if not found:
        raise RefusedError("this is no evidence pack: no ZIP file of stored members")
    return found


def archive(members: Mapping[str, bytes]) -> bytes:
    """The one ZIP file that holds `members` in their order."""
    body, directory, at = [], [], 0
    for path, data in members.items():
        name = path.encode("ascii")
        common = COMMON + struct.pack("<IIIHH", crc32(data), len(data), len(data), len(name), 0)
        body += [b"PK\3\4", common, name, data]
        made_by = struct.pack("<4sH", b"PK\1\2", 3 << 8 | 20)
        directory += [made_by, common, struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, at), name]
        at += 30 + len(name) + len(data)
    listed, count = b"".join(directory), len(members)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, len(listed), at, 0)
    return b"".join((*body, listed, end))


# ---------------------------------------------------------------------------------------------------
# 4. Words and ranking (analysis-v1.md, retrieval-v1.md)
# ---------------------------------------------------------------------------------------------------

DELETED = re.compile(
    "[\u00ad\u061c\u180b-\u180f\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0100-\U000e01ef]"
)
UNSEGMENTED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u3005-\u3007\u3021-\u3029"
    "\u3031-\u312f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\ua4cf\ua9e0-\ua9ff\uaa60-\uaadf\uf900-\ufaff"
    "\U00016fe0-\U00018cff\U0001aff0-\U0001b2ff\U00020000-\U0003ffff]"
)
TERM_LIMIT, QUERY_TERM_LIMIT = 64, 1000


def words_of(text: str) -> list[tuple[str, bool]]:
    """The words of a text, each with whether its script is written without spaces."""
    text = DELETED.sub("", text)
    text = "".join(" " if not assigned(mark) else mark for mark in text)
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    found: list[tuple[str, bool]] = []
    run, kind = "", False
    for mark in text + " ":
        category = unicodedata.category(mark)[0]
        here = bool(UNSEGMENTED.match(mark)) if category in "LNM" else None
        if run and here == kind:
            run += mark
            continue
        if run and kind:
            found += [(run[at : at + 2], True) for at in range(len(run) - 1)] or [(run, True)]
        elif run:
            found.append((run, False))
        run, kind = (mark, bool(here)) if category in "LN" else ("", False)
    return found


def assigned(mark: str) -> bool:
    """Whether Unicode 14.0 knows the code point; later versions know more."""
    code = ord(mark)
    return code < 0x378 or bool(bisect_right(_assigned_edges(), code) & 1)


@cache
def _assigned_edges() -> list[int]:
    edges, at = [], 0
    for step in ASSIGNED.split():
        at += int(step, 16)
        edges.append(at)
    return edges


def terms_of(text: str, stop_words: frozenset[str], stems: Mapping[str, str] | None) -> list[str]:
    """The index terms of a text. `stems` None: words are not stemmed."""
    terms: list[str] = []
    for word, unsegmented in words_of(text):
        if unsegmented:
            terms.append(word)
            continue
        cut = word[:TERM_LIMIT]
        if cut in stop_words:
            continue
        if stems is not None and cut not in stems:
            raise RefusedError(f"no stem is given for the word {cut!r}")
        terms.append(cut if stems is None else stems[cut])
    return [term for term in terms if term]


def impact(tf: int, length: int, chunks: int, total: int) -> int:
    divisor = total * (10 * tf + 3) + 9 * length * chunks
    return (2 * 16384 * 22 * tf * total + divisor) // (2 * divisor)


def idf(chunks: int, frequency: int) -> int:
    context = Context(prec=60, rounding=ROUND_HALF_UP)
    ratio = context.divide(Decimal(2 * chunks + 2), Decimal(2 * frequency + 1))
    scaled = context.multiply(context.ln(ratio), Decimal(4096))
    return int(scaled.to_integral_value(rounding=ROUND_HALF_UP))


def dot(one: bytes, two: bytes) -> int:
    if len(one) != len(two) or len(one) % 2:
        raise RefusedError("two vectors are not of the same dimension")
    layout = f"<{len(one) // 2}h"
    return sum(
        a * b for a, b in zip(struct.unpack(layout, one), struct.unpack(layout, two), strict=True)
    )


def share(score: int, best: int) -> int:
    return max(score, 0) * 2**30 // best if best > 0 else 0


# ---------------------------------------------------------------------------------------------------
# 5. The steps
# ---------------------------------------------------------------------------------------------------

TOP_LEVEL = {
    *("record.json", "keys.json", "ledger.json", "checkpoint.txt"),
    *("manifest.json", "documents.json", "chunks.json", "terms.json", "stop_words.json"),
    *("index.html", "check_evidence.py"),
}
# Elements of the page. None of them runs or loads anything.
HARMLESS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "main",
        "footer",
        "nav",
        "section",
    ),
    *("article", "h1", "h2", "h3", "p", "a", "ul", "li", "dl", "dt", "dd", "div", "span", "bdi"),
    *("code", "pre", "blockquote", "mark", "table", "caption", "thead", "tbody", "tr", "th", "td"),
    *("details", "summary"),
}
HARMLESS_ATTRIBUTES = {
    *("class", "id", "href", "name", "content", "scope", "colspan", "dir", "tabindex", "role"),
    *("aria-label", "aria-labelledby"),
}
# The page begins with its policy; what is above a policy is not bound by it.
PAGE_HEAD = re.compile(
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "style-src 'sha256-[A-Za-z0-9+/]{43}='; base-uri 'none'; form-action 'none'\">"
)
TAG = re.compile('</?([a-z][a-z0-9]*)((?: [a-z-]+="[^"<>]*")*)>')
ATTRIBUTE = re.compile(' ([a-z-]+)="([^"]*)"')
# Of enclosed sources. What a browser would run is not among them.
ENDINGS = ("pdf", "docx", "pptx", "xlsx", "txt", "bin")
ABSTAINED = "Not in this corpus."
EXTRACTIVE = "extractive/v1"


# What reading a value of another shape than the format's ends with.
MALFORMED = (
    *(ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError),
    struct.error,
)


@dataclass
class Step:
    """One step: how many items it looked at, and what is wrong where."""

    name: str
    checked: int = 0
    problems: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        ok = not self.problems
        return {"name": self.name, "ok": ok, "checked": self.checked, "problems": self.problems}


class Check:
    """The checks of one pack, in the order in which an auditor would reason.

    Each method is one step. It calls `expect` for each thing that must hold; what it cannot read at all
    it raises. Later steps use what earlier ones have read, but never rely on their verdict: a pack
    holds only when every step does.
    """

    def __init__(self, data: bytes, key: str | None = None) -> None:
        self.data, self.key = data, key
        self.members: dict[str, bytes] = {}
        self.values: dict[str, dict[str, Any]] = {}
        self.notes: list[str] = []
        self.step = Step("")

    def run(self) -> dict[str, Any]:
        steps: list[Step] = []
        for name, method in self.steps():
            self.step = Step(name)
            steps.append(self.step)
            try:
                method()
            except RefusedError as error:
                self.step.problems.append(str(error))
            except MALFORMED as error:
                told = f"{type(error).__name__}: {error}"
                self.step.problems.append(f"not as the format says: {told}")
            if not self.members:
                break
        ok = not any(step.problems for step in steps)
        return {"ok": ok, "steps": [step.to_json() for step in steps], "notes": self.notes}

    def steps(self) -> tuple[tuple[str, Callable[[], None]], ...]:
        return (
            ("archive", self.archive),
            ("members", self.members_listed),
            ("keys", self.keys),
            ("checkpoint", self.checkpoint),
            ("signature", self.signature),
            ("leaves", self.leaves),
            ("commitments", self.commitments),
            ("manifest", self.manifest),
            ("documents", self.documents),
            ("chunks", self.chunks),
            ("vectors", self.vectors),
            ("terms", self.terms),
            ("sources", self.sources),
            ("quotes", self.quotes),
            ("access", self.access),
            ("ranking", self.ranking),
            ("answer", self.answer),
            ("statements", self.statements),
            ("page", self.page),
        )

    def expect(self, holds: bool, problem: str) -> None:
        self.step.checked += 1
        if not holds:
            self.step.problems.append(problem)

    # What the steps read -------------------------------------------------------------------------

    def member(self, path: str) -> bytes:
        if path not in self.members:
            raise RefusedError(f"{path} is missing")
        return self.members[path]

    def value(self, path: str) -> dict[str, Any]:
        """A member that is canonical JSON; read once."""
        if path not in self.values:
            self.values[path] = parsed(self.member(path), path)
        return self.values[path]

    def json(self, path: str, *keys: str) -> dict[str, Any]:
        """A member that is an object with exactly `keys` and its format."""
        formats = {"stop_words.json": "lexiane/stop-words/v1", PACK: "lexiane/evidence-pack/v1"}
        expected = formats.get(path, f"lexiane/evidence-{path.removesuffix('.json')}/v1")
        return exact(self.value(path), path, "format", *keys, format=expected)

    def head(self) -> Checkpoint:
        return Checkpoint.of(self.member("checkpoint.txt").decode())

    def record(self) -> dict[str, Any]:
        return self.json("record.json", "index", "leaf", "proof", "fields")

    def entries(self) -> list[dict[str, Any]]:
        listed = self.json("ledger.json", "entries")["entries"]
        return [exact(each, "an entry", "index", "leaf", "proof", "fields") for each in listed]

    def key_rows(self) -> list[dict[str, Any]]:
        listed = self.json("keys.json", "keys")["keys"]
        return [exact(each, "a key", "index", "leaf", "proof", "rotation") for each in listed]

    def public_keys(self) -> list[tuple[int, bytes]]:
        return [
            (row["index"], from_base64(row["leaf"]["body"]["public_key"]))
            for row in self.key_rows()
        ]

    def fields(self) -> dict[str, Any]:
        """The values of the record that are enclosed, by path."""
        return {path: each["value"] for path, each in self.record()["fields"].items()}

    def listed(self, prefix: str) -> list[tuple[str, Any]]:
        """The enclosed fields `prefix/000`, `prefix/001`, … in order."""
        found = self.fields()
        return [(path, found[path]) for path in sorted(found) if path.startswith(f"{prefix}/")]

    def manifest_value(self) -> dict[str, Any]:
        return self.value("manifest.json")

    def document_rows(self) -> dict[str, dict[str, Any]]:
        rows = self.json("documents.json", "documents")["documents"]
        return named(rows, "document_id", "index", "leaf", "proof")

    def chunk_rows(self) -> dict[str, dict[str, Any]]:
        rows = self.json("chunks.json", "chunks")["chunks"]
        return named(rows, "chunk_id", "index", "leaf", "proof", "terms", "vector")

    def erasures(self) -> dict[int, set[str]]:
        """What the enclosed erasure leaves cover of older leaves: paths by leaf."""
        covered: dict[int, set[str]] = {}
        for entry in self.entries():
            if entry["leaf"]["type"] == "erasure":
                for item in entry["leaf"]["body"].get("covers", []):
                    if item["entry"] < entry["index"]:
                        covered.setdefault(item["entry"], set()).update(item["paths"])
        return covered

    # The archive and what it says it holds ---------------------------------------------------------

    def archive(self) -> None:
        """The file is the one ZIP file of its members; no byte of it is outside them."""
        self.members = members_of(self.data)
        first = [PACK, SIGNATURE]
        rest = sorted(path for path in self.members if path not in first)
        self.expect(list(self.members) == first + rest, "the members are not in their order")
        self.expect(
            archive(self.members) == self.data,
            "the file is not the one archive of its members: a byte was changed",
        )

    def members_listed(self) -> None:
        """Every member is listed with its digest; nothing is missing and nothing was added."""
        pack = self.json(PACK, "answer", "version", "members")
        listed = [
            exact(each, "a listed member", "path", "bytes", "sha256") for each in pack["members"]
        ]
        paths = [each["path"] for each in listed]
        self.expect(
            paths == sorted(set(paths)), "pack.json lists its members in another order, or twice"
        )
        for path in sorted({*self.members, *paths} - {PACK, SIGNATURE}):
            self.expect(path in paths, f"{path} is not listed in pack.json")
            self.expect(path in self.members, f"{path} is listed in pack.json, and missing")
        for each in listed:
            data = self.members.get(each["path"], b"")
            same = (len(data), sha256(data)) == (each["bytes"], each["sha256"])
            self.expect(same, f"{each['path']} is not the file that pack.json lists")
        for path in sorted(TOP_LEVEL - set(paths)):
            self.expect(False, f"{path} is missing")
        for path in sorted(set(paths) - TOP_LEVEL - self._cited_files()):
            self.expect(False, f"{path} belongs to no citation")
        record = self.record()
        same = (pack["answer"], pack["version"]) == (
            record["index"],
            record["leaf"]["body"]["version"],
        )
        self.expect(same, "pack.json names another answer or version than record.json")

    def _cited_files(self) -> set[str]:
        rows = self.document_rows()
        cited = [rows[value["document_id"]]["leaf"] for _, value in self.listed("citations")]
        return {
            path
            for leaf in cited
            for path in self.members
            if path in (f"texts/{leaf['text']}.txt", *source_paths(leaf["raw"]))
        }

    # The ledger --------------------------------------------------------------------------------------

    def keys(self) -> None:
        """Each key was vouched for by the one before; with --key, yours is one of them."""
        head, rows = self.head(), self.key_rows()
        if not rows or rows[0]["index"] != 0:
            raise RefusedError("the first key of the ledger is not its leaf 0")
        indexes = [row["index"] for row in rows]
        self.expect(indexes == sorted(set(indexes)), "the keys are not in their order")
        for row in rows:
            body = exact(
                entry_leaf(row["leaf"], "key")["body"], "a key's body", "origin", "public_key"
            )
            self.expect(body["origin"] == head.origin, f"key {row['index']} is of another ledger")
        public = [key for _, key in self.public_keys()]
        self.expect(rows[0]["rotation"] is None, "the first key cannot replace another")
        for before, after, row in zip(public, public[1:], rows[1:], strict=False):
            self._rotation(before, after, row, head)
        known = [verifier(head.origin, key) for key in public]
        if self.key is None:
            self.notes.append(
                f"key: taken from the pack, compare it with one you know: {known[-1]}"
            )
        else:
            self.expect(self.key in known, f"the key {self.key} never signed for this ledger")
            self.notes.append(f"key: {self.key} was given to this check")

    def _rotation(
        self, before: bytes, after: bytes, row: Mapping[str, Any], head: Checkpoint
    ) -> None:
        index = row["index"]
        rotation = exact(row["rotation"], "a rotation", "checkpoint", "proof", "consistency")
        note = Checkpoint.of(rotation["checkpoint"])
        self.expect(
            (note.origin, note.size) == (head.origin, index + 1), f"key {index}: another checkpoint"
        )
        self.expect(note.signed_by(before), f"key {index}: the key before did not vouch for it")
        self.expect(note.signed_by(after), f"key {index}: it did not sign its own beginning")
        root = root_of(canonical(row["leaf"]), index, note.size, rotation["proof"])
        self.expect(
            root == note.root, f"key {index}: its leaf is not in the checkpoint of its beginning"
        )
        grown = consistent(note.size, head.size, note.root, head.root, rotation["consistency"])
        self.expect(grown, f"key {index}: the ledger did not grow from there to the checkpoint")

    def checkpoint(self) -> None:
        """The checkpoint is signed with the newest key."""
        head = self.head()
        self.expect(len(head.lines) <= 2, "the checkpoint has more signatures than a ledger makes")
        self.expect(
            head.signed_by(self.public_keys()[-1][1]),
            "the signature of the checkpoint does not hold",
        )

    def signature(self) -> None:
        """pack.json, and with it every member, is signed with the same key."""
        line = self.member(SIGNATURE).decode()
        message = pae(PACK_TYPE, self.member(PACK))
        holds = line.endswith("\n") and line_signs(
            line[:-1], self.head().origin, self.public_keys()[-1][1], message
        )
        self.expect(holds, "the signature of pack.json does not hold")

    def leaves(self) -> None:
        """Every leaf that the pack shows is in the ledger, at its place."""
        head, record = self.head(), self.record()
        entry_leaf(record["leaf"], "answer")
        shown = [record, *self.entries(), *self.key_rows()]
        self.expect(len({row["index"] for row in shown}) == len(shown), "a leaf is shown twice")
        listed = [row["index"] for row in self.entries()]
        self.expect(listed == sorted(listed), "ledger.json lists its leaves in another order")
        for row in shown:
            entry_leaf(row["leaf"])
            root = root_of(canonical(row["leaf"]), row["index"], head.size, row["proof"])
            self.expect(root == head.root, f"leaf {row['index']} is not in the ledger")

    def commitments(self) -> None:
        """Every value of the record is what its leaf committed to; what is missing was erased."""
        record, covered = self.record(), self.erasures()
        for row in (record, *self.entries()):
            committed, index = row["leaf"]["commitments"], row["index"]
            for path, item in row["fields"].items():
                exact(item, f"field {path}", "opening", "value")
                found = commitment(from_hex(item["opening"]), path, canonical(item["value"]))
                self.expect(
                    found == committed.get(path), f"leaf {index}: {path!r} was not recorded so"
                )
            # Of other leaves than the record a pack shows the statement only.
            wanted = committed.keys() if row is record else committed.keys() & {"statement"}
            missing = sorted(wanted - row["fields"].keys())
            gone = covered.get(index, set())
            for path in missing:
                self.expect(path in gone or "*" in gone, f"leaf {index}: {path!r} is missing")
            if missing:
                self.notes.append(f"erased from leaf {index}: {', '.join(missing)}")

    # The version -------------------------------------------------------------------------------------

    def manifest(self) -> None:
        """The version's name is the digest of the manifest, and the ledger knows the version."""
        value, version = self.manifest_value(), self.record()["leaf"]["body"]["version"]
        name = f"{value['corpus']}@{sha256(self.member('manifest.json'))}"
        self.expect(name == version, "the manifest is not that of the version that answered")
        self.expect(value["format"] == "lexiane/index-version/v1", "another format of manifest")
        known = [
            each["leaf"]["body"]["version"]
            for each in self.entries()
            if each["leaf"]["type"] in ("version", "gate", "promotion")
        ]
        self.expect(
            all(each == version for each in known), "a leaf about another version is enclosed"
        )
        made = [each for each in self.entries() if each["leaf"]["type"] == "version"]
        self.expect(bool(made), "no leaf says that the version was built")

    def documents(self) -> None:
        """Each document row is a leaf of the version."""
        manifest, rows = self.manifest_value(), self.document_rows()
        wanted = {value["document_id"] for _, value in self.listed("ranking")}
        self.expect(wanted == rows.keys(), "the document rows are not those of the ranked passages")
        for name, row in rows.items():
            self._included(
                row, manifest["documents"], manifest["counts"]["documents"], f"document {name!r}"
            )
        self._ascending([(row["index"], name) for name, row in rows.items()], "document rows")

    def chunks(self) -> None:
        """Each passage is a leaf of the version, and belongs to its document."""
        manifest, rows, documents = self.manifest_value(), self.chunk_rows(), self.document_rows()
        ranked = {value["chunk_id"]: value["document_id"] for _, value in self.listed("ranking")}
        self.expect(ranked.keys() == rows.keys(), "the passages are not those that were ranked")
        for name, row in rows.items():
            leaf = row["leaf"]
            self._included(row, manifest["chunks"], manifest["counts"]["chunks"], f"passage {name}")
            owner = leaf["document_id"]
            self.expect(
                owner in documents and owner == ranked.get(name),
                f"passage {name} is of another document",
            )
            self.expect(
                leaf["end"] - leaf["start"] == len(leaf["text"]), f"passage {name} is cut short"
            )
        self._ascending([(row["index"], name) for name, row in rows.items()], "passages")

    def vectors(self) -> None:
        """Each vector is a leaf of the version, at the place of its passage."""
        manifest = self.manifest_value()
        for name, row in self.chunk_rows().items():
            vector = exact(row["vector"], "a vector", "index", "proof", "value")
            value = from_base64(vector["value"])
            self.expect(
                len(value) == 2 * manifest["embedder"]["dimension"],
                f"the vector of {name} is cut short",
            )
            root = root_of(
                from_hex(name) + value,
                vector["index"],
                manifest["counts"]["chunks"],
                vector["proof"],
            )
            self.expect(vector["index"] == row["index"], f"the vector of {name} stands elsewhere")
            self.expect(
                root.hex() == manifest["vectors"], f"the vector of {name} is not in the version"
            )

    def terms(self) -> None:
        """Terms follow from the texts by analysis v1, their frequencies are those of the version."""
        manifest, value = self.manifest_value(), self.json("terms.json", "terms", "absent", "stems")
        rows = [exact(row, "a term", "index", "leaf", "proof") for row in value["terms"]]
        for row in rows:
            self._included(
                row,
                manifest["lexical"]["root"],
                manifest["lexical"]["terms"],
                f"term {row['leaf']}",
            )
        self._ascending([(row["index"], row["leaf"][0]) for row in rows], "terms")
        stopped = self.json("stop_words.json", "words")["words"]
        digest = sha256(self.member("stop_words.json"))
        self.expect(
            digest == manifest["analysis"]["stop_words"], "the stop list is not the version's"
        )
        stems = self._stems(manifest["analysis"]["language"], value["stems"])
        for name, row in self.chunk_rows().items():
            text = "\n".join((*row["leaf"]["heading"], row["leaf"]["text"]))
            same = terms_of(text, frozenset(stopped), stems) == row["terms"]
            self.expect(same, f"the terms of passage {name} do not follow from its text")
        frequencies = {row["leaf"][0]: row["leaf"][1] for row in rows} | dict.fromkeys(
            value["absent"], 0
        )
        fields = self.fields()
        if {"question", "analysis"} <= fields.keys():
            every = dict.fromkeys(terms_of(fields["question"], frozenset(stopped), stems))
            asked, recorded = list(every)[:QUERY_TERM_LIMIT], fields["analysis"]
            self.expect(recorded["terms"] == asked, "the question's terms do not follow")
            weights = {
                term: idf(manifest["lexical"]["chunks"], frequencies[term]) for term in asked
            }
            self.expect(
                recorded["weights"] == weights, "the weights of the question's terms do not follow"
            )
            self.expect(
                frequencies.keys() == weights.keys(), "terms that were not asked for are enclosed"
            )
        held = {term for row in self.chunk_rows().values() for term in row["terms"]}
        for term in value["absent"]:
            self.expect(term not in held, f"{term!r} is called absent, and stands in a passage")
        if value["absent"]:
            self.notes.append(
                "not proven: that the version lacks these terms of the question: "
                + ", ".join(value["absent"])
            )

    def _stems(self, language: str, stems: dict[str, str]) -> dict[str, str] | None:
        if language == "none":
            self.expect(stems == {}, "stems are given for texts that are not stemmed")
            return None
        try:
            stemmer = importlib.import_module("Stemmer").Stemmer
        except ImportError:
            self.notes.append("stems: taken from the pack (install PyStemmer to verify them)")
            return stems
        stem = stemmer(language).stemWord
        for word, found in stems.items():
            self.expect(stem(word) == found, f"{found!r} is not the stem of {word!r}")
        self.notes.append("stems: verified with PyStemmer")
        return stems

    def _included(self, row: Mapping[str, Any], root: str, size: int, name: str) -> None:
        found = root_of(canonical(row["leaf"]), row["index"], size, row["proof"])
        self.expect(found.hex() == root, f"{name} is not in the version")

    def _ascending(self, rows: Iterable[tuple[int, str]], name: str) -> None:
        """Leaves are ordered by the UTF-8 bytes of their names: so are the rows here."""
        keys = [(index, each.encode()) for index, each in rows]
        holds = all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(keys))
        self.expect(holds, f"the {name} are not in the version's order")

    # The sources -------------------------------------------------------------------------------------

    def sources(self) -> None:
        """The raw bytes and the text of each cited document are those of its row."""
        for row in self._cited_rows():
            leaf, name = row["leaf"], row["leaf"]["document_id"]
            text = self.member(f"texts/{leaf['text']}.txt")
            self.expect(sha256(text) == leaf["text"], f"the text of {name!r} was changed")
            raw = [path for path in self.members if path in source_paths(leaf["raw"])]
            self.expect(bool(raw), f"the source of {name!r} is missing")
            for path in raw:
                self.expect(
                    sha256(self.member(path)) == leaf["raw"], f"the source of {name!r} was changed"
                )

    def _cited_rows(self) -> list[dict[str, Any]]:
        rows = self.document_rows()
        names = dict.fromkeys(value["document_id"] for _, value in self.listed("citations"))
        return [rows[name] for name in names]

    def quotes(self) -> None:
        """Each quote stands word for word where it says, in the text and in its passage."""
        documents, chunks = self.document_rows(), self.chunk_rows()
        for path, value in self.listed("citations"):
            document = documents[value["document_id"]]["leaf"]
            chunk = chunks[value["chunk_id"]]["leaf"]
            text = self.member(f"texts/{document['text']}.txt").decode()
            start, end = value["start"], value["end"]
            self.expect(
                value["quote"] != "" and text[start:end] == value["quote"],
                f"{path} is not verbatim",
            )
            self.expect(
                text[chunk["start"] : chunk["end"]] == chunk["text"], f"{path}: its passage is not"
            )
            self.expect(
                chunk["start"] <= start < end <= chunk["end"], f"{path} is outside its passage"
            )
            self.expect(
                chunk["document_id"] == value["document_id"], f"{path}: of another document"
            )
            self.expect(value["document_digest"] == document["raw"], f"{path} names another source")
            self.expect(value["heading"] == chunk["heading"], f"{path} stands under other headings")
            page = bisect_right(document["pages"], start) or None
            self.expect(value["page"] == page, f"{path} stands on another page")

    def access(self) -> None:
        """The asker's groups may see every ranked document."""
        groups = self.fields().get("groups")
        if groups is None:
            self.notes.append("not checked: whether the asker may see the passages (groups erased)")
            return
        for name, row in self.document_rows().items():
            allowed = row["leaf"]["groups"]
            self.expect(
                not allowed or not set(allowed).isdisjoint(groups), f"{name!r} is not for the asker"
            )

    # The answer ----------------------------------------------------------------------------------------

    def ranking(self) -> None:
        """The passages score as recorded and stand in the order that their scores give."""
        fields, manifest, chunks = self.fields(), self.manifest_value(), self.chunk_rows()
        entries = [value for _, value in self.listed("ranking")]
        order = [(-each["score"], each["chunk_id"]) for each in entries]
        self.expect(
            order == sorted(set(order)), "the passages are not in the order of their scores"
        )
        if "lexical" in fields and "dense" in fields:
            for each in entries:
                settings = manifest["retrieval"]
                score = settings["dense_weight"] * share(
                    each["dense_score"], fields["dense"]["best"]
                )
                score += settings["lexical_weight"] * share(
                    each["lexical_score"], fields["lexical"]["best"]
                )
                self.expect(each["score"] == score, f"passage {each['chunk_id']} has another score")
            for kind in ("lexical", "dense"):
                self._list(kind, entries, fields[kind], manifest["retrieval"]["depth"])
            if "settings" in fields and len(self._ranks()) == len(entries):
                lengths = fields["lexical"]["length"], fields["dense"]["length"]
                top = fields["settings"]["top"]
                enough = min(top, max(lengths)) <= len(entries) <= min(top, sum(lengths))
                self.expect(enough, "more or fewer passages are ranked than the lists hold")
        if "query_vector" in fields:
            asked = from_base64(fields["query_vector"])
            for each in entries:
                found = dot(asked, from_base64(chunks[each["chunk_id"]]["vector"]["value"]))
                self.expect(
                    each["dense_score"] == found, f"passage {each['chunk_id']}: another dense score"
                )
        if "analysis" in fields:
            lexical, recorded = manifest["lexical"], fields["analysis"]
            for each in entries:
                terms = chunks[each["chunk_id"]]["terms"]
                counts = Counter(terms)
                found = sum(
                    recorded["weights"][term]
                    * impact(counts[term], len(terms), lexical["chunks"], lexical["length"])
                    for term in recorded["terms"]
                    if counts[term]
                )
                self.expect(
                    each["lexical_score"] == found,
                    f"passage {each['chunk_id']}: another lexical score",
                )
        missing = sorted({"lexical", "dense", "query_vector", "analysis"} - fields.keys())
        if missing:
            self.notes.append(f"not replayed for want of erased fields: {', '.join(missing)}")

    def _ranks(self) -> list[str]:
        """Paths of all ranked passages that the answer was recorded with, erased ones included."""
        return [
            path for path in self.record()["leaf"]["commitments"] if path.startswith("ranking/")
        ]

    def _list(
        self, kind: str, entries: Sequence[Any], summary: Mapping[str, Any], depth: int
    ) -> None:
        """The enclosed part of the lexical or the dense list agrees with what was recorded of it."""
        exact(summary, f"the {kind} list", "best", "digest", "length")
        rank, score = f"{kind}_rank", f"{kind}_score"
        inside = sorted(
            (each for each in entries if each[rank] is not None), key=lambda each: each[rank]
        )
        order = [(-each[score], each["chunk_id"]) for each in inside]
        ranks = [each[rank] for each in inside]
        length, best = summary["length"], summary["best"]
        self.expect(0 <= length <= depth, f"the {kind} list has another length")
        self.expect(order == sorted(order), f"the {kind} ranks do not follow from the scores")
        self.expect(ranks == sorted(set(ranks)), f"two passages share a {kind} rank")
        self.expect(
            all(1 <= each <= length for each in ranks), f"a {kind} rank is outside its list"
        )
        self.expect(length > 0 or best == 0, f"the {kind} list is empty and has a best score")
        for each in entries:
            self.expect(
                each[score] <= best or not length, f"a passage is better than the best {kind} one"
            )
            if each[rank] == 1:
                self.expect(
                    each[score] == best, f"the first of the {kind} list has not its best score"
                )
            if each[rank] is None:
                absent = kind == "lexical" and each[score] == 0
                behind = length == depth and (
                    not order or order[-1] < (-each[score], each["chunk_id"])
                )
                self.expect(
                    absent or behind, f"passage {each['chunk_id']} is missing from the {kind} list"
                )
            elif kind == "lexical":
                self.expect(each[score] > 0, "a passage without any term is in the lexical list")
        if ranks == list(range(1, length + 1)):
            listed = [[each["chunk_id"], each[score]] for each in inside]
            digest = sha256(canonical({"format": "lexiane/ranked-list/v1", "entries": listed}))
            self.expect(summary["digest"] == digest, f"the {kind} list is not the recorded one")

    def answer(self) -> None:
        """The generator was given the enclosed passages, and the answer follows from its citations."""
        fields, chunks = self.fields(), self.chunk_rows()
        ranking, complete = self.listed("ranking"), self._complete
        if {"question", "analysis", "prompt"} <= fields.keys() and complete("ranking"):
            evidence = [
                {
                    "chunk_id": value["chunk_id"],
                    "score": value["score"],
                    "document_id": value["document_id"],
                    "heading": chunks[value["chunk_id"]]["leaf"]["heading"],
                    "text": chunks[value["chunk_id"]]["leaf"]["text"],
                }
                for _, value in ranking
            ]
            given = {
                "format": "lexiane/prompt/v1",
                "question": fields["question"],
                "weights": fields["analysis"]["weights"],
                "evidence": evidence,
            }
            self.expect(
                fields["prompt"] == sha256(canonical(given)),
                "the generator was given something else",
            )
        if {"answer", "generator"} <= fields.keys() and complete("citations"):
            answer = exact(fields["answer"], "the answer", "text", "abstained")
            quotes = [value["quote"] for _, value in self.listed("citations")]
            self.expect(
                answer["abstained"] == (not quotes), "an answer abstains when it quotes nothing"
            )
            if fields["generator"]["name"] == EXTRACTIVE:
                text = "\n".join(quotes) if quotes else ABSTAINED
                self.expect(answer["text"] == text, "the answer is not what its quotes say")
            else:
                self.notes.append("not checked: the wording, which is a language model's")

    def _complete(self, prefix: str) -> bool:
        """Whether no field below `prefix` was erased."""
        return all(
            path in self.record()["fields"]
            for path in self.record()["leaf"]["commitments"]
            if path.startswith(f"{prefix}/")
        )

    def statements(self) -> None:
        """Each statement is signed with a key of the ledger, and is about this version."""
        version = self.record()["leaf"]["body"]["version"]
        for entry in self.entries():
            for path, item in entry["fields"].items():
                name = f"the statement of leaf {entry['index']}"
                self.expect(path == "statement", f"leaf {entry['index']}: {path!r} is no statement")
                envelope = exact(item["value"], name, "payload", "payloadType", "signatures")
                payload = from_base64(envelope["payload"])
                message = pae(envelope["payloadType"], payload)
                keys = {sha256(key): key for at, key in self.public_keys() if at < entry["index"]}
                holds = [
                    signature_holds(keys[each["keyid"]], message, from_base64(each["sig"]))
                    for each in envelope["signatures"]
                    if exact(each, name, "keyid", "sig")["keyid"] in keys
                ]
                self.expect(bool(holds) and all(holds), f"the signature of {name} does not hold")
                statement = parsed(payload, name)
                kind = envelope["payloadType"], statement["_type"]
                expected = "application/vnd.in-toto+json", "https://in-toto.io/Statement/v1"
                self.expect(kind == expected, f"{name} is of another type")
                subject = [{"name": version, "digest": {"sha256": version.partition("@")[2]}}]
                self.expect(statement["subject"] == subject, f"{name} is about something else")

    def page(self) -> None:
        """The page runs nothing and loads nothing."""
        page = self.member("index.html").decode()
        head = PAGE_HEAD.match(page)
        self.expect(head is not None, "index.html does not forbid what it could load")
        rest = page[head.end() if head else 0 :]
        # Text is escaped, so that each "<" of the page begins a tag of its own.
        tags = TAG.findall(rest)
        self.expect(rest.count("<") == len(tags), "index.html holds what is no tag as we write it")
        for element in sorted({name for name, _ in tags} - HARMLESS):
            self.expect(False, f"index.html holds <{element}>")
        given = [pair for _, attributes in tags for pair in ATTRIBUTE.findall(attributes)]
        for name in sorted({name for name, _ in given} - HARMLESS_ATTRIBUTES):
            self.expect(False, f"index.html holds the attribute {name}")
        links = {value for name, value in given if name == "href" and not value.startswith("#")}
        for link in sorted(links):
            self.expect(link in self.members, f"index.html leads out of the pack: {link}")


def named(rows: Sequence[Any], key: str, *keys: str) -> dict[str, dict[str, Any]]:
    """Rows with exactly `keys`, by the `key` of their leaves."""
    found = {row["leaf"][key]: exact(row, "a row", *keys) for row in rows}
    if len(found) != len(rows):
        raise RefusedError(f"two rows have the same {key}")
    return found


def source_paths(raw: str) -> list[str]:
    """Where the raw bytes of a document may stand."""
    return [f"sources/{raw}.{ending}" for ending in ENDINGS]


def exact(value: Any, name: str, *keys: str, **fixed: str) -> dict[str, Any]:
    """`value`, an object of exactly `keys`, with the values in `fixed`."""
    if not isinstance(value, dict) or value.keys() != set(keys):
        raise RefusedError(f"{name} is not an object of {', '.join(sorted(keys))}")
    for key, expected in fixed.items():
        if value[key] != expected:
            raise RefusedError(f"{name}: its {key} is not {expected!r}")
    return value


def entry_leaf(leaf: Any, kind: str | None = None) -> dict[str, Any]:
    """A leaf of the ledger, of the type `kind` where one is given."""
    keys = ("format", "type", "at", "body", "commitments")
    found = exact(leaf, "a leaf", *keys, format="lexiane/ledger-entry/v1")
    if kind is not None and found["type"] != kind:
        raise RefusedError(f"a leaf is of the type {found['type']!r}, not {kind!r}")
    return found


def check(data: bytes, key: str | None = None) -> dict[str, Any]:
    """Check the bytes of a pack: {"ok", "steps": [{"name", "ok", "checked", "problems"}], "notes"}."""
    return Check(data, key).run()


def told(report: Mapping[str, Any]) -> str:
    """A report as lines for a person."""
    lines = []
    for step in report["steps"]:
        lines.append(
            f"{'ok    ' if step['ok'] else 'FAILED'} {step['name']:<15} {step['checked']} checked"
        )
        lines += [f"         {shown(problem)}" for problem in step["problems"]]
    lines += [f"note     {shown(note)}" for note in report["notes"]]
    proven = "holds" if report["ok"] else "DOES NOT HOLD"
    return "\n".join([*lines, f"The evidence {proven}.", ""])


def shown(text: str) -> str:
    """Text from a pack, safe in a terminal."""
    return "".join(mark if mark.isprintable() else f"\\u{{{ord(mark):x}}}" for mark in text)[:500]


def main() -> int:
    parser = argparse.ArgumentParser(description="Check an evidence pack offline.")
    parser.add_argument("pack", type=Path)
    parser.add_argument("--key", help="public key of the ledger that you know: name+keyid+base64")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    options = parser.parse_args()
    try:
        data = read(options.pack)
    except OSError as error:
        sys.stderr.write(f"check_evidence: {options.pack} cannot be read: {error.strerror}\n")
        return EXIT_MISSING
    report = check(data, options.key)
    sys.stdout.write(json.dumps(report, indent=2) + "\n" if options.json else told(report))
    return 0 if report["ok"] else EXIT_FAILED


def read(path: Path) -> bytes:
    """The bytes of a pack; of a larger file only as many as show that it is none."""
    with path.open("rb") as file:
        return file.read(FILE_LIMIT)


# Code points that are assigned in Unicode 14.0.0, as hexadecimal pairs: how many to skip, how many are.
# Source: UnicodeData.txt, all but the General_Category Cn and Cs.
ASSIGNED = """
0 378 2 6 4 7 1 1 1 14 1 18d 1 26 2 32 2 3 1 37 8 1b 4 6 b 10e 1 3c 2 65 e 3b 2 31 2 f 1 1c 2 1 1 b
5 1f 1 2 6 ec 1 8 2 2 2 16 1 7 1 1 3 4 2 9 2 2 2 4 8 1 4 2 1 5 2 19 2 3 1 6 4 2 2 16 1 7 1 2 1 2 1 2
2 1 1 5 4 2 2 3 3 1 7 4 1 1 7 11 a 3 1 9 1 3 1 16 1 7 1 2 1 5 2 a 1 3 1 3 2 1 f 4 2 c 7 7 1 3 1 8 2
2 2 16 1 7 1 2 1 5 2 9 2 2 2 3 7 3 4 2 1 5 2 12 a 2 1 6 3 3 1 4 3 2 1 1 1 2 3 2 3 3 3 c 4 5 3 3 1 4
2 1 6 1 e 15 5 d 1 3 1 17 1 10 2 9 1 3 1 4 7 2 1 3 2 1 2 4 2 a 7 16 1 3 1 17 1 a 1 5 2 9 1 3 1 4 7 2
6 2 1 4 2 a 1 2 d d 1 3 1 33 1 3 1 6 4 10 2 1a 1 3 1 12 3 18 1 9 1 1 2 7 3 1 4 6 1 1 1 8 6 a 2 3 c
3a 4 1d 25 2 1 1 1 5 1 18 1 1 1 17 2 5 1 1 1 6 2 a 2 4 20 48 1 24 4 27 1 24 1 f 1 d 25 c6 1 1 5 1 2
179 1 4 2 7 1 1 1 4 2 29 1 4 2 21 1 4 2 7 1 1 1 4 2 f 1 39 1 4 2 43 2 20 3 1a 6 56 2 6 2 29d 3 59 7
16 9 18 9 14 c d 1 3 1 2 c 5e 2 a 6 a 6 1a 6 59 7 2b 5 46 a 1f 1 c 4 c 4 1 3 2a 2 5 b 2c 4 1a 6 b 3
3e 2 41 1 1d 2 b 6 a 6 e 2 1f 31 4d 3 2f 1 74 8 3c 3 f 3 3c 7 2b 2 b 8 2b 5 216 2 6 2 26 2 6 2 8 1 1
1 1 1 1 1 1f 2 35 1 f 1 e 2 6 1 13 2 3 1 9 1 65 1 c 2 1b 1 d 3 21 f 21 f 8c 4 297 19 b 15 714 2 20 1
15d 5 2d 1 1 5 1 2 38 7 2 e 18 9 7 1 7 1 7 1 7 1 7 1 7 1 7 1 7 1 7e 22 1a 1 59 c d6 1a c 4 40 1 56 2
67 5 2b 1 5e 1 54 c 2f 1 726d 3 37 9 15c 14 b8 8 cb 5 2 1 1 1 5 18 3b 3 a 6 38 8 46 8 c 6 74 b 1e 3
4e 1 b 4 21 1 37 9 e 2 a 2 67 18 1c a 6 2 6 2 6 9 7 1 7 1 3c 4 7e 2 a 6 2ba4 c 17 4 31 804 1a6e 2 6a
26 7 c 5 5 1a 1 5 1 1 1 2 1 2 1 7d 10 1bd 2 36 7 1 20 2a 6 33 1 13 1 4 4 5 1 87 2 1 1 be 3 6 2 6 2 6
2 3 3 7 1 7 a 5 2 c 1 1a 1 13 1 2 1 f 2 e 22 7b 5 3 4 2d 3 58 1 d 3 1 2f 2e 82 1d 3 31 f 1c 4 24 9
1e 5 2b 5 1e 1 25 4 e 2a 9e 2 a 6 24 4 24 4 28 8 34 b c 1 f 1 7 1 2 1 b 1 f 1 7 1 2 43 137 9 16 a 8
18 6 1 2a 1 9 45 6 2 1 1 2c 1 2 3 1 2 17 1 48 8 9 30 13 1 2 5 21 3 1b 5 1 40 38 4 14 2 32 1 2 5 8 1
3 1 1d 2 3 4 a 7 9 7 40 20 27 4 c 9 36 3 1d 2 1b 5 1a 7 4 c 7 50 49 37 33 d 33 7 2e 8 a 126 1f 1 2a
1 3 2 2 4e 28 8 2a 16 1a 26 1c 14 17 9 4e 4 24 9 44 a 1 2 19 7 a 6 35 1 12 8 27 9 60 1 14 b 12 1 2c
41 7 1 1 1 4 1 f 1 b 6 3b 5 a 6 4 1 8 2 2 2 16 1 7 1 2 1 5 1 a 2 2 2 3 2 1 6 1 5 7 2 7 3 5 8b 5c 1 5
1e 48 8 a a6 36 2 26 22 45 b a 6 d 13 3a 6 a 36 1b 2 f 4 17 b9 3c 64 53 c 8 2 1 2 8 1 2 1 1e 1 2 2 c
9 a 46 8 2 2e 2 b 1b 48 8 53 d 49 107 9 1 2d 1 e a 1d 3 20 2 16 1 e 49 7 1 2 1 2c 3 1 1 2 1 9 8 a 6
6 1 2 1 25 1 2 1 6 7 a 136 19 b7 1 f 32 d 39b 66 6f 1 5 b c4 a4c 63 d 42f 1 9 fc7 247 21b9 239 7 1f
1 a 4 51 1 a 6 1e 2 6 a 46 a a 1 7 1 15 5 13 2b0 5b 65 4b 4 39 7 11 40 5 b 2 e 17f8 8 4d6 2a 9 22e7
4 1 7 1 2 1 123 2d 3 11 4 8 18c 904 6b 5 d 3 9 7 a 2 8 125c 2e 2 17 9 74 3c f6 a 27 2 c2 15 46 9a 14
c 57 9 19 87 55 1 47 1 2 2 1 2 2 2 4 1 c 1 1 1 7 1 41 1 4 2 8 1 7 1 1c 1 4 1 5 1 1 3 7 1 154 2 124 2
2be f 5 1 f 450 1f e1 7 1 11 2 7 1 2 1 5 d5 2d 3 e 2 a 4 2 140 1f 11 3a 5 1 4e0 7 1 4 1 2 1 f 1 c5 2
10 29 4c 4 a 4 2 311 44 4c 3d c2 4 1 1b 1 2 1 1 2 1 1 a 1 4 1 1 1 1 6 1 4 1 1 1 1 1 1 3 1 2 1 1 2 1
1 1 1 1 1 1 1 1 1 2 1 1 2 4 1 7 1 4 1 4 1 1 1 a 1 11 5 3 1 5 1 11 34 2 10e 2c 4 64 c f 2 f 1 f 1 25
a ae 38 1d d 2c 4 9 7 2 e 6 9a 3d8 5 10 3 d 3 74 c 59 7 c 4 1 f c 4 38 8 a 6 28 8 1e 2 2 4e 154 c e
2 5 3 5 3 7 9 1d 3 b 5 6 a a 6 8 8 7 9 93 1 37 25 a 406 a6e0 20 1039 7 de 2 1682 e 1d31 c1f 21e 5e2
134b aecb6 1 1e 60 80 f0 fe10 fffe 2 fffe
"""

if __name__ == "__main__":
    sys.exit(main())
