"""One shared page by which a pool sees what a worker is doing, and takes tasks back from a busy one.

The page holds 64-bit words in native order. A worker counts the tasks that it is sent from 1, in the order in
which they arrive, those it must not start included: that count is a task's *serial*.

====  ==========  ==========================================================================
word  written by  meaning
====  ==========  ==========================================================================
0     worker      serial of the task that it executes, 0 while there is none
1     worker      index of that task
2, 3  worker      when it started: monotonic seconds, wall seconds since 1970 (doubles)
4     worker      serial of the last task that it started; stays when the task has ended
5, 6  pool        tasks with ``word 5 < serial <= word 6`` are taken back and must not be started
7     worker      how far the task on the board is: a ``Stage``
8     pool        serial of a task that is to end when it reports next
9     pool        1 once the worker's machine, or its pool, is about to end
10    worker      serial of the last task that wants to be told of that
====  ==========  ==========================================================================

A worker ends a task on the board only when its pipes are empty (``pipes_empty``), so that what the pool reads from
them belongs to the task that the board names.
"""

from __future__ import annotations

import fcntl
import mmap
import termios
from collections.abc import Iterable
from enum import IntEnum

from msgspec import Struct

_ioctl, _FIONREAD = fcntl.ioctl, termios.FIONREAD
_NOTHING = bytes(4)  # a C int of 0

SIZE = 4096
_SERIAL, _INDEX, _MONOTONIC, _WALL, _STARTED, _AFTER, _UPTO, _STAGE, _PRUNED, _NOTICE, _LISTENS = range(11)


class Stage(IntEnum):
    """What a worker does for a task."""

    PREPARING = 0
    EXECUTING = 1
    RETURNING = 2


class Executing(Struct, frozen=True):
    """The task on the board. ``monotonic`` and ``wall`` are seconds."""

    serial: int
    index: int
    monotonic: float
    wall: float


class Board:
    """One worker's page; every word is read and written whole."""

    def __init__(self, page: mmap.mmap | None = None) -> None:
        self.page = page if page is not None else mmap.mmap(-1, SIZE)
        self._whole = memoryview(self.page).cast("q")
        self._real = memoryview(self.page).cast("d")

    # the worker's side

    def begin(self, serial: int, index: int, monotonic: float, wall: float) -> bool:
        """Claim a task; False when the pool has taken it back."""
        whole = self._whole
        before = whole[_STARTED]
        whole[_STARTED] = serial  # claim first, look afterwards: the pool does it the other way round
        if whole[_AFTER] < serial <= whole[_UPTO]:
            whole[_STARTED] = before
            return False
        whole[_INDEX] = index
        whole[_STAGE] = 0  # Stage.PREPARING
        self._real[_MONOTONIC] = monotonic
        self._real[_WALL] = wall
        whole[_SERIAL] = serial
        return True

    def reach(self, stage: int) -> None:
        """The task has come so far: a ``Stage``."""
        self._whole[_STAGE] = stage

    def pruned(self) -> bool:
        """Whether the pool wants the task to end early; a task that runs on may ask as often as it likes."""
        whole = self._whole
        return whole[_PRUNED] == whole[_SERIAL] != 0

    def noticed(self) -> bool:
        """Whether the machine, or the pool, is about to end."""
        return self._whole[_NOTICE] != 0

    def listen(self) -> None:
        """The task on the board wants to be told of a notice."""
        self._whole[_LISTENS] = self._whole[_SERIAL]

    def heard(self) -> None:
        """It was told."""
        self._whole[_LISTENS] = 0

    def end(self) -> None:
        """The task is over."""
        self._whole[_SERIAL] = 0

    # the pool's side

    def executing(self) -> Executing | None:
        """What the worker executes."""
        whole, real = self._whole, self._real
        while serial := whole[_SERIAL]:
            found = Executing(serial, whole[_INDEX], real[_MONOTONIC], real[_WALL])
            if whole[_SERIAL] == serial:
                return found
        return None

    @property
    def stage(self) -> Stage:
        """How far the task on the board is; a task that writes over memory that is not its own was executing."""
        found = self._whole[_STAGE]
        return Stage(found) if found in (Stage.PREPARING, Stage.RETURNING) else Stage.EXECUTING

    def prune(self, serial: int) -> None:
        """Let this task, should it still be on the board, end when it reports next."""
        self._whole[_PRUNED] = serial

    @property
    def started(self) -> int:
        """Serial of the last task that was started, 0 before the first."""
        return self._whole[_STARTED]

    def last_claim(self) -> tuple[int, bool]:
        """Serial of the last task that was claimed, and whether it is certain that it was started.

        Not certain: one that was taken back, and that the worker may be dropping at this moment. The word is
        read once, because a worker that drops many tasks changes it all the time.
        """
        whole = self._whole
        serial = whole[_STARTED]
        return serial, whole[_SERIAL] == serial or not whole[_AFTER] < serial <= whole[_UPTO]

    def notice(self) -> bool:
        """Say that the end is near; whether the task that is being executed wants to be called because of it."""
        whole = self._whole
        whole[_NOTICE] = 1
        return whole[_LISTENS] == whole[_SERIAL] != 0

    def take_back(self, upto: int) -> None:
        """Let nothing be started that is not, up to this serial. What was is known after a moment, once
        ``last_claim`` is certain."""
        whole = self._whole
        started = whole[_STARTED]
        if whole[_SERIAL] == started or not whole[_AFTER] < started <= whole[_UPTO]:
            whole[_AFTER] = started
        # else it may just be claiming, in vain, one that was taken back before: that must stay so
        whole[_UPTO] = upto


def pipes_empty(descriptors: Iterable[int]) -> bool:
    """Whether everything that was written to these pipes has been read at the other end."""
    for descriptor in descriptors:
        try:
            waiting = _ioctl(descriptor, _FIONREAD, _NOTHING)
        except OSError:
            continue  # closed, or no longer a pipe: nothing of it can arrive
        if waiting != _NOTHING:
            return False
    return True
