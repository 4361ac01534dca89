"""From text to vectors."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lexiane_dagster.domain.version import EmbedderIdentity

Advance = Callable[[int], None]


def no_progress(_: int) -> None:
    """An `Advance` for callers that show none."""


class Embedder(Protocol):
    """Embeds passages and questions.

    `identity` is cheap: computing it MUST NOT load the model. Both methods return float32 arrays,
    one row a text, `identity.dimension` columns, finite, in the order given; the caller normalises.
    `embed_question` returns one row.
    A row MUST NOT depend on which other texts are embedded in the same call, on the number of
    threads, or on the order. `advance` is told the number of texts done since the last call.

    Raises `UnavailableError` where the model cannot be loaded.
    """

    @property
    def identity(self) -> EmbedderIdentity: ...

    def embed_passages(
        self, texts: Sequence[str], advance: Advance = no_progress
    ) -> NDArray[np.float32]: ...

    def embed_question(self, text: str) -> NDArray[np.float32]: ...
