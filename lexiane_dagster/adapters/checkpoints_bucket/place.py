"""`checkpoints/<leaves, 12 digits>` for each pushed note; `checkpoint` is a copy of the newest."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import from_url

from lexiane_dagster.domain.errors import ConfigurationError, IntegrityError, UnavailableError

if TYPE_CHECKING:
    from obstore.store import S3Config

NOTES = "checkpoints"
NEWEST = "checkpoint"
RETRIES = 2


class BucketPlace:
    """The `CheckpointPlace` port. A note is created, never replaced (`If-None-Match`)."""

    def __init__(self, url: str, options: Mapping[str, str], timeout: int) -> None:
        self.name = url
        try:
            self._store = from_url(
                url,
                # One of three typed dicts, by the scheme of the url.
                config=cast("S3Config", dict(options)),
                client_options={
                    "timeout": timedelta(seconds=timeout),
                    "allow_http": options.get("aws_endpoint", "").startswith("http://"),
                },
                retry_config={
                    "max_retries": RETRIES,
                    "retry_timeout": timedelta(seconds=timeout),
                },
            )
        except (BaseError, ValueError) as error:
            raise ConfigurationError(
                f"the bucket {url} of `checkpoints` cannot be opened: {_reason(error)}",
                remedy="mend its url and options in the profile",
            ) from error

    def newest(self) -> str | None:
        with self._named_errors():
            return self._newest()

    def push(self, size: int, note: str) -> None:
        with self._named_errors():
            key, data = f"{NOTES}/{size:012}", note.encode()
            try:
                obstore.put(self._store, key, data, mode="create")
            except AlreadyExistsError as error:
                if self._get(key) != note:
                    raise IntegrityError(
                        f"{self.name}/{key} is another checkpoint over {size} leaves: the ledger "
                        "was rewritten",
                        remedy="find out which of the two histories is the true one",
                    ) from error
            # Of two that push at once, the later must not make an older note the newest.
            obstore.put(self._store, NEWEST, (self._newest() or note).encode())

    def _newest(self) -> str | None:
        found = [item["path"] for batch in obstore.list(self._store, NOTES) for item in batch]
        return self._get(max(found)) if found else None

    def _get(self, key: str) -> str:
        return bytes(obstore.get(self._store, key).bytes()).decode("utf-8")

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except (BaseError, OSError, UnicodeDecodeError) as error:
            raise UnavailableError(
                f"checkpoints cannot be kept in {self.name}: {_reason(error)}",
                remedy="check that the bucket exists, can be reached, and that the keys may write it",
            ) from error


def _reason(error: Exception) -> str:
    """What went wrong, without the address that was asked: its query may hold a signature."""
    return str(error).partition("\n")[0].rpartition(" - ")[2] or type(error).__name__
