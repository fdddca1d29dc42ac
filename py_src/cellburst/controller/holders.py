"""Who adds the tasks of which open run."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from cellburst.errors import UsageError

RETURN_WITHIN = 30.0
"""Seconds that an open run waits for somebody who holds it: after its submission, or after a controller was lost."""


class Holders:
    """One connection for each open run. ``abandoned`` is called with a run when its connection ends, or when nobody
    has come for it in time."""

    def __init__(self, later: Callable[[float, Callable[[], None]], None], abandoned: Callable[[str], None]) -> None:
        self._later = later
        self._abandoned = abandoned
        self._holders: dict[str, object] = {}
        self._former: dict[object, set[str]] = {}
        self._awaited: dict[str, int] = {}
        self._numbers = count()

    def expect(self, run: str) -> None:
        """Somebody must come for this run from now on."""
        if run not in self._holders:
            number = self._awaited[run] = next(self._numbers)
            self._later(RETURN_WITHIN, lambda: self._nobody_came(run, number))

    def hold(self, run: str, client: object) -> None:
        """This connection has the run now. Raises UsageError if another one has it."""
        holder = self._holders.get(run)
        if holder is not None and holder is not client:
            raise UsageError(f"another process adds the tasks of run {run}")
        self._holders[run] = client
        self._former.setdefault(client, set()).add(run)
        self._awaited.pop(run, None)

    def __contains__(self, run: str) -> bool:
        return run in self._holders

    def has_held(self, run: str, client: object) -> bool:
        """Whether this connection has, or had, the run."""
        return run in self._former.get(client, ())

    def lost(self, client: object) -> None:
        """The connection has ended."""
        self._former.pop(client, None)
        for run in [run for run, holder in self._holders.items() if holder is client]:
            del self._holders[run]
            self._abandoned(run)

    def release(self, run: str) -> None:
        """No more tasks will be added to the run."""
        self._holders.pop(run, None)
        self._awaited.pop(run, None)

    def _nobody_came(self, run: str, number: int) -> None:
        if self._awaited.get(run) == number:
            del self._awaited[run]
            self._abandoned(run)
