"""Tasks that take over the recorded result of another task instead of being executed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from msgspec.structs import replace

from cellburst.abc import Clock, RunStore
from cellburst.controller.core import Core
from cellburst.errors import CellburstError
from cellburst.model.outcome import TaskResult

# Results of one turn: as many as are read in some milliseconds, for what follows, above all the commit, takes three
# times as long, and others wait meanwhile.
_FEWEST, _MOST = 32, 768
_READING = 0.01  # seconds

TakeOver = Callable[[str, Sequence[TaskResult], Sequence[int]], None]


class KeptResults:
    """Reads results for tasks that wait for them, a few in each turn of the loop.

    ``take_over`` is told of a run, results for its tasks, and those of its tasks whose result is gone.
    """

    def __init__(
        self,
        core: Core,
        store: RunStore,
        clock: Clock,
        later: Callable[[float, Callable[[], None]], None],
        take_over: TakeOver,
    ) -> None:
        self._core = core
        self._store = store
        self._clock = clock
        self._later = later
        self._take_over = take_over
        self._waiting: dict[str, None] = {}
        self._size = _FEWEST

    def look_up(self, run: str) -> None:
        """The run has tasks that take over results."""
        if not self._waiting:
            self._later(0.0, self._turn)
        self._waiting[run] = None

    def _turn(self) -> None:
        began = self._clock.monotonic()
        run = next(iter(self._waiting))
        if not self._some_of(run):
            del self._waiting[run]
        took = self._clock.monotonic() - began
        self._size = max(_FEWEST, self._size // 2) if took > _READING else min(_MOST, self._size * 2)
        if self._waiting:
            self._later(0.0, self._turn)

    def _some_of(self, run: str) -> bool:
        """Whether there may be more."""
        book = self._core.runs.get(run)
        if book is None:
            return False
        some = dict(islice(book.hits.items(), self._size))
        places = {index: hit for index, hit in some.items() if hit is not None}
        if len(places) < len(some):
            places |= self._find(run, [index for index in some if index not in places])
        kept = self._read(places.values())
        found = [
            _copy(kept[place], index, place[0], book.generation(index))
            for index, place in places.items()
            if place in kept
        ]
        if some:
            self._take_over(run, found, [index for index in some if places.get(index) not in kept])
        return bool(book.hits)

    def _find(self, run: str, indices: Sequence[int]) -> dict[int, tuple[str, int]]:
        """Where the results of tasks are, as far as there are any for their keys."""
        try:
            keys = self._store.keys(run, indices)
            known = self._store.cached(keys.values())
        except CellburstError:
            return {}  # the keys are damaged
        return {index: known[key] for index, key in keys.items() if key in known}

    def _read(self, tasks: Iterable[tuple[str, int]]) -> dict[tuple[str, int], TaskResult]:
        """The results that are still there."""
        places: dict[str, list[int]] = {}
        for run, place in tasks:
            places.setdefault(run, []).append(place)
        found: dict[tuple[str, int], TaskResult] = {}
        for run, indices in places.items():
            try:
                results = self._store.successes(run, indices)
            except CellburstError:
                continue  # deleted meanwhile
            found.update(((run, index), result) for index, result in results.items())
        return found


def _copy(result: TaskResult, index: int, run: str, generation: int) -> TaskResult:
    cached = result.cached or f"{run}/{result.index}"
    return replace(result, index=index, generation=generation, attempt=0, worker="", cached=cached)
