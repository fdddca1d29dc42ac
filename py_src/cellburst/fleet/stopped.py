"""A run whose made-up cloud was stopped: its machines, its bucket and what was in it are gone for good."""

from __future__ import annotations

from cellburst.aws.made_up import STOPPED
from cellburst.fleet.effects import Effect, Knock
from cellburst.fleet.state import Served
from cellburst.model.machine import MachineState
from cellburst.model.outcome import ErrorInfo, OutcomeKind, TaskResult

_LOST = f"{STOPPED}: what had not ended is lost; `%remote retry` runs it on another one"


def knock(served: Served) -> list[Effect]:
    """Look whether the cloud is still there, of a run that could not reach it."""
    return [Knock(served.id, served.plan)] if served.plan is not None and served.made_up and not served.stopped else []


def take(served: Served, now: float) -> None:
    """It is not: whatever the run had there has ended."""
    served.stopped = True
    served.disturbed = served.waits = ""
    served.calls.clear()
    served.unhanded.clear()
    for life in list(served.alive()):
        life.change(state=MachineState.ENDED, ended=min(now, life.machine.deadline), reason=STOPPED)
        life.held, life.judged = frozenset(), True


def ended_here(served: Served, now: float) -> tuple[TaskResult, ...]:
    """Outcomes of all tasks that have none, once the end of machines is told: nobody will ever tell another."""
    if not _told(served):
        return ()
    if served.revoked:
        kind, error = OutcomeKind.CANCELLED, ErrorInfo("RunCancelled", f"cancelled; {STOPPED}")
    else:
        kind, error = OutcomeKind.FAILED, ErrorInfo("CloudError", _LOST)
    return tuple(TaskResult(i, g, 0, kind, now, 0.0, error=error) for i, g in served.tasks.items())


def over(served: Served) -> bool:
    """Whether there is nothing left to do."""
    return served.stopped and served.finishing and _told(served)


def _told(served: Served) -> bool:
    return not any(life.changed for life in served.lives.values())
