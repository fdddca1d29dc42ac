"""This machine: tasks go to the pool process, which outlives the controller when it must."""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec

from cellburst._version import __version__
from cellburst.abc import BackendListener, Holding, Loop
from cellburst.backends.held import HeldByWorker
from cellburst.backends.pool_messages import definition, loss_of, send_last
from cellburst.backends.ready import ReadyPipe
from cellburst.errors import PayloadError
from cellburst.model.blob import Packed
from cellburst.model.run import Run
from cellburst.paths import Folders
from cellburst.pool import launch, spool
from cellburst.pool.gpu import gpus
from cellburst.settings import Settings
from cellburst.wire import pool as wire
from cellburst.wire.frames import Channel
from cellburst.wire.worker import Importing, Progressed, Reported, Streamed

TARGET = "local"
_START_AGAIN = (0.5, 2.0, 10.0, 60.0)  # seconds before another try with a pool that would not start


class LocalBackend:
    """Speaks wire/pool.py with one pool at a time, and starts another when it is gone."""

    def __init__(self, folders: Folders, settings: Settings, loop: Loop, capacity: int) -> None:
        self.capacity = capacity
        self._folders = folders
        self._settings = settings
        self._loop = loop
        self._epoch = 0
        self._channel: Channel[Any] | None = None
        self._starting = False
        self._failures = 0
        self._wanted = 0
        self._runs: dict[str, Run] = {}
        self._defined: set[str] = set()
        self._forgotten: list[str] = []  # runs; the pool is told with the next acknowledgement
        self._unacknowledged = 0
        self._held = HeldByWorker()
        self._listener: BackendListener

    def gpus(self) -> int:
        return len(gpus(self._settings.fake_gpus))

    def listen(self, listener: BackendListener) -> None:
        """Tell this one."""
        self._listener = listener

    def warm_up(self, ready: int = -1) -> None:
        """Start a pool if none is there, without waiting for it.

        ``ready`` is the descriptor on which one that is already being started will say that it listens.
        """
        if ready >= 0:
            self._await_pool(ready)
        elif launch.find(self._folders) is None:
            self._start_pool()

    def adopt(self, epoch: int) -> list[Holding]:
        """Attach to a pool that is still there, and take in what an earlier one could not hand over."""
        self._epoch = epoch
        found = None if self._starting else launch.find(self._folders)
        holdings = [] if found is None else self._attach()
        for path, message in spool.read(self._folders.spool):
            self._listener.outcomes(
                message.worker, message.run, message.results, message.idle, partial(path.unlink, missing_ok=True)
            )
        return holdings

    def start_workers(self, count: int) -> None:
        """Ask for workers, and for a pool first if there is none."""
        self._wanted += count
        if self._channel is not None:
            self._ask_for_workers()
        elif not self._starting:
            self._start_pool()

    def define(self, run: Run) -> None:
        """Remember what the run's tasks share; the pool is told with the first assignment."""
        if run.id in self._runs and self._runs[run.id].count != run.count:
            self._defined.discard(run.id)  # it has grown
        self._runs[run.id] = run

    def assign(
        self,
        worker: str,
        run: str,
        indices: Sequence[int],
        generations: Sequence[int],
        attempt: int,
        given: Sequence[Packed] = (),
    ) -> None:
        """Give tasks to a worker."""
        self._held.add(worker, run, indices, generations, attempt)
        tasks = wire.Assign(worker, run, tuple(indices), tuple(generations), attempt, tuple(given))
        before = () if run in self._defined else (definition(self._runs[run]),)
        self._defined.add(run)
        self._send(*before, tasks)

    def recall(self, worker: str) -> None:
        """Take back what a worker has not started."""
        self._send(wire.Recall(worker))

    def cancel(self, run: str, indices: Sequence[int]) -> None:
        """End tasks of a run, all of them if none is named."""
        self._send(wire.CancelTasks(run, tuple(indices)))

    def prune(self, run: str, indices: Sequence[int]) -> None:
        """Let running tasks end when they report next."""
        self._send(wire.PruneTasks(run, tuple(indices)))

    def give_notice(self) -> None:
        """Tell running tasks that the machine is about to go."""
        self._send(wire.GiveNotice())

    def stop_workers(self, workers: Sequence[str]) -> None:
        """End idle workers."""
        self._send(wire.StopWorkers(tuple(workers)))

    def forget(self, run: str) -> None:
        """The run has ended."""
        self._runs.pop(run, None)
        if run in self._defined:
            self._defined.discard(run)
            if self._unacknowledged:
                self._forgotten.append(run)
            else:
                self._send(wire.ForgetRuns((run,)))

    def close(self) -> None:
        """End the pool if it has nothing to do; a busy one finishes and spools its outcomes."""
        if self._channel is not None:
            channel, self._channel = self._channel, None
            if not self._runs:
                send_last(channel, wire.ClosePool())
            self._loop.unwatch(channel)
            channel.close()

    # the pool

    def _start_pool(self) -> None:
        self._starting = True
        try:
            self._await_pool(launch.begin(self._folders, self._settings))
        except OSError as error:
            self._start_failed(f"the pool of local workers cannot be started: {error}")

    def _await_pool(self, descriptor: int) -> None:
        self._starting = True
        ready = ReadyPipe(descriptor)
        self._loop.watch(ready, lambda: self._pool_said(ready))

    def _pool_said(self, ready: ReadyPipe) -> None:
        word = ready.read()
        self._loop.unwatch(ready)
        ready.close()
        if not word:
            self._start_failed(f"the pool of local workers ended as it started; see {self._folders.log}")
            return
        self._attach()
        if self._channel is None:  # another pool has the lock and does not listen yet
            self._start_failed("the pool of local workers does not answer yet")
            return
        self._starting, self._failures = False, 0
        self._ask_for_workers()

    def _start_failed(self, message: str) -> None:
        delay = _START_AGAIN[min(self._failures, len(_START_AGAIN) - 1)]
        self._failures += 1
        self._wanted = 0  # whoever hears of the trouble asks again
        self._listener.trouble(TARGET, f"{message} (tried again in {delay:g} s)")
        self._loop.later(delay, self._start_again)

    def _start_again(self) -> None:
        self._starting = False
        if self._channel is None and (self._wanted or self._runs):
            self._start_pool()

    def _attach(self) -> list[Holding]:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            sock.connect(str(self._folders.pool_socket))
            channel: Channel[Any] = Channel(sock, wire.FromPool)
            channel.send(wire.Attach(self._epoch, __version__))
            answer = channel.receive()
        except (OSError, msgspec.MsgspecError, PayloadError) as error:
            print(f"cellburst: a pool is there but does not answer: {error}", file=sys.stderr)
            sock.close()
            return []
        if not isinstance(answer, wire.Attached):
            sock.close()
            return []
        sock.setblocking(False)
        self._channel = channel
        self._loop.watch(channel, self._readable)
        self._defined = set(answer.defined)
        holdings = [self._take_over(held) for held in answer.workers]
        self._hear(channel)
        return holdings

    def _take_over(self, held: wire.HeldTasks) -> Holding:
        self._held.add(held.worker, held.run, held.indices, held.generations, held.attempt)
        return Holding(held.worker, held.run, held.indices, held.generations, held.attempt, held.running)

    def _ask_for_workers(self) -> None:
        if self._wanted:
            self._send(wire.StartWorkers(self._wanted))
            self._wanted = 0

    def _send(self, *messages: Any) -> None:
        channel = self._channel
        if channel is None:
            return
        try:
            waiting = not channel.queue(*messages)
        except OSError:
            self._pool_gone()
            return
        if waiting:
            self._loop.when_writable(channel, self._writable)

    def _writable(self) -> None:
        channel = self._channel
        try:
            if channel is not None and channel.flush():
                self._loop.when_writable(channel, None)
        except OSError:
            self._pool_gone()

    def _readable(self) -> None:
        channel = self._channel
        if channel is None:
            return
        alive = channel.feed()
        self._hear(channel)
        if not alive and self._channel is channel:
            self._pool_gone()

    def _hear(self, channel: Channel[Any]) -> None:
        for message in channel.messages():
            self._take(message)

    def _take(self, message: Any) -> None:
        match message:
            case wire.Outcomes():
                self._held.remove(message.worker, message.run, [result.index for result in message.results])
                self._unacknowledged += 1
                done = partial(self._acknowledge, message.serial)
                self._listener.outcomes(message.worker, message.run, message.results, message.idle, done)
            case Streamed():
                self._listener.output(message.run, message.index, message.generation, message.attempt, message.outputs)
            case Progressed():
                self._listener.progress(message.run, message.index, message.fraction, message.text, message.metrics)
            case Importing():
                self._listener.importing(message.run, message.modules)
            case Reported():
                self._listener.reported(
                    message.run, message.index, message.generation, message.attempt, message.reports
                )
            case wire.Sampled():
                self._listener.used(message.run, message.index, message.generation, message.attempt, message.sample)
            case wire.WorkerStarted():
                self._held.add(message.worker, "", (), (), 0)
                self._listener.worker_started(TARGET, message.worker)
            case wire.Returned():
                self._held.remove(message.worker, message.run, message.indices)
                self._listener.returned(message.worker, message.run, message.indices)
            case wire.WorkerEnded():
                self._held.drop(message.worker)
                self._listener.worker_ended(message.worker, loss_of(message))
            case wire.Refused():
                self._pool_gone()

    def _acknowledge(self, serial: int) -> None:
        """In one message: the kernel waits meanwhile, and the pool is in its way."""
        self._unacknowledged = max(0, self._unacknowledged - 1)
        forgotten, self._forgotten = tuple(self._forgotten), []
        self._send(wire.Acknowledge(serial), *([wire.ForgetRuns(forgotten)] if forgotten else []))

    def _pool_gone(self) -> None:
        channel, self._channel = self._channel, None
        if channel is None:
            return
        self._loop.unwatch(channel)
        channel.close()
        self._defined.clear()
        self._forgotten, self._unacknowledged = [], 0
        for worker, loss in self._held.clear("the pool process of local workers was ended from outside"):
            self._listener.worker_ended(worker, loss)
