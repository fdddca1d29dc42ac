"""Watching a run until it ends, over the death of its controller if need be."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from cellburst.client.connecting.connection import PATIENCE, Connection
from cellburst.client.connecting.link import Link, LinkLostError
from cellburst.client.following.delivered import Delivered
from cellburst.errors import ControllerError, StoreError, UnknownRunError
from cellburst.model.run import ENDED, RunStatus, TaskState
from cellburst.wire import client as wire
from cellburst.wire.worker import Importing

_NOT_ENDED = frozenset({TaskState.QUEUED.value, TaskState.RUNNING.value})


class RunListener(Protocol):
    """Who is told about a followed run, in the thread that follows."""

    def status(self, status: RunStatus) -> None:
        """Where the run is now; the last call has an ended state."""
        ...

    def outputs(self, index: int, attempt: int, outputs: list[dict[str, Any]]) -> None:
        """New output of a task, in order, never twice; records as in docs/architecture.md."""
        ...

    def progress(self, index: int, fraction: float | None, text: str, metrics: dict[str, Any] | None) -> None:
        """What a running task says of its progress."""
        ...

    def ended_tasks(self, indices: Sequence[int]) -> None:
        """Tasks that have ended; after a change of controllers also some that ended before the follow began."""
        ...

    def tick(self) -> None:
        """Called at least every ``live_interval`` seconds while waiting."""
        ...


class Meanwhile(Protocol):
    """What a client does while it waits for a single cell: a little at a time, when there is no news."""

    def begin(self) -> None:
        """Called before anything else."""
        ...

    def imports(self, modules: Sequence[str]) -> None:
        """The cell has begun to import these."""
        ...

    @property
    def waits(self) -> bool:
        """Whether there is anything to do now."""
        ...

    def go_on(self) -> None:
        """Do a piece of it."""
        ...


class NullListener:
    """Hears everything and does nothing; a base for those who care for some of it."""

    def status(self, status: RunStatus) -> None: ...
    def outputs(self, index: int, attempt: int, outputs: list[dict[str, Any]]) -> None: ...
    def progress(self, index: int, fraction: float | None, text: str, metrics: dict[str, Any] | None) -> None: ...
    def ended_tasks(self, indices: Sequence[int]) -> None: ...
    def tick(self) -> None: ...


def follow(
    run_id: str,
    listener: RunListener,
    connection: Connection,
    *,
    until_ended: bool = True,
    timeout: float | None = None,
    delivered: Delivered | None = None,
    meanwhile: Meanwhile | None = None,
) -> RunStatus:
    """Tell ``listener`` what happens to a run until it has ended; its last status.

    ``until_ended`` False returns with the first status. ``delivered`` goes from one follow of a run to the next, so
    that output is not told twice. ``meanwhile`` is told what the cell imports, and goes on when there is no news. A
    controller that dies is replaced, and the wait goes on. Whatever is raised in the meantime (KeyboardInterrupt, the
    listener's own) comes out as it is, and leaves the run as it is. Raises UnknownRunError, ControllerError,
    TimeoutError after ``timeout`` seconds.
    """
    watch = _Watch(run_id, listener, connection, timeout, Delivered() if delivered is None else delivered, meanwhile)
    try:
        status = watch.until_first_status() if not until_ended else watch.until_ended()
    except BaseException:
        watch.drop()
        raise
    watch.leave()
    return status


class _Watch:
    def __init__(
        self,
        run: str,
        listener: RunListener,
        connection: Connection,
        timeout: float | None,
        delivered: Delivered,
        meanwhile: Meanwhile | None,
    ) -> None:
        self._run = run
        self._listener = listener
        self._connection = connection
        self._interval = connection.settings.live_interval
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._next_tick = time.monotonic() + self._interval
        self._ended: set[int] = set()
        self._delivered = delivered
        self._meanwhile = meanwhile
        self._last: RunStatus | None = None
        self._result_seen = False
        self._link: Link | None = connection.unpark(run)

    def until_ended(self) -> RunStatus:
        if self._link is None:
            self._take_from_store()
        while self._last is None or self._last.state not in ENDED:
            self._step()
        self._catch_up_outputs()
        return self._last

    def until_first_status(self) -> RunStatus:
        while self._last is None:
            self._step()
        return self._last

    def leave(self) -> None:
        """The link is clean: another may use it."""
        if self._link is not None:
            # of a plain cell that has ended there is no more news
            tell = self._link.tell_later if self._result_seen else self._link.tell
            try:
                tell(wire.Unfollow(self._run))
            except (LinkLostError, ControllerError):
                self.drop()
            else:
                self._connection.give_back(self._link)

    def drop(self) -> None:
        """The link may hold half a message."""
        if self._link is not None:
            self._link.close()
            self._link = None

    def _take_from_store(self) -> None:
        """A run that has ended needs no controller."""
        try:
            status = self._connection.reader.status(self._run)
        except (StoreError, UnknownRunError):
            return  # the controller will say what is the matter
        if status.state in ENDED:
            self._last = status
            self._listener.status(status)

    def _step(self) -> None:
        """Wait for one message, at most until the next tick."""
        if self._link is None:
            self._link = self._linked()
        now = time.monotonic()
        busy = self._meanwhile is not None and self._meanwhile.waits
        try:
            until = now if busy else min(self._next_tick, self._deadline or self._next_tick)
            message = self._link.news(max(0.0, until - now))
        except LinkLostError:
            self.drop()
            self._link = self._start_again()
            return
        if message is not None:
            self._take(message)
        elif busy and self._meanwhile is not None:
            self._meanwhile.go_on()
        self._tick()

    def _tick(self) -> None:
        now = time.monotonic()
        if now >= self._next_tick:
            self._next_tick = now + self._interval
            self._listener.tick()
        if self._deadline is not None and now >= self._deadline and (not self._last or self._last.state not in ENDED):
            raise TimeoutError(f"run {self._run} has not ended yet; it goes on")

    def _start(self) -> Link:
        link = self._connection.link()
        try:
            link.request(wire.Follow(0, self._run))
        except BaseException:
            link.close()
            raise
        if self._delivered and self._single():
            self._delivered.expect_replay()
        return link

    def _linked(self) -> Link:
        """Follow at this controller or, when it ends at this moment, at the next."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self._start()
            except LinkLostError as error:
                if time.monotonic() > deadline:
                    raise ControllerError(f"the controller keeps ending; see {self._connection.folders.log}") from error

    def _start_again(self) -> Link:
        """Follow at the next controller, and tell what was missed in between."""
        link = self._linked()
        if not self._single():
            rows = self._connection.reader.tasks(self._run)
            self._tell_missed(row.index for row in rows if row.state not in _NOT_ENDED)
        return link

    def _single(self) -> bool:
        return self._connection.reader.run(self._run).single

    def _take(self, message: Any) -> None:
        match message:
            case wire.Status() if message.status.id == self._run:
                self._last = message.status
                self._listener.status(message.status)
            case wire.OutputArrived() if message.run == self._run:
                self._tell_outputs(message.index, message.attempt, message.outputs)
            case wire.TasksChanged() if message.run == self._run:
                if message.result is not None:
                    self._result_seen = True
                    self._connection.keep_result(self._run, message.result)
                self._ended.update(message.ended)
                self._listener.ended_tasks(message.ended)
            case Importing() if message.run == self._run:
                if self._meanwhile is not None:
                    self._meanwhile.imports(message.modules)
            case wire.TaskProgressed() if message.run == self._run:
                self._listener.progress(message.index, message.fraction, message.text, message.metrics)

    def _tell_outputs(self, index: int, attempt: int, outputs: Sequence[dict[str, Any]]) -> None:
        if index == 0:  # a sweep is never sent its output again, so that nothing is held back there
            outputs = self._delivered.new(attempt, outputs)
        if outputs:
            self._listener.outputs(index, attempt, list(outputs))

    def _tell_missed(self, indices: Iterable[int]) -> None:
        new = [index for index in indices if index not in self._ended]
        if new:
            self._ended.update(new)
            self._listener.ended_tasks(new)

    def _catch_up_outputs(self) -> None:
        """A single run that ended while nobody listened: its output is in the store."""
        if self._result_seen:
            return
        try:
            reader = self._connection.reader
            if not self._single() or (result := reader.result(self._run, 0)) is None:
                return
            outputs = reader.outputs(self._run, 0, result.attempt)
        except (StoreError, UnknownRunError):
            return  # whoever wants the result will be told
        self._delivered.expect_replay()
        self._tell_outputs(0, result.attempt, outputs)
        self._tell_missed([0])
