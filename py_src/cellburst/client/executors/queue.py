"""The calls of one executor: those that wait to be sent, and those whose end is waited for."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterable, Sequence

from cellburst.client.executors.futures import Call, CallFuture

_interpreter_ends = False


def refuse_for_good() -> None:
    """The interpreter ends: say so to who still wants to submit."""
    global _interpreter_ends
    _interpreter_ends = True


class Calls:
    """What the caller's threads and those of the executor share. Nothing here waits for a controller."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.RLock())  # a finalizer may come in the middle of anything
        self._waiting: deque[Call] = deque()
        self._packing: list[CallFuture] = []
        self._sent: dict[int, CallFuture] = {}
        self._indices: dict[CallFuture, int] = {}
        self._unwanted: list[int] = []
        self._pid = os.getpid()
        self.closing = False
        self.ended = False
        """No more calls will be sent, and the run knows it."""
        self.broken: BaseException | None = None

    # the caller's threads

    def add(self, call: Call) -> None:
        """Queue a call. Raises as ``check``."""
        with self._changed:
            self.check()
            self._waiting.append(call)
            if len(self._waiting) == 1:
                self._changed.notify_all()

    def check(self) -> None:
        """Raises RuntimeError if no call is taken any more, ExecutorBroken."""
        if self._pid != os.getpid():
            raise RuntimeError("this executor belongs to the process that forked this one; make one here")
        if self.broken is not None:
            raise _broken(self.broken)
        if self.closing:
            raise RuntimeError(
                f"cannot schedule new futures after {'interpreter ' if _interpreter_ends else ''}shutdown"
            )

    def close(self) -> None:
        """Take no more calls; those that were taken are executed."""
        with self._changed:
            self.closing = True
            self._changed.notify_all()

    def futures(self) -> list[CallFuture]:
        """Those that have not ended, in the order of their submission."""
        with self._changed:
            return self._outstanding()

    def _outstanding(self) -> list[CallFuture]:
        return [*self._sent.values(), *self._packing, *(call.future for call in self._waiting)]

    def take_back(self, future: CallFuture) -> None:
        """Let no worker begin with it; one that has begun is interrupted."""
        if self._pid != os.getpid():
            return
        with self._changed:
            index = self._indices.get(future)
            if index is not None:  # else it is not packed yet, and will not be
                self._unwanted.append(index)
                self._changed.notify_all()

    # the thread that sends

    def next(self, most: int, patience: float) -> tuple[list[Call], list[int]] | None:
        """Calls to be sent and tasks to be cancelled, nothing of both after ``patience`` seconds; None at the end."""
        with self._changed:
            self._packing.clear()
            while not (self._waiting or self._unwanted or self.closing or self.broken):
                if not self._changed.wait(patience):
                    return [], []
            if self.broken or not (self._waiting or self._unwanted):
                return None
            calls = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
            self._packing = [call.future for call in calls]
            unwanted, self._unwanted = self._unwanted, []
            return calls, unwanted

    def put_back(self, calls: Sequence[Call]) -> None:
        """These come first the next time."""
        with self._changed:
            del self._packing[len(self._packing) - len(calls) :]
            self._waiting.extendleft(reversed(calls))

    def expect(self, first: int, futures: Iterable[CallFuture]) -> None:
        """These become tasks, numbered from ``first`` on."""
        with self._changed:
            self._packing.clear()
            if self.broken:  # they have been told
                return
            for index, future in enumerate(futures, first):
                self._sent[index] = future
                self._indices[future] = index
                if future.cancelled():
                    self._unwanted.append(index)
            self._changed.notify_all()

    def next_unwanted(self) -> list[int]:
        """Tasks to be cancelled after all have been sent; nothing when all have ended."""
        with self._changed:
            while self._sent and not self.broken:
                unwanted, self._unwanted = [index for index in self._unwanted if index in self._sent], []
                if unwanted:
                    return unwanted
                self._changed.wait()
            return []

    def end(self) -> None:
        """All that there will ever be was sent."""
        with self._changed:
            self.ended = True
            self._changed.notify_all()

    # the thread that receives

    def begun(self, indices: Iterable[int]) -> None:
        """A worker has these tasks."""
        with self._changed:
            futures = [self._sent.get(index) for index in indices]
        for future in futures:
            if future is not None:
                future.begin()

    def pop(self, index: int) -> CallFuture | None:
        """The future of a task that has ended; None if that was known."""
        with self._changed:
            future = self._sent.pop(index, None)
            if future is not None:
                self._indices.pop(future, None)
                if not self._sent:
                    self._changed.notify_all()
            return future

    def outstanding(self) -> list[int]:
        """The tasks whose end is not known."""
        with self._changed:
            return list(self._sent)

    def wait_for_more(self) -> bool:
        """Wait until a task's end is to be waited for; False if there will be none."""
        with self._changed:
            while not (self._sent or self.ended or self.broken):
                self._changed.wait()
            return bool(self._sent)

    # the end

    def fail(self, error: BaseException) -> None:
        """Nothing that was not known until now will ever be known."""
        with self._changed:
            if self.broken is not None:
                return
            self.broken = error
            lost = self._outstanding()
            self._packing.clear()
            self._sent.clear()
            self._indices.clear()
            self._waiting.clear()
            self._changed.notify_all()
        for future in lost:
            if future.begin():
                future.set_exception(_broken(error))

    def after_fork(self) -> None:
        """In a child: the threads are gone, and the lock may be held by one of them."""
        self._changed = threading.Condition(threading.RLock())


def _broken(error: BaseException) -> BaseException:
    from cellburst.client.executors.losses import ExecutorBroken

    made = ExecutorBroken(f"the executor is broken: {error}")
    made.__cause__ = error
    return made
