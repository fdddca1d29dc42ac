"""The process that looks after machines, as the controller sees it: a socket pair, a pid, and what it said last."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from cellburst.abc import Loop
from cellburst.errors import PayloadError
from cellburst.paths import Folders
from cellburst.wire import fleet as wire
from cellburst.wire.frames import Channel

COMMAND = (sys.executable, "-m", "cellburst.fleet")
_LOOK = 0.05  # seconds between two looks at a process whose socket has closed
_ENDS_WITHIN = 10.0  # seconds after its socket was closed
Take = Callable[[Any], None]
Gone = Callable[[float, str], None]
"""Gets how many seconds it lived, and a sentence."""


class FleetProcess:
    """One process, from its start until its exit status is taken."""

    def __init__(
        self, command: tuple[str, ...], variables: Mapping[str, str], loop: Loop, take: Take, gone: Gone
    ) -> None:
        self._loop = loop
        self._take = take
        self._gone: Gone | None = gone
        self._began = time.monotonic()
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = subprocess.Popen(
                    [*command, "--fd", str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    env={**os.environ, **variables},
                    start_new_session=True,
                )
            except OSError:
                ours.close()
                raise
        ours.setblocking(False)
        self._channel: Channel[Any] = Channel(ours, wire.FromFleet)
        loop.watch(self._channel, self._readable)
        self._open = True

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def send(self, *messages: Any) -> None:
        """Without waiting; one that is gone is noticed by its socket."""
        if not self._open:
            return
        try:
            waiting = not self._channel.queue(*messages)
        except OSError:
            self._hang_up()
            return
        if waiting:
            self._loop.when_writable(self._channel, self._writable)

    def close(self) -> None:
        """It ends when it has read what was sent; nobody is told."""
        self._gone = None
        if self._open:
            self._channel.sock.shutdown(socket.SHUT_WR)
            self._loop.later(_ENDS_WITHIN, self._kill)

    def _kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()

    def _writable(self) -> None:
        try:
            if self._channel.flush():
                self._loop.when_writable(self._channel, None)
        except OSError:
            self._hang_up()

    def _readable(self) -> None:
        try:
            alive = self._channel.feed()
            for message in self._channel.messages():
                if self._gone is not None:
                    self._take(message)
        except (msgspec.MsgspecError, PayloadError, OSError) as error:
            print(
                f"cellburst: the process that looks after machines said what cannot be read: {error}", file=sys.stderr
            )
            alive = False
            self._process.kill()
        if not alive:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._open:
            self._open = False
            self._loop.unwatch(self._channel)
            self._channel.close()
            self._look()

    def _look(self) -> None:
        status = self._process.poll()
        if status is None:
            self._loop.later(_LOOK, self._look)
            return
        gone, self._gone = self._gone, None
        if gone is not None:
            said = f"the process that looks after the machines ended with status {status}"
            gone(time.monotonic() - self._began, said)


Start = Callable[[str, Mapping[str, str], Loop, Take, Gone], FleetProcess]


def starter(folders: Folders, command: tuple[str, ...] = COMMAND) -> Start:
    """What starts the process for a target of this environment. Raises OSError."""

    def start(target: str, variables: Mapping[str, str], loop: Loop, take: Take, gone: Gone) -> FleetProcess:
        where = ("--data", str(folders.data), "--runtime", str(folders.runtime), "--env", folders.env)
        return FleetProcess((*command, "--target", target, *where), variables, loop, take, gone)

    return start
