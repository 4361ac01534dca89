"""Packs of every kind of answer hold, wherever they are checked."""

import ast
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lexiane_dagster.domain.unicode14 import ASSIGNED, ranges
from lexiane_dagster.entrypoints.check_evidence import ORDER, assigned, signature_holds, terms_of
from tests.evidence.support import CHECKER, ROOT, Pack, check, citations, failing, flipped

KINDS = (
    "quotes",
    "page",
    "abstains",
    "groups",
    "top",
    "hostile",
    "words",
    "long",
    "tiny",
    "rotated",
    "erased",
    "partly",
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_pack_holds(packs: Mapping[str, Pack], kind: str) -> None:
    pack = packs[kind]
    report = check(pack.bytes(), pack.verifier)
    assert failing(report) == set()


def test_what_the_packs_are_about(packs: Mapping[str, Pack]) -> None:
    """The kinds are what they are meant to be, so that the other tests show something."""
    assert len(citations(packs["quotes"])) > 1
    assert any(each["page"] for each in citations(packs["page"]))
    assert {each["document_id"] for each in citations(packs["groups"])} == {
        "board/secret-merger.md"
    }
    assert [citations(packs[kind]) for kind in ("abstains", "erased")] == [[], []]
    assert len(packs["top"].json("chunks.json")["chunks"]) == 100
    assert len(packs["tiny"].json("chunks.json")["chunks"]) == 1
    assert packs["words"].json("terms.json")["terms"]
    statements = [entry["fields"] for entry in packs["quotes"].json("ledger.json")["entries"]]
    assert sum(map(bool, statements)) > 1


def test_it_is_an_ordinary_zip_file(packs: Mapping[str, Pack]) -> None:
    with zipfile.ZipFile(io.BytesIO(packs["quotes"].bytes())) as opened:
        assert opened.testzip() is None
        for each in opened.infolist():
            assert each.date_time == (1980, 1, 1, 0, 0, 0)
            assert each.external_attr >> 16 == 0o100644
            assert opened.read(each) == packs["quotes"].members[each.filename]


@pytest.mark.parametrize("kind", ["quotes", "words", "tiny", "partly"])
def test_the_checker_needs_nothing_but_python(
    packs: Mapping[str, Pack], kind: str, tmp_path: Path
) -> None:
    """The enclosed copy, in an interpreter that sees no package, no environment and no user folder."""
    pack = packs[kind]
    program, file = tmp_path / "check_evidence.py", tmp_path / "pack.zip"
    program.write_bytes(pack.members["check_evidence.py"])
    assert program.read_bytes() == CHECKER.read_bytes()
    file.write_bytes(pack.bytes())
    given = [sys.executable, "-I", "-S", str(program), str(file), "--key", pack.verifier]
    done = subprocess.run(given, env={}, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("The evidence holds.\n")
    assert ("stems: taken from the pack" in done.stdout) is (kind != "tiny")
    file.write_bytes(flipped(pack.bytes(), 5000))
    told = subprocess.run(
        [*given, "--json"], env={}, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert told.returncode == 6
    assert failing(json.loads(told.stdout))


def test_the_checker_imports_the_standard_library_only() -> None:
    tree = ast.parse(CHECKER.read_text("utf-8"))
    named = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [a.name for a in node.names]
        )
    }
    assert not named - sys.stdlib_module_names


def test_the_checker_knows_the_code_points_of_unicode_14() -> None:
    known = {code for first, last in ranges(ASSIGNED) for code in range(first, last + 1)}
    assert all(assigned(chr(code)) is (code in known) for code in range(sys.maxunicode + 1))


def test_the_checker_splits_words_as_the_analyser_does() -> None:
    vectors = json.loads((ROOT / "tests" / "vectors" / "analysis-v1.json").read_text("utf-8"))
    cases = vectors["languages"]["none"]["cases"]
    assert cases
    for case in cases:
        assert terms_of(case["text"], frozenset(), None) == case["terms"]


def test_signatures_are_those_of_rfc_8032() -> None:
    """Section 7.1, test 2; and what must not hold."""
    key = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert signature_holds(key, b"\x72", signature)
    assert not signature_holds(key, b"\x73", signature)
    # S plus the order of the group is the same scalar, and no signature (section 5.1.7).
    scalar = int.from_bytes(signature[32:], "little") + ORDER
    assert not signature_holds(key, b"\x72", signature[:32] + scalar.to_bytes(32, "little"))
    assert not signature_holds(b"\xff" * 32, b"\x72", signature)
    assert not signature_holds(key, b"\x72", signature[:63])
    ours = Ed25519PrivateKey.generate()
    for length in (0, 1, 100, 5000):
        made = ours.sign(b"a" * length)
        public = ours.public_key().public_bytes_raw()
        assert signature_holds(public, b"a" * length, made)
        assert not signature_holds(public, b"a" * length + b"b", made)


# Points whose order divides 8, as y with the sign of x (also in the forms that RFC 8032 refuses).
SMALL_ORDER = (
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
)


def test_a_key_that_anybody_can_sign_with_signs_nothing() -> None:
    points = list(map(bytes.fromhex, SMALL_ORDER))
    for key in points:
        for commit in points:
            for message in (b"", b"a", b"b", b"c", b"d", b"e", b"f", b"g"):
                assert not signature_holds(key, message, commit + bytes(32))
