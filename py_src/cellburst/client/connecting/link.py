"""One socket to the controller: the first words, requests with their answers, and news in between."""

from __future__ import annotations

import itertools
import os
import socket
import time
from collections import deque
from typing import Any

import msgspec

from cellburst import errors, faults
from cellburst._version import __version__
from cellburst.client.connecting.record import ControllerRecord
from cellburst.errors import CellburstError, ControllerError, PayloadError, VersionSkewError
from cellburst.model.payload import REACHING
from cellburst.processes import is_ours
from cellburst.wire.client import PROTOCOL, Done, FromController, Hello, Refusal, Welcome
from cellburst.wire.frames import Channel
from cellburst.wire.waiting import readable

GREETING = 5.0  # seconds; a controller that lives answers in milliseconds
ANSWER = 60.0  # seconds; a commit may wait for a slow disk
_LOOK = 0.5  # seconds of one wait: a signal before it does not end it


class LinkLostError(ConnectionError):
    """The controller is gone, or was never there."""


class Link:
    """A greeted connection. After any exception that is not a CellburstError it must be closed, not reused."""

    def __init__(self, channel: Channel[Any], welcome: Welcome) -> None:
        self.welcome = welcome
        self._channel = channel
        self._news: deque[Any] = deque()
        self._numbers = itertools.count(1)

    @classmethod
    def open(cls, record: ControllerRecord) -> Link:
        """Connect and greet.

        Raises LinkLostError when nobody is there, VersionSkewError, and ControllerError when the socket is
        somebody else's or its owner does not answer.
        """
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.settimeout(GREETING)
        try:
            _connect(sock, record)
            channel: Channel[Any] = Channel(sock, FromController)
            link = cls(channel, _greet(channel, record))
            sock.settimeout(ANSWER)
        except BaseException:
            sock.close()
            raise
        return link

    def request(self, message: Any) -> Done:
        """Send, and wait for the answer; news that come before it are of an earlier follow, and dropped.

        Raises what the controller refuses with, LinkLostError, ControllerError when it does not answer.
        """
        number = next(self._numbers)
        faults.point("client.request.sending")
        self.tell(msgspec.structs.replace(message, request=number))
        faults.point("client.request.sent")
        deadline = time.monotonic() + ANSWER
        while True:
            left = deadline - time.monotonic()
            answer = self.news(max(0.0, min(_LOOK, left)))
            if answer is None:
                if left > 0:
                    continue  # an interrupt that came just before the wait is noticed here
                raise ControllerError(
                    f"the controller (pid {self.welcome.pid}) has not answered for {ANSWER:.0f} s; "
                    "`cellburst doctor` says why"
                )
            if isinstance(answer, Refusal) and answer.request == number:
                raise refusal_error(answer)
            if isinstance(answer, Done) and answer.request == number:
                return answer

    def tell(self, message: Any) -> None:
        """Send without waiting for an answer. Raises LinkLostError."""
        try:
            self._channel.send(message)
        except TimeoutError as error:
            raise _silent(self.welcome.pid, ANSWER) from error
        except OSError as error:
            raise LinkLostError(str(error)) from error

    def tell_later(self, message: Any) -> None:
        """Send before the next message, which wakes the controller up anyway."""
        self._channel.put(message)

    def news(self, timeout: float) -> Any | None:
        """The next message; None if nothing came within ``timeout`` seconds. Raises LinkLostError."""
        if not self._news:
            self._collect(timeout)
        return self._news.popleft() if self._news else None

    @property
    def alive(self) -> bool:
        """Whether the other side is there, as far as can be known without asking; drops news of old."""
        try:
            while readable(self._channel, 0.0):
                self._collect(0.0)
            self._news.clear()
        except (LinkLostError, ControllerError):
            return False
        return True

    def close(self) -> None:
        self._channel.close()

    def _collect(self, timeout: float) -> None:
        try:
            if readable(self._channel, timeout):
                alive = self._channel.feed()
                self._news.extend(self._channel.messages())
                if not alive and not self._news:
                    raise LinkLostError("the controller closed the connection")
        except LinkLostError:
            raise
        except (msgspec.MsgspecError, PayloadError) as error:
            raise ControllerError(f"the controller sent what cannot be read: {error}") from error
        except OSError as error:
            raise LinkLostError(str(error)) from error


def refusal_error(refusal: Refusal) -> CellburstError:
    """The exception that a refusal names."""
    kind = getattr(errors, refusal.error, None)
    if isinstance(kind, type) and issubclass(kind, CellburstError) and kind is not errors.RemoteError:
        return kind(refusal.message)
    return CellburstError(refusal.message)


def reaching() -> dict[str, str]:
    """How this process reaches a cloud, as far as its environment says."""
    return {name: value for name, value in os.environ.items() if name.startswith(REACHING)}


def _connect(sock: socket.socket, record: ControllerRecord) -> None:
    try:
        sock.connect(record.socket)
    except TimeoutError as error:
        raise _silent(record.pid, GREETING) from error
    except BlockingIOError as error:  # its queue of connections is full: it accepts none
        raise _silent(record.pid, GREETING) from error
    except OSError as error:
        raise LinkLostError(str(error)) from error
    if not is_ours(sock):
        raise ControllerError(
            f"the socket {record.socket} is another user's; set CELLBURST_RUNTIME_DIR to a folder of your own"
        )


def _greet(channel: Channel[Any], record: ControllerRecord) -> Welcome:
    try:
        channel.send(Hello(PROTOCOL, __version__, os.getpid(), reaching()))
        first = channel.receive()
    except TimeoutError as error:
        raise _silent(record.pid, GREETING) from error
    except (msgspec.MsgspecError, PayloadError) as error:
        raise VersionSkewError(_skew(record.version, record.pid)) from error
    except OSError as error:
        raise LinkLostError(str(error)) from error
    if first is None:
        raise LinkLostError("the controller closed the connection")
    if isinstance(first, Refusal):
        raise refusal_error(first)
    if not isinstance(first, Welcome) or first.protocol != PROTOCOL:
        raise VersionSkewError(_skew(getattr(first, "version", record.version), record.pid))
    if first.pid != record.pid:
        raise LinkLostError("another process listens there")  # the record is of a controller that is gone
    return first


def _skew(version: str, pid: int) -> str:
    return (
        f"the running controller (cellburst {version or '?'}, pid {pid}) speaks another protocol than this kernel "
        f"(cellburst {__version__}); restart the kernel, or end the controller with `cellburst doctor --restart`"
    )


def _silent(pid: int, limit: float) -> ControllerError:
    return ControllerError(
        f"the controller (pid {pid}) has not answered for {limit:.0f} s: it is stopped or stuck; "
        f"`cellburst doctor` says more, and `kill -9 {pid}` lets the next one take its runs over"
    )
