"""What a wait that is interrupted does to its run."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from cellburst.client.following.delivered import Delivered
from cellburst.client.following.follow import NullListener, RunListener, follow
from cellburst.errors import CellburstError
from cellburst.model.run import ENDED, Counts, RunState
from cellburst.wire.client import Cancel

if TYPE_CHECKING:
    from cellburst.client.connecting.connection import Connection
    from cellburst.model.run import Run

_BEYOND_GRACE = 3.0  # seconds until a cancelled run's last outcome is recorded
_TOLD_WITHIN = 0.5  # seconds from the interrupt of a kernel that is restarted until it is told so


def interrupted(
    run: Run, connection: Connection, listener: RunListener | None = None, delivered: Delivered | None = None
) -> str:
    """Cancel the run, unless it was submitted to go on or the kernel ends; a sentence that says how things stand.

    Waits for the end of what was in flight as long as that may take, so that what a task printed and
    assigned before it is there; ``delivered`` is that of the wait. A second interrupt comes out as KeyboardInterrupt.
    """
    if run.options.on_interrupt == "detach" or _kernel_ends():
        return f"run {run.id} goes on; `%remote attach {run.id}` waits for it, `%remote cancel {run.id}` ends it"
    try:
        connection.request(Cancel(0, run.id))
        patience = connection.settings.cancel_grace + _BEYOND_GRACE
        status = follow(run.id, listener or NullListener(), connection, timeout=patience, delivered=delivered)
    except TimeoutError:
        return f"run {run.id} is being cancelled; `%remote show {run.id}` says how far that is"
    except CellburstError as error:
        return f"run {run.id} could not be cancelled: {error}"
    whole = status.counts.succeeded == status.counts.total and status.state is not RunState.CANCELLED
    if status.state not in ENDED or whole:
        return f"run {run.id} had ended"
    return _told(run, status.counts)


def _kernel_ends() -> bool:
    """Whether nobody pressed ■ but the kernel is restarted or ended: Jupyter interrupts it, and then tells it."""
    ipython = sys.modules.get("IPython")
    shell: Any = None if ipython is None else ipython.get_ipython()
    if getattr(shell, "kernel", None) is None:
        return False
    until = time.monotonic() + _TOLD_WITHIN
    while not shell.exit_now and time.monotonic() < until:
        time.sleep(0.01)
    return bool(shell.exit_now)


def _told(run: Run, counts: Counts) -> str:
    if run.single:
        return f"run {run.id} was cancelled; `%remote retry {run.id}` runs it again"
    if run.options.search is not None:
        return f"run {run.id} was cancelled, {counts.succeeded} results are kept; `%remote continue {run.id}` goes on"
    return (
        f"run {run.id} was cancelled, {counts.succeeded} of {counts.total} results are kept; "
        f"`%remote retry {run.id}` runs the rest"
    )
