"""The runs of a grid, as its page shows them: how the newest one stands, and its points."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cellburst.display.formatting import one_line
from cellburst.errors import CellburstError
from cellburst.model.run import ENDED
from cellburst.widgets.points import points_of
from cellburst.widgets.running import Following, progress

if TYPE_CHECKING:
    from cellburst.client.runs.run import Run

Shown = Callable[[str, dict[str, Any]], None]

_LEAST = 1.0  # seconds between two looks at the points of a live run
_SHARE = 20  # a look may take this part of the time


class Watching:
    """Shows one run at a time: ``shown("progress" | "points", data)`` is called, from a thread while it is live.

    ``ended`` is called with a run that was watched to its end.
    """

    def __init__(self, shown: Shown, ended: Callable[[Run], None]) -> None:
        self.run: Run | None = None
        self._shown = shown
        self._ended = ended
        self._following: Following | None = None
        self._next = 0.0
        self._looking = threading.Lock()

    def watch(self, run: Run) -> None:
        """Show this run from now on, and until it has ended. Raises StoreError, UnknownRunError."""
        self.stop()
        self.run = run
        status = run.status
        self._next = 0.0
        self._shown("progress", progress(status))
        self.look()
        if status.state not in ENDED:
            self._following = Following(run, lambda data: self._told(run, data))
            self._following.start()

    def stop(self) -> None:
        """Show nothing more; runs go on."""
        if self._following is not None:
            self._following.stop()
            self._following = None

    def join(self, timeout: float | None = None) -> None:
        """Wait until the run has ended and its points were shown."""
        if self._following is not None:
            self._following.join(timeout)

    def look(self) -> None:
        """Show the points as they are now. Raises StoreError, UnknownRunError."""
        run = self.run
        if run is None:
            return
        with self._looking:
            began = time.monotonic()
            found = points_of(run)
            took = time.monotonic() - began
            if run is self.run:
                self._shown("points", found)
            self._next = time.monotonic() + max(_LEAST, _SHARE * took, len(found["index"]) / 1000)

    def _told(self, run: Run, data: dict[str, Any]) -> None:
        if run is not self.run:
            return
        live = bool(data.get("live"))
        self._shown("progress", data)
        if live and time.monotonic() < self._next:
            return
        try:
            self.look()
        except CellburstError as error:
            self._shown("progress", {**data, "error": one_line(str(error), 300)})
        if not live and "error" not in data:
            self._ended(run)
