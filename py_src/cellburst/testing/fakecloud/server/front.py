"""The HTTP server: cheroot on the host's loopback, and the doors of machines, which open in their own networks."""

from __future__ import annotations

import os
import selectors
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cheroot.connections import MakeFile
from cheroot.server import HTTPConnection
from cheroot.wsgi import Gateway_10, Server

from cellburst.testing.fakecloud.server import internet

_THREADS = 256  # one for each machine that waits for messages, and some
_TIMEOUT = 120  # cheroot's 10 s answer 408 on a busy host


@dataclass
class Door:
    """A listening socket of a machine. ``name`` is "metadata", "endpoint" or "internet"."""

    machine: str
    address: str
    name: str
    socket: socket.socket


class Connection(HTTPConnection):  # type: ignore[misc]
    """Knows through which door it came."""

    door: Door | None = None


class _Gateway(Gateway_10):  # type: ignore[misc]
    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        connection = self.req.conn
        environ["cellburst.connection"] = connection
        if connection.door is not None:
            environ["cellburst.machine"] = connection.door.machine
            environ["cellburst.door"] = connection.door.name
        return environ


class Front:
    """``held(door)`` tells whether what comes through a door is to be left waiting: a network that is cut."""

    def __init__(self, port: int, application: Any, held: Callable[[Door], bool]) -> None:
        self.server = Server(
            ("127.0.0.1", port), application, numthreads=_THREADS, request_queue_size=512, timeout=_TIMEOUT
        )
        self.server.gateway = _Gateway
        self.server.ConnectionClass = Connection
        self.server.error_log = _log
        self.server.shutdown_timeout = 1
        self._held = held
        self._waiting: list[tuple[Door, socket.socket, str]] = []
        self._selector = selectors.DefaultSelector()
        self._lock = threading.Lock()
        self._wake, self._waker = socket.socketpair()
        self._selector.register(self._wake, selectors.EVENT_READ, None)

    def prepare(self) -> int:
        """Bind and listen; the port."""
        self.server.prepare()
        threading.Thread(target=self.server.serve, name="front", daemon=True).start()
        threading.Thread(target=self._accept_forever, name="doors", daemon=True).start()
        return int(self.server.socket.getsockname()[1])

    def open(self, door: Door) -> None:
        """Serve a machine's door."""
        with self._lock:
            self._selector.register(door.socket, selectors.EVENT_READ, door)
        self._waker.send(b".")

    def close(self, machine: str) -> None:
        """Close the doors of a machine that is gone."""
        with self._lock:
            for key in list(self._selector.get_map().values()):
                if key.data is not None and key.data.machine == machine:
                    self._selector.unregister(key.fileobj)
                    key.data.socket.close()
            for entry in [entry for entry in self._waiting if entry[0].machine == machine]:
                self._waiting.remove(entry)
                entry[1].close()
        self._waker.send(b".")

    def release(self) -> None:
        """Let in who waits and need no longer."""
        with self._lock:
            free = [entry for entry in self._waiting if not self._held(entry[0])]
            self._waiting = [entry for entry in self._waiting if entry not in free]
        for door, connected, address in free:
            self._serve(door, connected, address)

    def _accept_forever(self) -> None:
        while True:
            for key, _ in self._selector.select(10):
                if key.data is None:
                    self._wake.recv(4096)
                else:
                    self._accept(key.data)

    def _accept(self, door: Door) -> None:
        try:
            connected, address = door.socket.accept()
        except OSError:
            return  # closed meanwhile
        if self._held(door):
            with self._lock:
                self._waiting.append((door, connected, address[0]))
        else:
            self._serve(door, connected, address[0])

    def _serve(self, door: Door, connected: socket.socket, address: str) -> None:
        if door.name == "internet":
            internet.serve(connected)
            return
        connected.settimeout(_TIMEOUT)
        connection = Connection(self.server, connected, MakeFile)
        connection.door = door
        connection.remote_addr, connection.remote_port = door.address, 0
        connection.ssl_env = {}
        self.server.process_conn(connection)


def _log(message: str = "", level: int = 20, traceback: bool = False) -> None:
    import sys
    import traceback as traces

    if level >= 40 or os.environ.get("CELLBURST_FAKECLOUD_LOG"):
        print(message, traces.format_exc() if traceback else "", file=sys.stderr, flush=True)


def cut(environ: dict[str, Any]) -> None:
    """Cut the connection of a request, so that no answer arrives."""
    try:
        environ["cellburst.connection"].socket.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
