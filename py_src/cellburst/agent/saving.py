"""The thread that brings checkpoints of running tasks to the bucket: now and then, and when the machine goes."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

from cellburst.agent.checkpoints import Checkpoints
from cellburst.agent.crossing import Crossing
from cellburst.agent.log import log
from cellburst.bucket.held import Work
from cellburst.errors import CloudError

_INTERVAL = 15.0  # seconds
_SHARE = 10  # what took a second to send is sent again after so many at the earliest


class SavingThread:
    """Methods may be called in the loop's thread; only ``restore`` in another one."""

    def __init__(self, checkpoints: Checkpoints, crossing: Crossing, interval: float = _INTERVAL) -> None:
        self._checkpoints = checkpoints
        self._crossing = crossing
        self._interval = interval
        self._lock = threading.Lock()
        self._running: dict[tuple[int, int], Work] = {}
        self._later: dict[tuple[int, int], float] = {}
        self._requests: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def start(self) -> None:
        """Begin to look."""
        threading.Thread(target=self._serve, name="checkpoints", daemon=True).start()

    def watch(self, work: Work) -> None:
        """The task is being executed."""
        self._requests.put(lambda: self._running.__setitem__((work.index, work.generation), work))

    def forget(self, work: Work, *, succeeded: bool) -> None:
        """The task has ended here: unless it succeeded, its last checkpoint is sent."""
        self._requests.put(lambda: self._end(work, succeeded))

    def save_all(self, then: Callable[[], None]) -> None:
        """Send what every running task has by now; ``then`` is called in the loop's thread."""
        self._requests.put(lambda: self._save_all(then))

    def restore(self, work: Work) -> None:
        """Fetch what an earlier attempt has left, if there was one."""
        if work.attempt == 1 and work.generation == 1:
            return
        with self._lock:
            try:
                self._checkpoints.restore(work.index, work.generation)
            except (CloudError, OSError) as error:
                log(f"task {work.index} begins anew, its checkpoint cannot be had: {error}")

    def _serve(self) -> None:
        due = time.monotonic() + self._interval
        while True:
            try:
                self._requests.get(timeout=max(0.0, due - time.monotonic()))()
            except queue.Empty:
                due = time.monotonic() + self._interval
                for key, work in list(self._running.items()):
                    if time.monotonic() >= self._later.get(key, 0.0):
                        self._save(work)

    def _save(self, work: Work, *, final: bool = False) -> None:
        start = time.monotonic()
        with self._lock:
            try:
                self._checkpoints.save(work.index, work.generation, work.attempt, final=final)
            except (CloudError, OSError) as error:
                log(f"the checkpoint of task {work.index} cannot be sent: {error}")
        now = time.monotonic()
        self._later[work.index, work.generation] = now + _SHARE * (now - start)

    def _save_all(self, then: Callable[[], None]) -> None:
        for work in self._running.values():
            self._save(work, final=True)
        self._crossing.call(then)

    def _end(self, work: Work, succeeded: bool) -> None:
        key = (work.index, work.generation)
        self._running.pop(key, None)
        self._later.pop(key, None)
        if not succeeded:
            self._save(work, final=True)
            return
        with self._lock:
            try:
                self._checkpoints.remove(*key)
            except CloudError as error:
                log(f"the checkpoint of task {work.index} stays in the bucket: {error}")
