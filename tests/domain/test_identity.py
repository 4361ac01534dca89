"""Canonical bytes, digests and Merkle roots against independent implementations."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from lexiane_dagster.domain.canonical import canonical_bytes
from lexiane_dagster.domain.corpus import Passage, chunks_of
from lexiane_dagster.domain.digest import digest_of_json
from lexiane_dagster.domain.merkle import EMPTY_ROOT, merkle_root

VECTORS = Path(__file__).parents[1] / "vectors" / "identity-v1.json"

INTEGERS = st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
)


@given(VALUES)
def test_canonical_bytes_are_those_of_rfc_8785(value: Any) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [0.5, {"x": [1.0]}, {1: "x"}, b"x", {"x": object()}])
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        canonical_bytes(value)


@pytest.mark.parametrize("value", [2**53, -(2**53), "\ud800"])
def test_what_is_out_of_range_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"integer|surrogates"):
        canonical_bytes(value)


# Roots of the reference tree of RFC 6962, as certificate-transparency's own tests list them.
CT_LEAVES = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]  # fmt: skip
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(1, 9))
def test_merkle_roots_of_rfc_6962(size: int) -> None:
    assert merkle_root(bytes.fromhex(leaf) for leaf in CT_LEAVES[:size]) == CT_ROOTS[size - 1]


def test_the_root_of_nothing() -> None:
    assert merkle_root([]) == EMPTY_ROOT == hashlib.sha256(b"").hexdigest()


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_merkle_root_is_the_recursive_definition(leaves: list[bytes]) -> None:
    def tree(part: list[bytes]) -> bytes:
        if len(part) == 1:
            return hashlib.sha256(b"\x00" + part[0]).digest()
        split = 1
        while split * 2 < len(part):
            split *= 2
        return hashlib.sha256(b"\x01" + tree(part[:split]) + tree(part[split:])).digest()

    assert merkle_root(leaves) == (tree(leaves).hex() if leaves else EMPTY_ROOT)


def test_equal_passages_of_a_document_get_different_ids_that_do_not_depend_on_offsets() -> None:
    text = "same\n\nsame\n\nother"
    passages = [Passage(0, 4, ()), Passage(6, 10, ()), Passage(12, 17, ())]
    first, second, third = chunks_of("d", text, passages)
    assert len({first.chunk_id, second.chunk_id, third.chunk_id}) == 3
    moved = next(chunks_of("d", "new start\n\nother", [Passage(11, 16, ())]))
    assert moved.chunk_id == third.chunk_id


def vectors() -> list[dict[str, Any]]:
    return list(json.loads(VECTORS.read_text("utf-8"))["json"])


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: str(vector["name"]))
def test_committed_vectors(vector: dict[str, Any]) -> None:
    assert canonical_bytes(vector["value"]).hex() == vector["canonical"]
    assert digest_of_json(vector["value"]) == vector["sha256"]


@pytest.mark.parametrize("seed", ["0", "4242"])
def test_vectors_hold_under_any_hash_seed(seed: str) -> None:
    code = (
        "import json,sys;from lexiane_dagster.domain.digest import digest_of_json;"
        "print(all(digest_of_json(v['value'])==v['sha256'] "
        "for v in json.load(open(sys.argv[1],encoding='utf-8'))['json']))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(VECTORS)],
        env={"PYTHONHASHSEED": seed, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "True"
