"""The thread that waits for the queue, so that nobody else has to."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

from cellburst.agent.crossing import Crossing
from cellburst.agent.log import log
from cellburst.bucket.held import Work
from cellburst.bucket.taking import LOOK
from cellburst.errors import CloudError

_PAUSES = (1.0, 2.0, 5.0, 15.0)  # seconds after a look that failed

Take = Callable[[int, float], list[Work]]


class TakingThread:
    """One look at a time. ``taken`` is called in the loop's thread after each, with what was found."""

    def __init__(
        self,
        take: Take,
        prepare: Callable[[Work], None],
        crossing: Crossing,
        taken: Callable[[list[Work]], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """``prepare`` does what a task needs before it is executed, such as fetching its checkpoint."""
        self.busy = False
        self._take = take
        self._prepare = prepare
        self._crossing = crossing
        self._taken = taken
        self._failed = failed
        self._asked: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._failures = 0

    def start(self) -> None:
        """Begin to serve."""
        threading.Thread(target=self._serve, name="queue", daemon=True).start()

    def ask(self, most: int) -> None:
        """Look for up to so many tasks, unless a look is under way."""
        if not self.busy:
            self.busy = True
            self._asked.put(most)

    def _serve(self) -> None:
        while True:
            try:
                found = self._look(self._asked.get())
                for work in found:
                    self._prepare(work)
            except BaseException as error:
                self._crossing.call(self._failed, error)
                return
            self._crossing.call(self._tell, found)

    def _look(self, most: int) -> list[Work]:
        try:
            found = self._take(most, LOOK)
        except CloudError as error:
            pause = _PAUSES[min(self._failures, len(_PAUSES) - 1)]
            self._failures += 1
            log(f"the queue cannot be read, tried again in {pause:g} s: {error}")
            time.sleep(pause)
            return []
        self._failures = 0
        return found

    def _tell(self, found: list[Work]) -> None:
        self.busy = False
        self._taken(found)
