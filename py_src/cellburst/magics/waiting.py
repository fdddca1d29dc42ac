"""Waiting for a run with its display, and bringing back what it left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cellburst.display.bundles import head_of, standing_of
from cellburst.display.given import show_as
from cellburst.display.live import LiveDisplay
from cellburst.display.replay import Replay
from cellburst.display.screens import screen_for
from cellburst.errors import CellburstError
from cellburst.library_state.pyplot import SHOWN
from cellburst.magics.left_behind import warnings_of
from cellburst.magics.plainly import show_plainly, warn
from cellburst.magics.raising import raise_as_the_cells
from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.model.run import RunState

if TYPE_CHECKING:
    from cellburst.client.following.follow import Meanwhile
    from cellburst.client.runs.run import Run
    from cellburst.payload.delta import NamespaceDelta


def wait(
    shell: Any,
    run: Run,
    *,
    quiet: bool = False,
    output: bool = True,
    into: str = "",
    meanwhile: Meanwhile | None = None,
) -> None:
    """Until the run has ended; shows it, and with ``output`` what a single one prints and displays.

    ``meanwhile`` is what to do while the run is on its way.
    Raises KeyboardInterrupt, shown as one sentence, when it is interrupted; the run is then cancelled or goes
    on, as it was submitted, and what it has finished is brought back.
    """
    sink = Replay(shell, endings=False) if output and run.record.single else None
    interval = run.connection.settings.live_interval
    live = LiveDisplay(head_of(run), screen_for(shell, quiet=quiet), sink, standing_of(run), interval=interval)
    try:
        run.wait(listener=live, meanwhile=meanwhile)
    except KeyboardInterrupt as interrupt:
        live.close()  # the interrupt itself says how to go on
        if output:
            _keep_finished(shell, run, into)
        show_plainly(interrupt)
        raise
    except BaseException:
        live.close()
        raise
    live.close(_way_on(run))


def collect(shell: Any, run: Run, *, into: str = "") -> Any:
    """What an ended run left, in the user's variables; its value, or its results if it is a sweep.

    Raises the exception of a single run.
    """
    value = _single_value(shell, run) if run.record.single else run.results
    if into:
        shell.user_ns[into] = value
    return value


def _single_value(shell: Any, run: Run) -> Any:
    delta = run.bring_back(shell.user_ns)
    if delta is not None:
        for warning in warnings_of(delta):
            warn(warning)
    result = run.task_result()
    if result is None or result.kind is not OutcomeKind.SUCCEEDED or delta is None:
        if (error := _error_of(run, result, delta)) is not None:
            raise_as_the_cells(shell, error)
        return run.value
    if result.note:
        warn(result.note)
    if delta.has_value and SHOWN in delta.states:
        show_as(shell, delta.value, delta.states[SHOWN])
    return delta.value if delta.has_value else None


def _error_of(run: Run, result: TaskResult | None, delta: NamespaceDelta | None) -> BaseException | None:
    """What the cell raised: the very object, where it is among its variables; else why there is no value."""
    own = delta.error if delta is not None and result is not None and result.kind is OutcomeKind.FAILED else None
    return run.error if own is None or isinstance(own, CellburstError) else own


def _keep_finished(shell: Any, run: Run, into: str) -> None:
    """What a run that was interrupted has finished: the variables of a cell, the results of a sweep."""
    try:
        if run.record.single:
            run.bring_back(shell.user_ns)
        elif into:
            shell.user_ns[into] = run.results
    except CellburstError as error:
        warn(str(error))


def _way_on(run: Run) -> str:
    if run.record.single:  # a plain cell reads nothing from the store
        return ""
    status, search = run.status, run.record.options.search
    if status.state is RunState.SUCCEEDED:
        return ""
    counts = status.counts
    if search is not None and (counts.cancelled or counts.total < getattr(search, "trials", 0)):
        return f"`%remote continue {run.id}` goes on with the search"
    if not counts.failed + counts.unknown + counts.cancelled:
        return ""  # none of its tasks is to blame
    which = " --failed" if counts.failed + counts.unknown and not counts.cancelled else ""
    return f"`%remote retry {run.id}{which}` runs again what has no result"
