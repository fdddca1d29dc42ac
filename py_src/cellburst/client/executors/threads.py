"""The two threads of an executor: one adds tasks to its run, one takes what became of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

from cellburst.client.collecting.far_blobs import bring_here
from cellburst.client.connecting.connection import PATIENCE, Connection
from cellburst.client.connecting.link import Link, LinkLostError
from cellburst.client.executors.futures import Call, CallFuture
from cellburst.client.executors.output import show
from cellburst.client.executors.packing import CallPacker
from cellburst.client.executors.queue import Calls
from cellburst.client.executors.results import settle
from cellburst.client.executors.run import CallRun
from cellburst.errors import CellburstError, ControllerError, DamagedBlobError
from cellburst.model.blob import Packed
from cellburst.model.outcome import TaskResult
from cellburst.model.run import ENDED, Run
from cellburst.wire import client as wire

_MOST = 2000  # calls in one part
_LARGE = 16 << 20  # bytes: a part is not made larger
_HOLD_AGAIN = 5.0  # seconds between two looks at whether a new controller must be told that we are still there
_LOOK = 1.0  # seconds between two looks at whether the other thread has given up


class _Part:
    """Packed calls that are to become tasks together."""

    def __init__(self) -> None:
        self.futures: list[CallFuture] = []
        self.given: list[Packed] = []
        self.names: list[str] = []
        self.size = 0

    def add(self, call: Call, packed: Packed) -> None:
        """One more; what it was made of is let go."""
        self.futures.append(call.future)
        self.given.append(packed)
        self.names.append(call.name)
        self.size += len(packed.body)
        call.forget()


class Sender(threading.Thread):
    """Packs calls and adds them to the run, as many at a time as have come meanwhile.

    Both threads start with the first call: Python starts none when it ends, and then there may still be calls.
    """

    def __init__(self, calls: Calls, run: CallRun, connection: Connection, *, quiet: bool) -> None:
        super().__init__(name="cellburst-calls", daemon=True)
        self._calls = calls
        self._run = run
        self._connection = connection
        self._receiver = Receiver(calls, run, connection, quiet=quiet)

    def start(self) -> None:
        self._receiver.start()
        super().start()

    def run(self) -> None:
        try:
            self._receiver.hear(self._run.begin())
            while self._step():
                pass
            self._calls.end()  # first: the other thread is told of the run's end before this one is answered
            if self._calls.broken is None:
                self._run.close()
            while unwanted := self._calls.next_unwanted():
                self._run.cancel(unwanted)
        except BaseException as error:
            self._calls.fail(error)
        finally:
            self._receiver.hear(None)
            self._run.drop()

    def wait(self) -> None:
        """Until everything has ended and is told."""
        self.join()
        self._receiver.join()

    def finish(self) -> None:
        """Take no more calls, and wait for those that were taken."""
        self._calls.close()
        self.wait()

    @property
    def is_current(self) -> bool:
        """Whether this is asked by one of both threads: a callback of a future does."""
        return threading.current_thread() in (self, self._receiver)

    def after_fork(self) -> None:
        """In a child: the controller must not take it for its parent."""
        self._calls.after_fork()
        self._run.drop()
        self._receiver.drop()

    def _step(self) -> bool:
        """Send what there is; what it was is gone from this thread afterwards."""
        found = self._calls.next(_MOST, _HOLD_AGAIN)
        if found is None:
            return False
        calls, unwanted = found
        if not calls:
            self._run.keep()
        if calls:
            self._send(calls)
        if unwanted:
            self._run.cancel(unwanted)
        return True

    def _send(self, calls: list[Call]) -> None:
        pack = CallPacker(calls, self._connection.blobs, self._connection.settings)
        part = _Part()
        for place, call in enumerate(calls, 1):
            if call.future.cancelled():
                continue
            try:
                packed = pack(call)
            except Exception as error:  # of the call's own making, or of the disk's
                if call.future.begin():
                    call.future.set_exception(error)
                continue
            part.add(call, packed)
            if part.size > _LARGE:
                self._calls.put_back(calls[place:])
                break
        self._extend(part)

    def _extend(self, part: _Part) -> None:
        """Add these to the run."""
        if part.given:
            self._calls.expect(self._run.count, part.futures)
            self._run.extend(part.given, part.names)


class Receiver(threading.Thread):
    """Gives futures what became of their tasks, over the death of controllers if need be."""

    def __init__(self, calls: Calls, run: CallRun, connection: Connection, *, quiet: bool) -> None:
        super().__init__(name="cellburst-results", daemon=True)
        self._calls = calls
        self._run = run
        self._connection = connection
        self._link: Link | None = None
        self._begun = threading.Event()
        self._quiet = quiet
        self._has_ended = False

    def hear(self, link: Link | None) -> None:
        """News come over this link; there will be none without one. It counts what is said first."""
        if not self._begun.is_set():
            self._link = link
            self._begun.set()

    def run(self) -> None:
        self._begun.wait()
        try:
            while not self._is_done():
                self._step()
        except BaseException as error:
            self._calls.fail(error)
        finally:
            self.drop()

    def drop(self) -> None:
        """Let go of the connection."""
        if self._link is not None:
            self._link.close()
            self._link = None

    def _is_done(self) -> bool:
        calls = self._calls
        if calls.broken is not None:
            return True
        return calls.ended and not calls.outstanding() and (self._has_ended or self._link is None)

    def _step(self) -> None:
        if self._link is None:
            if not self._calls.wait_for_more():
                return
            self._link = self._follow_again()
        try:
            message = self._link.news(_LOOK)
        except LinkLostError:
            self.drop()
            return
        if message is not None:
            self._take(message)

    def _take(self, message: Any) -> None:
        match message:
            case wire.TasksBegan() if message.run == self._run.id:
                self._calls.begun(message.indices)
            case wire.TasksChanged() if message.run == self._run.id:
                self._settle(message.ended, message.result)
            case wire.OutputArrived() if message.run == self._run.id and not self._quiet:
                show(message.outputs)
            case wire.Status() if message.status.id == self._run.id:
                self._has_ended = message.status.state in ENDED

    def _settle(self, indices: Sequence[int], only: TaskResult | None = None) -> None:
        """Read what became of tasks, unless it is known, and tell."""
        run, blobs = self._run.record, self._connection.blobs
        try:
            for result in [only] if only is not None else self._connection.reader.results(run.id, indices):
                future = self._calls.pop(result.index)
                if future is not None:
                    settle(future, run, result, blobs, self._bring)
        except DamagedBlobError as error:
            self._settle_around(indices, error)

    def _bring(self, run: Run, result: TaskResult) -> None:
        bring_here(run, result, self._connection)

    def _settle_around(self, indices: Sequence[int], error: DamagedBlobError) -> None:
        """One of several records is damaged: that is told by its own future."""
        if len(indices) > 1:
            middle = len(indices) // 2
            self._settle(indices[:middle])
            self._settle(indices[middle:])
            return
        future = self._calls.pop(indices[0])
        if future is not None and future.begin():
            future.set_exception(error)

    def _follow_again(self) -> Link:
        """Hear of the run from the next controller, and of what ended in between from the store."""
        deadline = time.monotonic() + PATIENCE
        while True:
            link = self._connection.link()
            try:
                link.request(wire.Follow(0, self._run.id))
                break
            except LinkLostError as error:
                link.close()
                if time.monotonic() > deadline:
                    raise ControllerError(f"the controller keeps ending; see {self._connection.folders.log}") from error
            except CellburstError:
                link.close()
                raise
        self._settle(self._calls.outstanding())
        return link
