"""A run that was started from a grid: followed in a thread of its own, so that the kernel stays free."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cellburst.client.connecting.connection import Connection
from cellburst.client.following.follow import NullListener, follow
from cellburst.display.formatting import one_line
from cellburst.errors import CellburstError
from cellburst.model.run import ENDED, RunStatus

if TYPE_CHECKING:
    from cellburst.client.runs.run import Run

Told = Callable[[dict[str, Any]], None]


class Following(NullListener):
    """Tells ``told`` how a run stands, at most every ``live_interval`` seconds, and once when it has ended."""

    def __init__(self, run: Run, told: Told) -> None:
        self.run = run
        self._told = told
        own = run.connection
        # what a cell that waits for the run listens to is not ours to take
        self._connection = Connection(own.folders, own.settings, may_start=own.may_start)
        self._last: RunStatus | None = None
        self._next = 0.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="cellburst-grid", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Tell nothing from now on; the run goes on."""
        self._stopped.set()

    def join(self, timeout: float | None = None) -> None:
        """Wait until it has ended and was told."""
        self._thread.join(timeout)

    def status(self, status: RunStatus) -> None:
        self._last = status
        self._tell(now=status.state in ENDED)

    def tick(self) -> None:
        if self._stopped.is_set():
            raise _StoppedError
        self._tell()

    def _tell(self, *, now: bool = False) -> None:
        if self._last is None or self._stopped.is_set() or (not now and time.monotonic() < self._next):
            return
        self._next = time.monotonic() + self._connection.settings.live_interval
        self._told(progress(self._last))

    def _follow(self) -> None:
        try:
            follow(self.run.id, self, self._connection)
        except _StoppedError:
            pass
        except CellburstError as error:
            if not self._stopped.is_set():
                self._told({"run": self.run.id, "state": "lost", "error": one_line(str(error), 300)})
        finally:
            self._connection.close()


class _StoppedError(Exception):
    """Nobody wants to know any more."""


def progress(status: RunStatus) -> dict[str, Any]:
    """How a run stands, for the browser; ``left`` is seconds, None while nobody can tell."""
    counts = status.counts
    return {
        "run": status.id,
        "state": status.state.value,
        "live": status.state not in ENDED,
        "total": counts.total,
        "ended": counts.ended,
        "counts": {name: number for name in counts.__struct_fields__ if (number := getattr(counts, name))},
        "seconds": _elapsed(status),
        "left": _left(status),
        "reason": status.reason,
    }


def _elapsed(status: RunStatus) -> float | None:
    if status.started is None:
        return None
    return max(0.0, (status.ended or time.time()) - status.started)


def _left(status: RunStatus) -> float | None:
    elapsed, counts = _elapsed(status), status.counts
    if not elapsed or not counts.ended or status.state in ENDED:
        return None
    return elapsed / counts.ended * (counts.total - counts.ended)
