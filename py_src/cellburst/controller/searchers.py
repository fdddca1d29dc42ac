"""The processes that decide which tasks a search has: one for each open search run that nobody else holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

_AGAIN = (0.5, 2.0, 10.0, 60.0)  # seconds before another try, after so many quick ends
_QUICK = 60.0  # seconds; one that lived for longer has been of use, and so has one that added a task
_MOST_FAILURES = 5
_LEAVES_WITHIN = 2.0  # seconds that a searcher whose run was closed has to end by itself


class Process(Protocol):
    """A searcher that was started."""

    def end(self) -> None:
        """Ask it to end, and make it end soon."""
        ...


Ended = Callable[[int, str], None]
"""Told of an exit status and of the last line that the process said."""
Start = Callable[[str, Ended], Process]
"""Starts a searcher for a run. Raises OSError."""


class _Search(Struct):
    process: Process | None = None
    began: float = 0.0
    found: int = 0
    failures: int = 0
    waiting: bool = False
    reason: str = ""


class Searchers:
    """Starts, replaces and ends them.

    ``held`` says whether somebody adds the tasks of a run, ``count`` how many it has, ``failed`` is told of a run whose
    searcher cannot live, with the reason, and ``moved`` of one whose reason to wait has changed. ``later`` and ``now``
    come from loop and clock.
    """

    def __init__(
        self,
        start: Start,
        later: Callable[[float, Callable[[], None]], None],
        now: Callable[[], float],
        held: Callable[[str], bool],
        count: Callable[[str], int],
        failed: Callable[[str, str], None],
        moved: Callable[[str], None],
    ) -> None:
        self._start = start
        self._later = later
        self._now = now
        self._held = held
        self._count = count
        self._failed = failed
        self._moved = moved
        self._searches: dict[str, _Search] = {}

    def want(self, run: str) -> None:
        """The run needs a searcher, unless one is there or on its way."""
        search = self._searches.setdefault(run, _Search())
        if search.process is None and not search.waiting:
            self._begin_soon(run, search, 0.0)

    def reason(self, run: str) -> str:
        """Why nobody adds tasks to the run just now; empty if somebody does."""
        search = self._searches.get(run)
        return "" if search is None or self._held(run) else search.reason

    def forget(self, run: str) -> None:
        """The run needs none any more."""
        search = self._searches.pop(run, None)
        if search is not None and search.process is not None:
            self._later(_LEAVES_WITHIN, search.process.end)

    def replace(self, run: str) -> None:
        """A searcher that is there is to make room for another one."""
        search = self._searches.pop(run, None)
        if search is not None and search.process is not None:
            search.process.end()

    def close(self) -> None:
        """End them all, now."""
        searches, self._searches = self._searches, {}
        for search in searches.values():
            if search.process is not None:
                search.process.end()

    def _begin_soon(self, run: str, search: _Search, delay: float) -> None:
        search.waiting = True
        search.reason = search.reason or "the search is starting"
        self._later(delay, lambda: self._begin(run, search))
        self._moved(run)

    def _begin(self, run: str, search: _Search) -> None:
        search.waiting = False
        if self._searches.get(run) is not search or self._held(run):
            return
        search.began, search.found = self._now(), self._count(run)
        try:
            search.process = self._start(run, lambda status, line: self._ended(run, search, status, line))
        except OSError as error:
            self._ended(run, search, -1, f"it cannot be started: {error}")

    def _ended(self, run: str, search: _Search, status: int, line: str) -> None:
        search.process = None
        if self._searches.get(run) is not search or self._held(run):
            return
        useful = self._now() - search.began >= _QUICK or self._count(run) > search.found
        search.failures = 1 if useful else search.failures + 1
        said = line or (f"ended by signal {-status}" if status < 0 else f"exit status {status}")
        if search.failures >= _MOST_FAILURES:
            del self._searches[run]
            self._failed(run, f"the search ended {search.failures} times, the last time with: {said}")
            return
        delay = _AGAIN[search.failures - 1]
        search.reason = f"the search ended ({said}) and is started again after {delay:g} s"
        self._begin_soon(run, search, delay)
