"""Which clients watch which runs, and what they have not been told yet."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from cellburst.controller.unread import Unread
from cellburst.model.outcome import TaskResult
from cellburst.model.run import ENDED, RunStatus
from cellburst.wire.client import OutputArrived, Passing, Status, TaskReported, TasksBegan, TasksChanged

INTERVAL = 0.05  # seconds between two Status messages about one run
# Bytes; a client that reads slower than this misses live output, and is told how much, but no results. It is more than
# the output of a plain cell, which a worker keeps whole up to half of this: a busy kernel must miss none of it.
_MOST_UNSENT = 64 << 20


class Listener(Protocol):
    """A client's connection."""

    @property
    def unsent(self) -> int: ...
    def push(self, *messages: Any) -> None: ...


class _Watched(Struct):
    clients: list[Listener] = []
    ended: list[int] = []
    result: TaskResult | None = None
    told: float = -math.inf
    waiting: bool = False
    prompt: bool = False


class Followers:
    """Coalesces what happens to runs into a few messages a second. ``later`` and ``monotonic`` come from the loop.

    ``due`` is called with a run whose followers have waited for long enough. It must lead to ``moved`` once everything
    decided is durable: a timer fires in the middle of a turn, and nobody may be told of what is not committed.
    """

    def __init__(
        self,
        later: Callable[[float, Callable[[], None]], None],
        monotonic: Callable[[], float],
        due: Callable[[str], None],
    ) -> None:
        self._later = later
        self._now = monotonic
        self._due = due
        self._runs: dict[str, _Watched] = {}
        self._unread = Unread()

    def follow(self, run: str, client: Listener) -> None:
        """From now on this client is told about the run."""
        watched = self._runs.setdefault(run, _Watched())
        if client not in watched.clients:
            watched.clients.append(client)

    def unfollow(self, run: str, client: Listener) -> None:
        """This client is told no more."""
        watched = self._runs.get(run)
        if watched is not None and client in watched.clients:
            watched.clients.remove(client)
            self._unread.forget(client, run)
            if not watched.clients:
                del self._runs[run]

    def forget(self, client: Listener) -> None:
        """The client is gone."""
        for run in list(self._runs):
            self.unfollow(run, client)

    def __contains__(self, run: str) -> bool:
        return run in self._runs

    def output(self, run: str, index: int, attempt: int, outputs: Sequence[dict[str, Any]]) -> None:
        """Pass on live output at once; a client that does not keep up is told later how much it missed."""
        watched = self._runs.get(run)
        if watched is None or not outputs:
            return
        message = OutputArrived(run, index, attempt, tuple(outputs))
        for client in list(watched.clients):  # one that turns out to be gone leaves
            if client.unsent < _MOST_UNSENT:
                client.push(*self._unread.owed(client, run), message)
            else:
                self._unread.leave_out(client, message)

    def progress(self, message: Passing) -> None:
        """Pass on what a task says of its progress, or what it has begun to import."""
        watched = self._runs.get(message.run)
        for client in list(watched.clients) if watched else ():
            if client.unsent < _MOST_UNSENT:
                client.push(message)

    def tell(self, run: str, message: TasksBegan | TaskReported) -> None:
        """Pass on what nobody who follows may miss."""
        watched = self._runs.get(run)
        if watched is not None:
            self._push(watched, message)

    def ended(self, run: str, results: Sequence[TaskResult], single: bool, prompt: bool = False) -> None:
        """Remember which tasks ended until the next ``moved``, which tells of them at once if somebody waits for each
        (``prompt``)."""
        watched = self._runs.get(run)
        if watched is None:
            return
        alone = not watched.ended and len(results) == 1
        watched.ended += [result.index for result in results]
        watched.prompt = prompt
        watched.result = msgspec.structs.replace(results[-1], outputs=()) if single or (prompt and alone) else None

    def ended_alike(self, run: str, indices: Sequence[int], prompt: bool = False) -> None:
        """The same of tasks whose results nobody waits for."""
        watched = self._runs.get(run)
        if watched is not None:
            watched.ended += indices
            watched.prompt, watched.result = prompt, None

    def moved(self, run: str, status: Callable[[], RunStatus]) -> None:
        """Tell followers where the run is: at once, or at the end of the interval since the last time."""
        watched = self._runs.get(run)
        if watched is None:
            return
        now = self._now()
        current = status()
        if current.state in ENDED or now - watched.told >= INTERVAL:
            self._tell(run, watched, current, now)
            return
        if watched.prompt and watched.ended:
            self._push(watched, self._changed(run, watched))
        if not watched.waiting:
            watched.waiting = True
            self._later(INTERVAL, lambda: self._waited(run))

    def _waited(self, run: str) -> None:
        watched = self._runs.get(run)
        if watched is not None and watched.waiting:
            watched.waiting, watched.told = False, -math.inf
            self._due(run)

    def _changed(self, run: str, watched: _Watched) -> TasksChanged:
        changed = TasksChanged(run, tuple(watched.ended), watched.result)
        watched.ended, watched.result = [], None
        return changed

    def _push(self, watched: _Watched, *messages: Any) -> None:
        for client in list(watched.clients):
            client.push(*messages)

    def _tell(self, run: str, watched: _Watched, status: RunStatus, now: float) -> None:
        messages: list[Any] = []
        ended = None if status.state in ENDED else tuple(watched.ended)
        if watched.ended:
            messages.append(self._changed(run, watched))
        messages.append(Status(status))
        watched.told, watched.waiting = now, False
        for client in list(watched.clients):
            client.push(*self._unread.owed(client, run, ended), *messages)
