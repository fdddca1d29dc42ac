"""What IPython shows of runs and results that are values of a cell."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from cellburst.display.card import card_bundle
from cellburst.display.progress import RunProgress
from cellburst.display.results import SHOWN, results_bundle
from cellburst.display.view import RunHead, RunView
from cellburst.errors import CellburstError
from cellburst.model.run import Counts, Run, RunStatus
from cellburst.model.stored import TaskRow


class _Folders(Protocol):
    @property
    def store(self) -> Path: ...


class _Connection(Protocol):
    @property
    def folders(self) -> _Folders: ...


@runtime_checkable
class ShownRun(Protocol):
    """A run's handle, as much of it as is shown."""

    @property
    def record(self) -> Run: ...
    @property
    def status(self) -> RunStatus: ...
    @property
    def connection(self) -> _Connection: ...


@runtime_checkable
class ShownResults(Protocol):
    """Results, as much of them as is shown."""

    def excerpt(self, most: int) -> tuple[Sequence[TaskRow], Counts]: ...


def bundle_of(shown: object) -> dict[str, Any] | None:
    """The MIME bundle of a run or of results; None for anything else, and for what can no longer be read."""
    try:
        if isinstance(shown, ShownResults):
            rows, counts = shown.excerpt(SHOWN)
            return results_bundle(rows, counts=counts)
        if isinstance(shown, ShownRun):
            return card_bundle(view_of(shown, time.time()))
    except CellburstError:
        pass  # deleted, or its store is gone: the plain repr says so
    return None


def head_of(run: ShownRun) -> RunHead:
    """What of a run does not change, and where it is."""
    return RunHead.of(run.record, str(run.connection.folders.store))


def view_of(run: ShownRun, now: float, hint: str = "") -> RunView:
    """How a run stands at wall time ``now``, as its store says."""
    progress = RunProgress(head_of(run), run.record.submitted)
    progress.take_status(run.status)
    return progress.view(now, hint)
