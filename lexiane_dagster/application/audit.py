"""What a regular audit looks at."""

import hashlib
from collections.abc import Sequence


def sample(answer_ids: Sequence[int], seed: bytes, size: int) -> list[int]:
    """At most `size` of `answer_ids`, in their order: those whose SHA-256(seed ‖ id in decimal) is
    smallest. Anybody who knows the seed can draw the same sample again; nobody else can foretell it.
    """
    drawn = sorted(answer_ids, key=lambda each: hashlib.sha256(seed + b"%d" % each).digest())
    return sorted(drawn[:size])
