"""Whoever looks whether a page does what it must not: runs a script, executes a command, asks a stranger."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from playwright.sync_api import Dialog, Page, Request

from lab_server import Lab

_SPY = """() => {
  window.executed = [];
  window.jupyterapp.commands.commandExecuted.connect((_, { id }) => { window.executed.push(id); });
}"""


class Trap:
    """A server that must not be asked anything, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def _handler(trap) -> type[BaseHTTPRequestHandler]:  # noqa: N805 the handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                trap.asked.append(self.path)
                self.send_error(404)

            def do_POST(self) -> None:
                self.do_GET()

            def do_HEAD(self) -> None:
                self.do_GET()

            def do_OPTIONS(self) -> None:
                self.do_GET()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name in the library
                pass

        return Handler


@contextmanager
def trapped() -> Iterator[Trap]:
    """A trap that listens."""
    trap = Trap()
    thread = threading.Thread(target=trap.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield trap
    finally:
        trap.server.shutdown()
        trap.server.server_close()
        thread.join()


class Spies:
    """What happened in a page that must not have. Begin before it is opened, and call `enter` when it is there."""

    def __init__(self, page: Page, lab: Lab, trap: Trap) -> None:
        self.page, self.trap = page, trap
        trap.asked.clear()
        self._home = urlsplit(lab.url).netloc
        self._strange: list[str] = []
        page.on("request", self._requested)
        page.on("dialog", self._dialog)
        page.context.on("page", lambda other: self._strange.append(f"window: {other.url}"))

    def enter(self) -> None:
        """Listen to commands."""
        self.page.evaluate(_SPY)

    def found(self, command: str) -> list[str]:
        """Everything that was noticed; `command` must not have been executed."""
        scripts: list[str] = self.page.evaluate("() => window.hacked || []")
        executed: list[str] = self.page.evaluate("() => window.executed")
        commands = [f"command: {name}" for name in executed if name == command]
        return [
            *(f"script: {name}" for name in scripts),
            *commands,
            *self._strange,
            *(f"trap: {path}" for path in self.trap.asked),
        ]

    def _requested(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("data", "blob") or (address.netloc == self._home and "hostile=1" not in address.query):
            return
        self._strange.append(f"request: {request.url[:200]}")

    def _dialog(self, dialog: Dialog) -> None:
        self._strange.append(f"dialog: {dialog.message[:200]}")
        dialog.dismiss()
