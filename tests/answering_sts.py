"""A server on loopback that answers every request as STS does, with a clock of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time

IDENTITY = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws-cn:iam::123456789012:user/a</Arn>"
    "<UserId>A</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)


@dataclass
class AnsweringSts:
    """``ahead`` are seconds of its clock; ``agents`` are the user agents that asked."""

    ahead: float = 1000.0
    status: int = 200
    body: str = IDENTITY
    endpoint: str = ""
    agents: list[str] = field(default_factory=list)

    def refuse(self, code: str, message: str) -> None:
        """From now on."""
        error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        self.status, self.body = 403, f"<ErrorResponse>{error}</ErrorResponse>"


@contextmanager
def answering_sts() -> Iterator[AnsweringSts]:
    answers = AnsweringSts()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            answers.agents.append(self.headers["User-Agent"])
            body = answers.body.encode()
            self.send_response_only(answers.status)
            self.send_header("Date", formatdate(time() + answers.ahead, usegmt=True))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    answers.endpoint = f"http://127.0.0.1:{server.server_port}"
    try:
        yield answers
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
