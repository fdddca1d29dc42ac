"""How far a search is, in a line: "trial 37 of 200 · best loss 0.0123 (lr=0.001)"."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count, groupby

from cellburst.abc import RunReader
from cellburst.display.formatting import counted, one_line, value_text
from cellburst.errors import StoreError
from cellburst.model.run import Counts, Run
from cellburst.model.search import Search, Until
from cellburst.model.stored import TaskRow
from cellburst.sweeps.moments import Moments

_SUCCEEDED = "succeeded"
_OTHERS = ("failed", "pruned", "cancelled", "unknown", "running", "queued")


class SearchStanding:
    """Reads the tasks that have ended, each once, when it is asked how the search stands.

    ``reader`` gives this thread's reader of the store.
    """

    def __init__(self, run: Run, reader: Callable[[], RunReader]) -> None:
        assert run.options.search is not None
        self._run = run.id
        self._search = run.options.search
        self._metric = run.payload.objective
        self._reader = reader
        self._heard: set[int] | None = None  # None: nothing has been read
        self._known: set[int] = set()
        self._best: tuple[float, TaskRow] | None = None
        self._moments = Moments()

    def hear(self, indices: Iterable[int]) -> None:
        """These tasks have ended."""
        if self._heard is not None:
            self._heard.update(indices)

    def parts(self, counts: Counts, *, ended: bool) -> list[str]:
        """What there is to say when so many tasks are in each state."""
        try:
            self._read()
        except StoreError:
            pass  # said next time
        states = [f"{number:,} {name}" for name in _OTHERS if (number := getattr(counts, name))]
        done = counts.succeeded if isinstance(self._search, Until) else counts.ended
        return [self._way(done, ended), *self.found(), *states]

    def _way(self, done: int, ended: bool) -> str:
        if isinstance(self._search, Until):
            copies = counted(done, "copy").replace("copys", "copies")
            return copies if ended else f"{copies} of at most {self._search.most:,}"
        return counted(done, "trial") if ended else f"trial {done:,} of {self._search.trials:,}"

    def found(self) -> list[str]:
        """The best so far, or the estimate, as of the last ``parts``."""
        if isinstance(self._search, Until):
            moments = self._moments
            return [f"mean {moments.mean:.6g} ± {moments.stderr:.2g}"] if moments.n > 1 else []
        if self._best is None:
            return []
        number, row = self._best
        given = ", ".join(f"{name}={value_text(value)}" for name, value in row.params.items() if value is not None)
        return [one_line(f"best {self._metric} {number:.4g}" + (f" ({given})" if given else ""))]

    def _read(self) -> None:
        reader = self._reader()
        if self._heard is None:
            self._heard = set()
            rows: Iterable[TaskRow] = reader.tasks(self._run)
        else:
            rows = (
                row for start, stop in _stretches(sorted(self._heard)) for row in reader.tasks(self._run, start, stop)
            )
            self._heard = set()
        for row in rows:
            if row.state == _SUCCEEDED and row.index not in self._known:
                self._known.add(row.index)
                self._take(row)

    def _take(self, row: TaskRow) -> None:
        number = (row.metrics or {}).get(self._metric)
        if not isinstance(number, (int, float)) or not math.isfinite(number):
            return
        self._moments.add(float(number))
        if not isinstance(self._search, Search):
            return
        sign = 1 if self._search.direction == "minimize" else -1
        if self._best is None or sign * number < sign * self._best[0]:
            self._best = float(number), row


def _stretches(indices: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Neighbours together: (first, behind the last)."""
    counter = count()
    for _, group in groupby(indices, key=lambda index: index - next(counter)):
        stretch = list(group)
        yield stretch[0], stretch[-1] + 1
