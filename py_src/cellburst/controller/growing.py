"""Open runs and those who add tasks to them, from the controller's side."""

from __future__ import annotations

from collections.abc import Callable

from cellburst.abc import Clock, Loop
from cellburst.controller import growth
from cellburst.controller.core import Core
from cellburst.controller.effects import Effects, Moved
from cellburst.controller.holders import Holders
from cellburst.controller.searchers import Searchers, Start


class OpenRuns:
    """Sees to it that every open run has somebody who adds tasks or is closed.

    ``effects`` gives those of the current turn. Without ``start`` nobody is started for a search.
    """

    def __init__(
        self, core: Core, loop: Loop, clock: Clock, effects: Callable[[], Effects], start: Start | None
    ) -> None:
        self._core = core
        self._loop = loop
        self._clock = clock
        self._effects = effects
        self._known: dict[str, None] = {}
        self.holders = Holders(loop.later, self._abandoned)
        held = self.holders.__contains__
        self._searchers = (
            None
            if start is None
            else Searchers(start, loop.later, clock.monotonic, held, self._count, self._search_failed, self._moved)
        )

    def opened(self, run: str) -> None:
        """An open run is live, submitted or taken up again: somebody must add its tasks."""
        self._known[run] = None
        if self._searchers is not None:
            self._searchers.replace(run)  # one that runs by other options
        if self._searched(run):
            self._abandoned(run)
        else:
            self.holders.expect(run)

    def reason(self, run: str) -> str:
        """Why nobody adds tasks to a run just now."""
        book = self._core.runs.get(run)
        if book is not None and book.failure:
            return book.failure
        return self._searchers.reason(run) if self._searchers is not None else ""

    def lost(self, client: object) -> None:
        """A connection has ended."""
        self.holders.lost(client)

    def tidy(self) -> None:
        """Once a turn: what is not open any more needs nobody."""
        for run in [run for run in self._known if not self._open(run)]:
            del self._known[run]
            self.holders.release(run)
            if self._searchers is not None:
                self._searchers.forget(run)

    def close(self) -> None:
        """The controller ends."""
        if self._searchers is not None:
            self._searchers.close()

    def _abandoned(self, run: str) -> None:
        book = self._core.runs.get(run)
        if book is None or not book.open or book.failure:
            return
        if self._searched(run):
            if self._searchers is not None:
                self._searchers.want(run)
        else:
            growth.close(self._core, book, self._clock.wall(), self._effects())

    def _search_failed(self, run: str, sentence: str) -> None:
        book = self._core.runs.get(run)
        if book is not None:
            growth.give_up(self._core, book, self._clock.wall(), self._effects(), sentence)

    def _moved(self, run: str) -> None:
        self._effects().news.append(Moved(run))

    def _count(self, run: str) -> int:
        book = self._core.runs.get(run)
        return 0 if book is None else book.count

    def _open(self, run: str) -> bool:
        book = self._core.runs.get(run)
        return book is not None and book.open and not book.failure

    def _searched(self, run: str) -> bool:
        book = self._core.runs.get(run)
        return book is not None and book.run.sweep.kind == "search"
