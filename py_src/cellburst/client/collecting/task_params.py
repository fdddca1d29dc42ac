"""The parameters of a run's tasks, as objects."""

from __future__ import annotations

from typing import Any

from cellburst.client.collecting.collect import main_namespace
from cellburst.client.connecting.connection import Connection
from cellburst.model.blob import Packed
from cellburst.model.run import Run
from cellburst.payload.pickling import unpack

_AHEAD = 1000  # tasks that were added, read at a time


class TaskParams:
    """Those of the sweep that a run began with, and of the tasks that were added to it; unpickled when asked for."""

    def __init__(self, run: Run, connection: Connection) -> None:
        self._run = run
        self._connection = connection
        self._sweep: Any = None
        self._broken = False
        self._added: dict[int, dict[str, Any]] = {}

    def of(self, index: int) -> dict[str, Any]:
        """The parameters of a task; as shown if they cannot be rebuilt here."""
        kind, own = self._run.sweep.kind, self._run.sweep.own
        if kind == "calls":
            return self._run.sweep.params(index)
        if index >= own:
            return dict(self._of_added(index))
        sweep = self.sweep()
        return self._run.sweep.params(index) if sweep is None else dict(sweep[index])

    def sweep(self) -> Any:
        """The sweep, or the space of a search; None if there is none, or it cannot be rebuilt here."""
        packed = self._run.payload.sweep
        if self._sweep is None and packed is not None and not self._broken:
            try:
                self._sweep = self._load(packed)
            except Exception:  # whatever a class of the user's raises: the shown ones are there
                self._broken = True
        return self._sweep

    def _of_added(self, index: int) -> dict[str, Any]:
        if index not in self._added:
            ahead = range(index, min(index + _AHEAD, self._run.count))
            given = self._connection.reader.given(self._run.id, ahead)
            for each in ahead:
                self._added[each] = self._resolved(each, given.get(each))
        return self._added[index]

    def _resolved(self, index: int, given: Packed | None) -> dict[str, Any]:
        if given is None:
            return self._run.sweep.params(index)
        try:
            row = self._load(given)
            space = self.sweep() if self._run.sweep.kind == "search" else None
            return dict(row if space is None else space.resolve(row))
        except Exception:  # as above
            return self._run.sweep.params(index)

    def _load(self, packed: Packed) -> Any:
        return unpack(packed, self._connection.blobs, namespace=main_namespace())
