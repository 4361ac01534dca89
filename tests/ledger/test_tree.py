"""The tree and its proofs: RFC 6962's reference data, and a naive tree for every shape."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lexiane_dagster.domain.merkle import EMPTY_ROOT, leaf_hash, merkle_root, node_hash
from lexiane_dagster.domain.proofs import (
    Tree,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    root_from_inclusion,
    tree_root,
)

# The eight leaves, the roots and the proofs that the reference implementations of RFC 6962 share
# (certificate-transparency/go/merkletree, transparency-dev/merkle/testonly).
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# (index, size, path)
INCLUSION = [
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
# (first, second, proof)
CONSISTENCY = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]


def tree_of(leaves: Sequence[bytes]) -> Tree:
    return Tree(map(leaf_hash, leaves))


REFERENCE = tree_of(LEAVES)


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


def naive_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of section 2.1.1."""
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return [*naive_path(index, leaves[:split]), naive_root(leaves[split:])]
    return [*naive_path(index - split, leaves[split:]), naive_root(leaves[:split])]


def naive_subproof(first: int, leaves: Sequence[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of section 2.1.2."""
    if first == len(leaves):
        return [] if whole else [naive_root(leaves)]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if first <= split:
        return [*naive_subproof(first, leaves[:split], whole), naive_root(leaves[split:])]
    return [*naive_subproof(first - split, leaves[split:], False), naive_root(leaves[:split])]


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_the_reference(size: int) -> None:
    assert merkle_root(LEAVES[:size]) == ROOTS[size]
    assert tree_root(REFERENCE.node, size).hex() == ROOTS[size]
    assert tree_of(LEAVES[:size]).root.hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
def test_inclusion_proofs_are_those_of_the_reference(
    index: int, size: int, path: list[str]
) -> None:
    proof = inclusion_proof(REFERENCE.node, index, size)
    assert [step.hex() for step in proof] == path
    found = root_from_inclusion(leaf_hash(LEAVES[index]), index, size, proof)
    assert found is not None
    assert found.hex() == ROOTS[size]


@pytest.mark.parametrize(("first", "second", "steps"), CONSISTENCY)
def test_consistency_proofs_are_those_of_the_reference(
    first: int, second: int, steps: list[str]
) -> None:
    proof = consistency_proof(REFERENCE.node, first, second)
    assert [step.hex() for step in proof] == steps
    roots = bytes.fromhex(ROOTS[first]), bytes.fromhex(ROOTS[second])
    assert is_consistent(first, second, *roots, proof)


SIZES = st.integers(1, 70)


@st.composite
def trees(draw: st.DrawFn) -> list[bytes]:
    return [bytes([number]) * 3 for number in range(draw(SIZES))]


@given(trees(), st.data())
def test_inclusion_proofs_are_naive_ones_and_nothing_else_is_accepted(
    leaves: list[bytes], data: st.DataObject
) -> None:
    size, tree = len(leaves), tree_of(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof, root = tree.inclusion_proof(index), naive_root(leaves)
    assert tree.root == root
    assert proof == naive_path(index, leaves)
    leaf = leaf_hash(leaves[index])
    assert root_from_inclusion(leaf, index, size, proof) == root
    assert root_from_inclusion(leaf_hash(b"other"), index, size, proof) != root
    elsewhere = data.draw(st.integers(-1, size + 1).filter(lambda other: other != index))
    assert root_from_inclusion(leaf, elsewhere, size, proof) != root
    for wrong in damaged(proof, data):
        assert root_from_inclusion(leaf, index, size, wrong) != root


@given(trees(), st.data())
def test_consistency_proofs_are_naive_ones_and_nothing_else_is_accepted(
    leaves: list[bytes], data: st.DataObject
) -> None:
    second, tree = len(leaves), tree_of(leaves)
    first = data.draw(st.integers(1, second))
    proof = consistency_proof(tree.node, first, second)
    old, new = naive_root(leaves[:first]), naive_root(leaves)
    assert proof == naive_subproof(first, leaves, True)
    assert is_consistent(first, second, old, new, proof)
    assert not is_consistent(first, second, leaf_hash(b"other"), new, proof)
    assert not is_consistent(first, second, old, leaf_hash(b"other"), proof)
    assert not is_consistent(second + 1, second, old, new, proof)
    for wrong in damaged(proof, data):
        assert not is_consistent(first, second, old, new, wrong)


@given(trees(), st.data())
def test_a_rewritten_leaf_is_consistent_with_nothing(
    leaves: list[bytes], data: st.DataObject
) -> None:
    """Whoever changed an old leaf has no proof to show, not even the honest one of the new tree."""
    first = data.draw(st.integers(1, len(leaves)))
    at = data.draw(st.integers(0, first - 1))
    rewritten = tree_of([*leaves[:at], b"rewritten", *leaves[at + 1 :]])
    proof = consistency_proof(rewritten.node, first, len(leaves))
    old = naive_root(leaves[:first])
    assert not is_consistent(first, len(leaves), old, rewritten.root, proof)


def test_an_empty_tree_comes_before_every_other() -> None:
    assert consistency_proof(REFERENCE.node, 0, 8) == []
    assert is_consistent(0, 8, bytes.fromhex(EMPTY_ROOT), REFERENCE.root, [])
    assert not is_consistent(0, 8, REFERENCE.root, REFERENCE.root, [])
    assert not is_consistent(0, 8, bytes.fromhex(EMPTY_ROOT), REFERENCE.root, [REFERENCE.root])


@pytest.mark.parametrize(("first", "second"), [(-1, 3), (4, 3)])
def test_no_proof_is_made_of_a_tree_that_never_was(first: int, second: int) -> None:
    with pytest.raises(ValueError, match="no earlier one"):
        consistency_proof(REFERENCE.node, first, second)
    with pytest.raises(ValueError, match="not among"):
        inclusion_proof(REFERENCE.node, 8, 8)


def damaged(proof: list[bytes], data: st.DataObject) -> list[list[bytes]]:
    """Proofs that differ from this one: a step more, less, changed, or two swapped."""
    extra = node_hash(b"a" * 32, b"b" * 32)
    at = data.draw(st.integers(0, len(proof)))
    found = [[*proof[:at], extra, *proof[at:]]]
    if at < len(proof):
        flipped = bytes([proof[at][0] ^ 1]) + proof[at][1:]
        found += [[*proof[:at], *proof[at + 1 :]], [*proof[:at], flipped, *proof[at + 1 :]]]
    if len(proof) > 1 and at < len(proof) - 1 and proof[at] != proof[at + 1]:
        found.append([*proof[:at], proof[at + 1], proof[at], *proof[at + 2 :]])
    return found
