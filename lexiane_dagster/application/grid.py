"""Vectors as integers (docs/formats/embedding-v1.md)."""

import math

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.domain.errors import UnavailableError

GRID = 4000


def to_grid(vectors: NDArray[np.float32]) -> NDArray[np.int16]:
    """int16 `rint(4000·x)` of the unit vectors of `vectors`, float32 (n, dimension).

    Norms are correctly rounded sums (`math.fsum`), so no kernel or thread count can change them.

    Raises:
        UnavailableError: a vector is not finite or is zero, so it has no direction.
    """
    exact = vectors.astype(np.float64)
    norms = np.array([math.sqrt(math.fsum(row)) for row in exact * exact], dtype=np.float64)
    if not (np.isfinite(norms) & (norms > 0)).all():
        raise UnavailableError(
            "the embedder returned a vector that is zero or not finite",
            remedy="check the model's files; `lexiane doctor` embeds a probe",
        )
    return np.rint(exact * (GRID / norms)[:, None]).astype("<i2")
