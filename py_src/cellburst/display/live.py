"""The display of a run that is being waited for: it listens, and draws as often as is good."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from cellburst.display.progress import RunProgress, Standing
from cellburst.display.view import RunHead, RunView
from cellburst.model.run import RunStatus

_FIRST_DRAW = 0.5


class Screen(Protocol):
    """Where a view is drawn."""

    def draw(self, view: RunView) -> None:
        """Show the run as it is now, in place of what was shown of it before."""
        ...

    def finish(self, view: RunView) -> None:
        """Show the run for the last time."""
        ...

    def make_room(self) -> None:
        """Output of the cell comes next."""
        ...

    def cleared(self) -> None:
        """The cell has cleared its output, and the display with it."""
        ...


class OutputSink(Protocol):
    """Where the output of a single cell goes."""

    def show(self, outputs: Sequence[dict[str, Any]]) -> None: ...


class LiveDisplay:
    """Listens to a followed run and draws it, at most once every ``interval`` seconds.

    Drawing happens in the calls themselves, in the thread that waits, so it works while the kernel's
    event loop is blocked. Nothing is drawn in the first half second: a run that ends sooner is shown once,
    by ``close``. ``sink`` gets the output of a single cell; a sweep's shows as the last line of each task.
    ``standing`` is of a search.
    """

    def __init__(
        self,
        head: RunHead,
        screen: Screen,
        sink: OutputSink | None = None,
        standing: Standing | None = None,
        *,
        interval: float = 0.25,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._progress = RunProgress(head, wall(), standing)
        self._screen = screen
        self._sink = sink
        self._interval = interval
        self._monotonic = monotonic
        self._wall = wall
        self._next_draw = monotonic() + _FIRST_DRAW
        self._drawn = False

    def status(self, status: RunStatus) -> None:
        self._progress.take_status(status)
        self.tick()

    def outputs(self, index: int, attempt: int, outputs: list[dict[str, Any]]) -> None:
        if self._sink is None:
            self._progress.take_outputs(index, outputs)
            self.tick()
            return
        self._screen.make_room()
        self._sink.show(outputs)
        if any(record.get("output_type") == "clear_output" for record in outputs):
            self._screen.cleared()

    def progress(self, index: int, fraction: float | None, text: str, metrics: dict[str, Any] | None) -> None:
        self._progress.take_progress(index, fraction, text or _metrics_text(metrics))
        self.tick()

    def ended_tasks(self, indices: Sequence[int]) -> None:
        self._progress.take_ended(indices)

    def tick(self) -> None:
        """Draw if it is time; called by whoever waits."""
        now = self._monotonic()
        if now >= self._next_draw:
            self._next_draw = now + self._interval
            self._drawn = True
            self._screen.draw(self._progress.view(self._wall()))

    def close(self, hint: str = "") -> None:
        """Draw for the last time; ``hint`` is the way on.

        A plain cell that was quick shows what a cell here would have shown, and nothing of its run.
        """
        if self._sink is None or self._drawn or hint:
            self._screen.finish(self._progress.view(self._wall(), hint))


def _metrics_text(metrics: dict[str, Any] | None) -> str:
    return "  ".join(
        f"{name}={value:.4g}" if isinstance(value, float) else f"{name}={value}"
        for name, value in (metrics or {}).items()
    )
