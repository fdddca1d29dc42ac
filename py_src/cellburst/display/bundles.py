"""What IPython shows of runs and results that are values of a cell."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from cellburst.abc import RunReader
from cellburst.display.card import card_bundle
from cellburst.display.progress import RunProgress
from cellburst.display.results import SHOWN, results_bundle
from cellburst.display.searching import SearchStanding
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
    @property
    def reader(self) -> RunReader: ...


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
    return replace(RunHead.of(run.record, str(run.connection.folders.store)), cached=getattr(run, "cached", 0))


def standing_of(run: ShownRun) -> SearchStanding | None:
    """What a search has found so far; None for another run."""
    if run.record.options.search is None:
        return None
    return SearchStanding(run.record, lambda: run.connection.reader)


def view_of(run: ShownRun, now: float, hint: str = "") -> RunView:
    """How a run stands at wall time ``now``, as its store says."""
    progress = RunProgress(head_of(run), run.record.submitted, standing_of(run))
    progress.take_status(run.status)
    return progress.view(now, hint)
