"""The pool's side of its controller: who may connect, who is obeyed, bytes in both directions."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import msgspec

from cellburst import processes
from cellburst.errors import PayloadError
from cellburst.pool.log import log
from cellburst.pool.loop import PoolLoop
from cellburst.wire.frames import Channel
from cellburst.wire.pool import Attach, Refused, ToPool
from cellburst.wire.waiting import writable

CONGESTED = 64 << 20  # bytes that the controller has not taken; above it nothing more is read from workers

Message = Any


class ControllerLink:
    """Obeys one controller at a time: the last one that attached with the highest epoch seen."""

    def __init__(
        self,
        listener: socket.socket,
        loop: PoolLoop,
        *,
        attached: Callable[[Attach], None],
        heard: Callable[[Message], None],
        gone: Callable[[], None],
        relieved: Callable[[], None],
    ) -> None:
        """``relieved`` is called when the controller has caught up after the link was congested."""
        self.epoch = 0
        self._listener = listener
        self._loop = loop
        self._attached_now = attached
        self._heard = heard
        self._gone = gone
        self._relieved = relieved
        self._channel: Channel[Any] | None = None
        self._was_congested = False
        listener.setblocking(False)
        loop.watch(listener, self._accept)

    @property
    def attached(self) -> bool:
        """Whether there is a controller."""
        return self._channel is not None

    @property
    def congested(self) -> bool:
        """Whether the controller is far behind."""
        return self._channel is not None and self._channel.unsent > CONGESTED

    def send(self, *messages: Message) -> None:
        """Send without waiting, if there is a controller."""
        channel = self._channel
        if channel is None:
            return
        try:
            waiting = not channel.queue(*messages)
        except OSError:
            self._lost(channel)
            return
        if waiting:
            self._was_congested |= self.congested
            self._loop.when_writable(channel, lambda: self._writable(channel))

    def flush(self, seconds: float) -> None:
        """Wait for up to ``seconds`` until the controller has everything."""
        deadline = time.monotonic() + seconds
        try:
            while self._channel is not None and not self._channel.flush():
                if not writable(self._channel, deadline - time.monotonic()):
                    return  # it is stuck: what it misses is in the spool
        except OSError:
            return  # it is gone

    def close(self) -> None:
        """Hear nobody any more."""
        self._loop.unwatch(self._listener)
        self._listener.close()
        if self._channel is not None:
            self._drop(self._channel)

    def _accept(self) -> None:
        try:
            sock, _ = self._listener.accept()
        except OSError:
            return
        if not processes.is_ours(sock):
            log("a connection of another user was refused")
            sock.close()
            return
        sock.setblocking(False)
        channel: Channel[Any] = Channel(sock, ToPool)
        self._loop.watch(channel, lambda: self._readable(channel))

    def _readable(self, channel: Channel[Any]) -> None:
        try:
            alive = channel.feed()
            for message in channel.messages():
                if isinstance(message, Attach):
                    alive = self._take(channel, message) and alive
                elif channel is self._channel:
                    self._heard(message)
                else:
                    alive = False  # one that was replaced, or that never said who it is
                if not alive:
                    break
        except (msgspec.MsgspecError, PayloadError, OSError) as error:
            log(f"the connection of a controller is closed: {error}")
            alive = False
        if not alive:
            self._lost(channel)

    def _take(self, channel: Channel[Any], attach: Attach) -> bool:
        if attach.epoch < self.epoch:
            log(f"a controller of epoch {attach.epoch} is refused: {self.epoch} was here")
            channel.queue(Refused(self.epoch))
            return False
        old, self._channel, self.epoch = self._channel, channel, attach.epoch
        if old is not None and old is not channel:
            old.queue(Refused(self.epoch))
            self._drop(old)
        self._attached_now(attach)
        return True

    def _writable(self, channel: Channel[Any]) -> None:
        try:
            if channel.flush():
                self._loop.when_writable(channel, None)
        except OSError:
            self._lost(channel)
            return
        if self._was_congested and not self.congested:
            self._was_congested = False
            self._relieved()

    def _lost(self, channel: Channel[Any]) -> None:
        if channel.fileno() < 0:
            return  # it was replaced or closed meanwhile
        self._drop(channel)

    def _drop(self, channel: Channel[Any]) -> None:
        self._loop.unwatch(channel)
        channel.close()
        if channel is self._channel:
            self._channel = None
            if self._was_congested:
                self._was_congested = False
                self._relieved()
            self._gone()
