"""The time and the price of a grid, remembered for each code until a run has ended."""

from __future__ import annotations

from typing import Any

from cellburst.client.connecting.connection import Connection
from cellburst.errors import CellburstError
from cellburst.widgets import estimate
from cellburst.widgets.facts import time_facts
from cellburst.widgets.literals import TextError
from cellburst.widgets.spec import Spec
from cellburst.widgets.subject import Subject
from cellburst.widgets.sweep import parallel_of

_NOTHING = {"time": "", "basis": "", "cost": ""}


class Timing:
    """Looks earlier runs up once."""

    def __init__(self) -> None:
        self._known: dict[str, estimate.Experience | None] = {}

    def forget(self) -> None:
        """There are newer runs."""
        self._known.clear()

    def facts(self, subject: Subject | None, spec: Spec, count: int | None, connection: Connection) -> dict[str, Any]:
        """For the page; nothing while it is not known what would run."""
        code = subject.code if subject is not None else ""
        if not code:
            return _NOTHING
        if code not in self._known:
            self._known[code] = self._look(code, connection)
        try:
            at_once = estimate.workers(spec.target, parallel_of(spec), connection.settings)
        except TextError:
            return _NOTHING
        return time_facts(count, self._known[code], at_once, spec.target)

    @staticmethod
    def _look(code: str, connection: Connection) -> estimate.Experience | None:
        try:
            return estimate.experience(connection.reader, code)
        except CellburstError:
            return None
