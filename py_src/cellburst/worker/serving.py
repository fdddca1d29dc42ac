"""The worker's loop: take messages in, execute tasks, send outcomes in groups."""

from __future__ import annotations

import gc
import os
import select
import time
from collections import deque
from collections.abc import Generator, Iterator
from itertools import repeat

from cellburst import faults
from cellburst.errors import PayloadError
from cellburst.model.blob import Packed
from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.wire.board import pipes_empty
from cellburst.wire.frames import Channel
from cellburst.wire.worker import ForgetRun, LoadRun, RunTasks, ToWorker
from cellburst.worker.execute import Desk, clear_up, run_task
from cellburst.worker.failure import describe_text
from cellburst.worker.group import LONG_TASK, Group
from cellburst.worker.interrupt import UserCode, forget_interrupts
from cellburst.worker.loaded import LoadedRun
from cellburst.worker.memory import own_memory
from cellburst.worker.task import task

IDLE_BEFORE_CHORES = 0.2
_IDLE_BEFORE_COLLECTING = 0.5  # seconds; with large libraries loaded, a cell that comes waits for 0.1 s
_MUCH = 128 << 20  # bytes of rubbish for which the next task must wait
_PIPES = (1, 2)
_READ_WITHIN = 0.25  # seconds, for a pool on a busy machine; a child that is kept may write for ever

_NOTHING = Packed()

_Held = tuple[int, LoadedRun | None, str, int, int, int, Packed]
# serial, run, its id, index, generation, attempt, what it is given


class Serving:
    """What a worker holds: runs, tasks that wait, outcomes that were not sent."""

    def __init__(self, channel: Channel[ToWorker], desk: Desk, chores: Iterator[None]) -> None:
        """``chores`` is advanced, a step at a time, while there is nothing else to do."""
        self._channel = channel
        self._desk = desk
        self._runs: dict[str, LoadedRun] = {}
        self._waiting: deque[_Held] = deque()
        self._received = 0
        self._group = Group(desk.outbox)
        self._entered: LoadedRun | None = None
        self._refusal = ""
        self._untidy, self._tidy_memory = False, own_memory()
        self._chores: Iterator[None] | None = chores
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)

    def loop(self) -> Iterator[UserCode]:
        """Serve until the pool closes the socket; yields what the caller is to call with ``interruptible``."""
        while True:
            if self._waiting:
                yield from self._run_next()
                continue
            self._tidy()
            self._do_chores()
            if not self._take_in(wait=True):
                return

    def _tidy(self) -> None:
        """Free what long tasks left in cycles, if nothing is to be done for a moment or if it is much.

        What is there between two runs are libraries: they are looked at once, and again only if memory has grown.
        """
        if not self._untidy:
            return
        much = own_memory() - self._tidy_memory > _MUCH
        if not much and self._poll.poll(_IDLE_BEFORE_COLLECTING * 1000):
            return
        if much:
            gc.unfreeze()
        gc.collect()
        if not self._runs:
            gc.freeze()
        self._untidy, self._tidy_memory = False, own_memory()

    def _do_chores(self) -> None:
        """Go on with the chores until a message arrives."""
        pause = IDLE_BEFORE_CHORES
        while self._chores is not None and not self._poll.poll(pause * 1000):
            pause = 0.0
            if next(self._chores, self) is self:
                self._chores = None

    def _take_in(self, *, wait: bool) -> bool:
        """Read what has arrived; False at the end of the stream."""
        if not wait and not self._poll.poll(0):
            return True
        if not self._channel.feed():
            return False
        for message in self._channel.messages():
            self._take(message)
        return True

    def _take(self, message: ToWorker) -> None:
        match message:
            case LoadRun():
                known = self._runs.get(message.run)
                if known is None:
                    self._runs[message.run] = LoadedRun(message, self._desk.blobs, self._desk.settings)
                else:
                    known.count = message.count  # it has grown
                    if known.gpus != message.gpus:
                        known.gpus, self._entered = message.gpus, None
            case RunTasks():
                run = self._runs.get(message.run)  # now: it may be forgotten before its last task starts
                given = message.given or repeat(_NOTHING, len(message.indices))
                tasks = zip(message.indices, message.generations, given, strict=True)
                self._waiting.extend(
                    (serial, run, message.run, index, generation, message.attempt, packed)
                    for serial, (index, generation, packed) in enumerate(tasks, self._received + 1)
                )
                self._received += len(message.indices)
            case ForgetRun():
                self._runs.pop(message.run, None)

    def _run_next(self) -> Iterator[UserCode]:
        serial, run, run_id, index, generation, attempt, given = self._waiting.popleft()
        forget_interrupts()
        if not self._desk.board.begin(serial, index, time.monotonic(), time.time()):
            if not self._waiting:  # the pool took it back, and all behind it
                self._group.send(idle=True)
            return
        if run is None:
            why = f"the pool did not send run {run_id} before its tasks"
            result = _rejected(index, generation, attempt, why)
        else:
            result = yield from self._execute(run, index, generation, attempt, given)
        faults.point("worker.task.executed")
        _wait_until_read()
        self._desk.board.end()
        self._group.add(run_id, result)
        if self._desk.surroundings.spoilt:
            self._group.send(idle=False)
            os._exit(0)  # the pool gives what waits here to another
        if not self._waiting:
            self._take_in(wait=False)
        if not self._waiting:
            self._group.send(idle=True)
            self._rest(result)
        else:
            self._group.more_to_come(time.monotonic())

    def _execute(
        self, run: LoadedRun, index: int, generation: int, attempt: int, given: Packed
    ) -> Generator[UserCode, None, TaskResult]:
        if run is not self._entered:
            self._entered = run
            self._refusal = self._enter(run)
        if self._refusal:
            return _rejected(index, generation, attempt, self._refusal)
        return (yield from run_task(run, index, generation, attempt, given, self._desk))

    def _enter(self, run: LoadedRun) -> str:
        """Make the process ready for tasks of ``run``; why it cannot be, if so."""
        try:
            self._desk.variables.watch(watching=not run.single)
            self._desk.surroundings.enter(run.payload, run.gpus)
            if not run.single:  # a single cell's refer to its variables
                self._desk.states.enter(run.states(), seeded=False)
        except PayloadError as error:
            return str(error)
        self._desk.modules.before_run(run.payload.kind)
        return ""

    def _rest(self, last: TaskResult) -> None:
        """After a group, while nobody waits: what is not looked for after every short task."""
        task.end()
        if self._entered is not None:
            clear_up(self._entered, LONG_TASK, self._desk)
        self._untidy = self._untidy or last.seconds > LONG_TASK


def _wait_until_read() -> None:
    """Let the pool read what is in the pipes while the board still says whose output it is."""
    if not pipes_empty(_PIPES):
        deadline = time.monotonic() + _READ_WITHIN
        while not pipes_empty(_PIPES) and time.monotonic() < deadline:
            time.sleep(0.0002)


def _rejected(index: int, generation: int, attempt: int, why: str) -> TaskResult:
    info = describe_text("PayloadError", why)
    return TaskResult(index, generation, attempt, OutcomeKind.REJECTED, time.time(), 0.0, error=info, note=why)
