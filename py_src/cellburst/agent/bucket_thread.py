"""The thread that speaks with the bucket: everything that this machine writes there, one step after another."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable

from cellburst.agent.crossing import Crossing
from cellburst.bucket.machine_side import MachineSide
from cellburst.bucket.orders import Orders

_STEP = 1.0  # seconds between two looks at what is due
_GATHER = 0.02  # seconds in which outcomes of short tasks come together

Request = Callable[[MachineSide], None]


class BucketThread:
    """``ask`` may be called in any thread; ``heard`` and ``failed`` are called in the loop's."""

    def __init__(
        self,
        side: MachineSide,
        crossing: Crossing,
        heard: Callable[[Orders], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        """``failed`` is told what must not happen; nothing is written from then on."""
        self._side = side
        self._crossing = crossing
        self._heard = heard
        self._failed = failed
        self._requests: queue.SimpleQueue[tuple[Request, bool] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="bucket", daemon=True)

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def ask(self, request: Request, *, soon: bool = False) -> None:
        """Let it be done, after what was asked before; with ``soon`` a step follows at once."""
        self._requests.put((request, soon))

    def close(self, seconds: float) -> bool:
        """Do what was asked for, write everything and hand everything back; False if that took more than so long."""
        self._requests.put(None)
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _serve(self) -> None:
        try:
            due = time.monotonic()
            while self._take_in(due):
                orders = self._side.step()
                due = time.monotonic() + _STEP
                self._crossing.call(self._heard, orders)
            while not self._side.close():
                time.sleep(_STEP)
        except BaseException as error:
            self._crossing.call(self._failed, error)

    def _take_in(self, due: float) -> bool:
        """Do what is asked until the next step is due; False when it was the last."""
        while True:
            try:
                item = self._requests.get(timeout=max(0.0, due - time.monotonic()))
            except queue.Empty:
                return True
            if item is None:
                return False
            item[0](self._side)
            if item[1]:
                due = min(due, time.monotonic() + _GATHER)
