"""The process of one target: hears the controller and its own threads, lets the core decide, and has it done."""

from __future__ import annotations

import queue
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec

from cellburst import faults
from cellburst.errors import CellburstError, PayloadError
from cellburst.fleet import effects as fx
from cellburst.fleet.core import Core
from cellburst.fleet.hands import Hands
from cellburst.wire import fleet as wire
from cellburst.wire.frames import Channel

_TICK = 1.0  # seconds
_AT_ONCE = 2000  # facts in one turn
_CLOSED = object()


class Process:
    """Everything together. ``make`` makes the hands, which post to the function they are given."""

    def __init__(self, sock: socket.socket, make: Callable[[Callable[[Any], None]], Hands]) -> None:
        self._channel: Channel[Any] = Channel(sock, wire.ToFleet)
        self._facts: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._core = Core(lambda: secrets.token_hex(8))
        self._hands = make(self._facts.put)

    def serve(self) -> int:
        """Until the controller closes the socket or lets us go; the exit status."""
        threading.Thread(target=self._read, name="cellburst-controller", daemon=True).start()
        try:
            while not self._core.leaving:
                if not self._turn():
                    return 0
        except (BrokenPipeError, ConnectionResetError):
            return 0  # the controller is gone; the next one starts another of us
        finally:
            self._hands.close()
        return 0

    def _read(self) -> None:
        try:
            while (message := self._channel.receive()) is not None:
                self._facts.put(message)
        except (msgspec.MsgspecError, PayloadError, OSError) as error:
            self._facts.put(error)
        self._facts.put(_CLOSED)

    def _turn(self) -> bool:
        """Take in what there is, and do what follows; False at the end of the stream."""
        facts = self._waiting()
        for fact in facts:
            if isinstance(fact, BaseException):
                raise fact
            self._acquaint(fact)
        open_ = [fact for fact in facts if fact is not _CLOSED]
        for effect in self._core.turn(open_, time.time()):
            if isinstance(effect, fx.Tell):
                self._channel.send(effect.message)
                if isinstance(effect.message, wire.MachinesChanged):
                    faults.point("fleet.told")
            else:
                self._hands.do(effect)
        return len(open_) == len(facts)

    def _acquaint(self, fact: Any) -> None:
        """Let the hands know of runs and regions before the core wants something of them."""
        try:
            match fact:
                case wire.Begin():
                    if fact.run.plan is not None:
                        self._hands.cloud_of(fact.run)
                    self._hands.know(fact.run)
                case wire.Attach():
                    for region in {machine.region for machine in fact.machines}:
                        self._hands.reach(region)
        except CellburstError as error:
            self._channel.send(wire.Trouble(str(error)))

    def _waiting(self) -> list[Any]:
        found: list[Any] = []
        try:
            found.append(self._facts.get(timeout=_TICK))
            while len(found) < _AT_ONCE:
                found.append(self._facts.get_nowait())
        except queue.Empty:
            pass
        return found


def serve(argv: list[str]) -> int:
    """Serve the controller at the other end of ``--fd``; the exit status."""
    from cellburst.fleet.opening import hands_of

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    given = dict(zip(argv[::2], argv[1::2], strict=True))
    sock = socket.socket(fileno=int(given["--fd"]))
    try:
        return Process(sock, lambda post: hands_of(given, post)).serve()
    except CellburstError as error:
        print(f"cellburst: {error}", file=sys.stderr)
        return 1
