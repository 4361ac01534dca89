"""The random source of the operating system."""

import secrets


class SystemEntropy:
    """The `Entropy` port."""

    def token(self, size: int) -> bytes:
        return secrets.token_bytes(size)
