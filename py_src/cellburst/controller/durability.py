"""Which facts must survive a power cut at once, and when the others do.

A plain cell that a kernel waits for is nothing without that kernel's variables, and those a power cut takes, too; it
takes what waits for the calls of an executor as well. So their facts are committed, which is all that the end of any
process asks for, and synced a moment later, while nobody waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cellburst.abc import RunStore
from cellburst.errors import DiskFullError, StoreBusyError
from cellburst.model.events import Event, RunSubmitted
from cellburst.model.run import Run

_LATER = 0.2  # seconds: one sync for the cells of that time
_TRY_AGAIN = 1.0  # seconds between two tries on a full disk


class Durability:
    """``later`` comes from the loop."""

    def __init__(self, store: RunStore, later: Callable[[float, Callable[[], None]], None]) -> None:
        self._store = store
        self._later = later
        self._plain: set[str] = set()
        self._waiting = False

    def watched(self, run: Run) -> None:
        """Whoever submits this run waits for it."""
        options = run.options
        goes_on = options.at_most_once or options.on_interrupt == "detach"
        plain = run.sweep.kind == "single" and run.payload.kind == "cell"
        if (plain or run.sweep.kind == "calls") and not goes_on:
            self._plain.add(run.id)

    def forget(self, run: str) -> None:
        """The run has ended."""
        self._plain.discard(run)

    def commit(self, facts: Sequence[Event]) -> None:
        """Commit, and sync now or soon. Raises what the store raises."""
        at_once = not all(_run_of(fact) in self._plain for fact in facts)
        self._store.commit(facts, lasting=at_once)
        if not at_once and not self._waiting:
            self._waiting = True
            self._later(_LATER, self._sync)

    def _sync(self) -> None:
        self._waiting = False
        try:
            self._store.sync()
        except (DiskFullError, StoreBusyError):
            self._waiting = True
            self._later(_TRY_AGAIN, self._sync)


def _run_of(fact: Event) -> str:
    return fact.run.id if isinstance(fact, RunSubmitted) else fact.run
