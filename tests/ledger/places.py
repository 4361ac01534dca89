"""Real second places: a folder, an S3 server, an HTTP service."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from os import kill
from pathlib import Path
from signal import SIGTERM
from socket import socket
from threading import Thread

import pytest

from tests.ledger.support import TOOLS, needs_go

START_S3 = TOOLS / "s3" / "start"


@dataclass
class Service:
    """What the HTTP service remembers and was sent; `status` answers every request, where set."""

    url: str = ""
    notes: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    status: int | None = None


@contextmanager
def http_service() -> Iterator[Service]:
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            newest = service.notes[-1].encode() if service.notes else b""
            self._answer(200 if newest else 404, newest)

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
            service.headers.append(dict(self.headers))
            if service.status is None:
                service.notes.append(sent)
            self._answer(201, b"")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(service.status or status)
            self.send_header("Location", f"{service.url}/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_address[1]}/hooks/secret-token"
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def s3_server(folder: Path) -> Iterator[dict[str, str]]:
    """Options of a bucket place for the bucket `lexiane` of a server of its own."""
    needs_go()
    if not START_S3.is_file():
        pytest.skip("no S3 server (shared/tools/s3/start)")
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    done = subprocess.run([str(START_S3), str(port), str(folder)], stdout=subprocess.DEVNULL)
    if done.returncode:
        pytest.skip("the S3 server does not start here")
    try:
        yield {
            "aws_endpoint": f"http://127.0.0.1:{port}",
            "aws_access_key_id": "lexiane",
            "aws_secret_access_key": "lexiane-secret",
            "aws_region": "us-east-1",
        }
    finally:
        kill(int((folder / "pid").read_text()), SIGTERM)
