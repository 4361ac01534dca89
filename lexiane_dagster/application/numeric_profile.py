"""What a processor makes of an embedder: why a rebuild elsewhere may get another name."""

import numpy as np

from lexiane_dagster.application.grid import to_grid
from lexiane_dagster.domain.digest import digest_of_bytes
from lexiane_dagster.ports.embedder import Embedder

# Never changed: profiles of different years are compared. They differ in length and script, since
# rounding differs most between short and long inputs.
PROBES = tuple(
    " ".join(
        f"probe {number} {word}" for word in ("risk", "café", "договор", "保険")[: number % 4 + 1]
    )
    + " policy" * number
    for number in range(32)
)


def numeric_profile(embedder: Embedder) -> str:
    """Digest of the grid vectors of 32 probe texts (docs/formats/embedding-v1.md).

    Two machines with one profile give every text the same vector but for chance; two profiles are
    the reason why the same content may get two names.
    """
    vectors = to_grid(embedder.embed_passages(PROBES))
    return digest_of_bytes(np.ascontiguousarray(vectors, dtype="<i2").tobytes())
