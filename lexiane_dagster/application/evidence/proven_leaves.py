"""Inclusion proofs for the leaves of one tree of a version."""

import json
from collections.abc import Sequence

from lexiane_dagster.domain.canonical import Json
from lexiane_dagster.domain.merkle import leaf_hash
from lexiane_dagster.domain.proofs import Tree


class ProvenLeaves:
    """A tree of the version, and where each of its leaves stands."""

    def __init__(self, hashes: Sequence[bytes]) -> None:
        self._tree = Tree(hashes)
        self._index = {found: index for index, found in enumerate(hashes)}

    def proof(self, leaf: bytes) -> dict[str, Json]:
        index = self._index[leaf_hash(leaf)]
        proof = [each.hex() for each in self._tree.inclusion_proof(index)]
        return {"index": index, "proof": proof}

    def proven(self, leaf: bytes) -> dict[str, Json]:
        return {"leaf": json.loads(leaf), **self.proof(leaf)}
