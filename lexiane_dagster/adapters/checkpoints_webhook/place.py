"""`POST` hands over a note as text; `GET` of the same address gives the newest one back."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Final
from urllib.parse import urlsplit

from lexiane_dagster.domain.errors import IntegrityError, UnavailableError

# A service that keeps nothing yet, or that cannot be asked.
NOTHING: Final = (204, 404, 405)
CONFLICT: Final = 409
NOTE_LIMIT: Final = 65_536


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The headers hold secrets, and a redirected POST would arrive as a GET."""

    def redirect_request(self, *_: object) -> None:
        return None


class WebhookPlace:
    """The `CheckpointPlace` port. `timeout` is in seconds."""

    def __init__(self, url: str, headers: Mapping[str, str], timeout: int) -> None:
        self._url, self._headers, self._timeout = url, headers, timeout
        self._opener = urllib.request.build_opener(_NoRedirects)
        # Path and query of a webhook are often its password.
        parts = urlsplit(url)
        self.name = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")

    def newest(self) -> str | None:
        status, body = self._send("GET", None)
        if status in NOTHING:
            return None
        if status != 200:
            raise self._unavailable(f"GET was answered with status {status}")
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self._unavailable("GET was answered with something that is no text") from error

    def push(self, size: int, note: str) -> None:
        status, _ = self._send("POST", note.encode())
        if status == CONFLICT:
            raise IntegrityError(
                f"{self.name} refuses the checkpoint over {size} leaves: it remembers another one",
                remedy="find out which of the two histories is the true one",
            )
        if not 200 <= status < 300:
            raise self._unavailable(f"POST was answered with status {status}")

    def _send(self, method: str, data: bytes | None) -> tuple[int, bytes]:
        headers = {"Content-Type": "text/plain; charset=utf-8", **self._headers}
        request = urllib.request.Request(self._url, data, headers, method=method)  # noqa: S310
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                return answer.status, answer.read(NOTE_LIMIT)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, b""
        except (OSError, HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) or type(error).__name__
            raise self._unavailable(str(reason)) from error

    def _unavailable(self, reason: str) -> UnavailableError:
        return UnavailableError(
            f"checkpoints cannot be handed to {self.name}: {reason}",
            remedy="check that the service runs, can be reached and accepts the headers",
        )
