"""Connections of clients: who may connect, the first words, and bytes in both directions."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import msgspec

from cellburst._version import __version__
from cellburst.abc import Loop
from cellburst.controller.controller import Controller
from cellburst.controller.requests import answer, is_work
from cellburst.errors import PayloadError
from cellburst.processes import is_ours
from cellburst.wire import client as wire
from cellburst.wire.frames import Channel


class Session:
    """One client. ``closed`` is called when it has gone."""

    def __init__(
        self, sock: socket.socket, loop: Loop, serve: Callable[[Session, Any], None], closed: Callable[[Session], None]
    ) -> None:
        self.greeted = False
        self._channel: Channel[Any] = Channel(sock, wire.ToController)
        self._loop = loop
        self._serve = serve
        self._closed = closed
        self._open = True
        loop.watch(self._channel, self._readable)

    @property
    def unsent(self) -> int:
        """Bytes that the client has not taken yet."""
        return self._channel.unsent

    def push(self, *messages: Any) -> None:
        """Send at the end of this turn, with all that it has for the client: each sending wakes the client up."""
        if self._open:
            self._channel.put(*messages)

    def flush(self) -> None:
        """Send without waiting; a client that is gone is closed."""
        if self._open and self._channel.unsent:
            try:
                waiting = not self._channel.flush()
            except OSError:
                self.close()
                return
            if waiting:
                self._loop.when_writable(self._channel, self._writable)

    def close(self) -> None:
        """Forget the client."""
        if self._open:
            self._open = False
            self._loop.unwatch(self._channel)
            self._channel.close()
            self._closed(self)

    def _writable(self) -> None:
        try:
            if self._channel.flush():
                self._loop.when_writable(self._channel, None)
        except OSError:
            self.close()

    def _readable(self) -> None:
        try:
            alive = self._channel.feed()
            for message in self._channel.messages():
                self._serve(self, message)
        except (msgspec.MsgspecError, PayloadError, OSError):
            alive = False
        if not alive:
            self.close()


class Sessions:
    """The listening socket and everyone who came through it."""

    def __init__(self, listener: socket.socket, loop: Loop, controller: Controller, welcome: wire.Welcome) -> None:
        self._listener = listener
        self._loop = loop
        self._controller = controller
        self._welcome = welcome
        self.all: list[Session] = []
        self.work = 0  # requests so far that ask for more than a look
        listener.setblocking(False)
        loop.watch(listener, self._accept)

    def close(self) -> None:
        """Hear nobody any more."""
        self._loop.unwatch(self._listener)
        self._listener.close()
        self.flush()
        for session in list(self.all):
            session.close()

    def flush(self) -> None:
        """The end of a turn: send what it has for anybody."""
        for session in list(self.all):
            session.flush()

    def _accept(self) -> None:
        try:
            sock, _ = self._listener.accept()
        except OSError:
            return
        if not is_ours(sock):
            sock.close()
            return
        sock.setblocking(False)
        self.all.append(Session(sock, self._loop, self._serve, self._gone))

    def _gone(self, session: Session) -> None:
        self.all.remove(session)
        self._controller.followers.forget(session)
        self._controller.open_runs.lost(session)

    def _serve(self, session: Session, message: Any) -> None:
        if isinstance(message, wire.Hello):
            if message.protocol != wire.PROTOCOL:
                session.push(wire.Refusal(0, "VersionSkewError", _skew(message)))
                return
            session.greeted = True
            self._controller.fleets.reach(message.reaching)
            session.push(self._welcome)
        elif session.greeted:
            self.work += is_work(message)
            answer(self._controller, session, message)
        else:
            session.close()


def _skew(hello: wire.Hello) -> str:
    return (
        f"this cellburst ({hello.version}) and the running controller ({__version__}) speak different protocols; "
        "`cellburst doctor --restart` makes way for another controller, and live runs go on with that one"
    )
