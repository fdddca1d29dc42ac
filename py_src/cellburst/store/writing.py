"""Facts into rows. A fact about a run or task that is not there changes nothing, and neither does a repeated one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cellburst.model.events import (
    AttemptEnded,
    Event,
    MachinesChanged,
    RunClosed,
    RunDeleted,
    RunNoted,
    RunPlanned,
    RunRenamed,
    RunReopened,
    RunStateChanged,
    RunSubmitted,
    TasksAdded,
    TasksEnded,
    TasksEndedAlike,
    TasksRetried,
    TasksStarted,
)
from cellburst.store import run_facts, task_facts
from cellburst.store.pending import Pending


def apply(pending: Pending, facts: Sequence[Event]) -> None:
    """Bring the tables up to these facts. Raises sqlite3.Error, OSError."""
    for fact in facts:
        _APPLY[type(fact)](pending, fact)
    pending.write_runs()


_APPLY: dict[type, Callable[[Pending, Any], None]] = {
    RunSubmitted: run_facts.submitted,
    TasksStarted: task_facts.tasks_started,
    TasksEnded: task_facts.tasks_ended,
    TasksEndedAlike: task_facts.tasks_ended_alike,
    AttemptEnded: task_facts.attempt_ended,
    TasksRetried: task_facts.tasks_retried,
    TasksAdded: task_facts.tasks_added,
    RunClosed: run_facts.closed,
    RunReopened: run_facts.reopened,
    RunPlanned: run_facts.planned,
    RunStateChanged: run_facts.state_changed,
    RunRenamed: run_facts.renamed,
    RunDeleted: run_facts.run_deleted,
    MachinesChanged: run_facts.machines_changed,
    RunNoted: run_facts.noted,
}
