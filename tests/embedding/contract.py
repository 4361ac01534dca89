"""What every embedder promises. Subclass and give `embedder(threads)`."""

import numpy as np

from lexiane_dagster.ports.embedder import Embedder

TEXTS = [
    "",
    "One word",
    "Claims above 5,000 euros need two signatures.",
    "La franchise est de 150 €.",
    "lift and drag of a wing in a slipstream " * 12,
    "far longer than any model reads " * 400,
    "One word",
]


class EmbedderContract:
    """`threads` is a hint that an embedder may ignore."""

    def embedder(self, threads: int | None = None) -> Embedder:
        raise NotImplementedError

    def test_one_finite_float32_row_a_text(self) -> None:
        embedder = self.embedder()
        rows = embedder.embed_passages(TEXTS)
        assert rows.shape == (len(TEXTS), embedder.identity.dimension)
        assert rows.dtype == np.float32
        assert np.isfinite(rows).all()
        assert np.linalg.norm(rows, axis=1).min() > 0

    def test_no_texts(self) -> None:
        embedder = self.embedder()
        assert embedder.embed_passages([]).shape == (0, embedder.identity.dimension)

    def test_a_question_is_one_row(self) -> None:
        embedder = self.embedder()
        row = embedder.embed_question("Who signs?")
        assert row.shape == (1, embedder.identity.dimension)
        assert row.dtype == np.float32

    def test_neighbours_order_and_threads_change_no_bit(self) -> None:
        rows = self.embedder(1).embed_passages(TEXTS)
        alone = np.concatenate([self.embedder(1).embed_passages([text]) for text in TEXTS])
        assert rows.tobytes() == alone.tobytes()
        for threads in (2, 3, 5):
            turned = self.embedder(threads).embed_passages(TEXTS[::-1])[::-1]
            assert rows.tobytes() == turned.tobytes()

    def test_progress_counts_every_text(self) -> None:
        told: list[int] = []
        self.embedder().embed_passages(TEXTS, told.append)
        assert sum(told) == len(TEXTS)

    def test_identity_is_stable(self) -> None:
        assert self.embedder(1).identity.digest == self.embedder(2).identity.digest

    def test_meaning_or_at_least_words(self) -> None:
        near, far = self.embedder().embed_passages(["the wing of a plane", "insurance premium tax"])
        (asked,) = self.embedder().embed_question("a plane with a wing")
        assert asked @ near / np.linalg.norm(near) > asked @ far / np.linalg.norm(far)
