"""A metadata service of our own: tokens as in IMDSv2, and what a test says."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Service:
    """``answers`` by path; an unknown token is refused."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.tokens = 0
        self.address = ""

    def expire(self) -> None:
        """Tokens that were given are no longer good."""
        self.tokens += 100


@contextmanager
def metadata_service() -> Iterator[Service]:
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            service.tokens += 1
            self._answer(200, f"token-{service.tokens}")

        def do_GET(self) -> None:
            if self.headers.get("X-aws-ec2-metadata-token") != f"token-{service.tokens}":
                self._answer(401, "")
            elif self.path in service.answers:
                self._answer(200, service.answers[self.path])
            else:
                self._answer(404, "")

        def _answer(self, status: int, body: str) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    service.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
