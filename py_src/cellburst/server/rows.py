"""From what a store tells to what an answer says. Pure: no store, no clock, no request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from cellburst.model.browsing import AttemptRow
from cellburst.model.outcome import TaskResult
from cellburst.model.run import ENDED, Counts, Run, RunState, RunSummary
from cellburst.model.stored import EventRow, TaskRow
from cellburst.server import schemas as s
from cellburst.server import task_schemas as t

_LINE = 200
_FIRST_ETA = 2.0  # seconds that a run must have been going on
_EXACT = 1 << 53  # integers beyond are rounded by a browser

_Row = TypeVar("_Row", bound=msgspec.Struct)


def run_row(run: RunSummary, kind: str, env: str, now: float) -> s.RunRow:
    """A run in a list."""
    return s.RunRow(**_run_fields(run, kind, env, now))


def run_detail(run: RunSummary, whole: Run | None, error: s.ErrorBody | None, env: str, now: float) -> s.RunDetail:
    """A run with what was submitted; ``whole`` is None if ``error`` says why that cannot be read."""
    kind = whole.sweep.kind if whole is not None else ""
    names = list(whole.sweep.names) if whole is not None else []
    return s.RunDetail(
        **_run_fields(run, kind, env, now),
        code=run.code,
        manifest=[_as(s.InputRow, entry) for entry in whole.manifest.entries] if whole is not None else [],
        sent=whole.manifest.size if whole is not None else 0,
        options=_as(s.OptionsRow, whole.options) if whole is not None else None,
        origin=_as(s.OriginRow, whole.origin) if whole is not None else None,
        sweep=s.SweepRow(kind=kind, names=names, count=run.counts.total),
        folder=whole.payload.cwd if whole is not None else "",
        error=error,
    )


def task_row(task: TaskRow) -> t.TaskRow:
    """A task in a table."""
    return t.TaskRow(**_task_fields(task))


def task_detail(task: TaskRow, result: TaskResult | None, attempts: Sequence[AttemptRow]) -> t.TaskDetail:
    """A task with what its outcome says; ``result`` is None while it has none."""
    fields = _task_fields(task)
    error = result.error if result is not None else None
    if error is not None:
        fields["error"] = t.TaskError(error.ename, error.evalue)
    return t.TaskDetail(
        **fields,
        traceback=list(error.traceback) if error is not None else [],
        frames=[t.FrameRow(frame.filename, frame.lineno, frame.name) for frame in error.frames] if error else [],
        attempts=[_as(t.AttemptRow, row) for row in attempts],
    )


def timeline_row(line: EventRow) -> s.TimelineRow:
    """A line of a run's history."""
    return s.TimelineRow(line.sequence, line.at, line.kind, line.message, line.index)


def code_line(code: str) -> str:
    """What the code begins with: its first line that is no magic and no comment, nor an import if there is more."""
    lines = [line.strip() for line in code.splitlines() if line.strip() and not line.lstrip().startswith(("%%", "#"))]
    telling = next((line for line in lines if not line.startswith(("import ", "from "))), lines[0] if lines else "")
    return telling[:_LINE]


def eta(state: RunState, counts: Counts, started: float | None, now: float) -> float | None:
    """Seconds until a run ends if it goes on as it did; None if nobody can tell."""
    left = counts.queued + counts.running
    if state is not RunState.RUNNING or started is None or not counts.ended or not left:
        return None
    spent = now - started
    return spent * left / counts.ended if spent >= _FIRST_ETA else None


def shown(value: Any) -> Any:
    """A value as JSON in a browser can hold it: integers that it would round become texts."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if -_EXACT <= value <= _EXACT else str(value)
    if isinstance(value, dict):
        return {str(name): shown(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [shown(part) for part in value]
    return value


def _run_fields(run: RunSummary, kind: str, env: str, now: float) -> dict[str, Any]:
    return {
        "id": run.id,
        "name": run.name,
        "target": run.target,
        "state": run.state.value,
        "counts": _as(s.CountsRow, run.counts),
        "submitted": run.submitted,
        "started": run.started,
        "ended": run.ended if run.state in ENDED else None,
        "notebook": run.notebook,
        "code_line": code_line(run.code),
        "env": env,
        "reason": run.reason,
        "single": kind == "single",
        "kind": kind,
        "eta": eta(run.state, run.counts, run.started, now),
    }


def _task_fields(task: TaskRow) -> dict[str, Any]:
    ename, _, evalue = task.error.partition(": ")
    return msgspec.structs.asdict(task) | {
        "params": shown(task.params),
        "summary": shown(task.summary),
        "metrics": shown(task.metrics),
        "error": t.TaskError(ename, evalue) if task.error else None,
    }


def _as(kind: type[_Row], record: msgspec.Struct) -> _Row:
    """What an answer says of a record that has the same fields."""
    return kind(**msgspec.structs.asdict(record))
