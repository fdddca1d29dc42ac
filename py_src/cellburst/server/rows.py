"""From what a store tells to what an answer says. Pure: no store, no clock, no request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from cellburst.model.browsing import AttemptRow, RunGist
from cellburst.model.machine import Machine, Meter
from cellburst.model.naming import telling_line
from cellburst.model.outcome import TaskResult
from cellburst.model.run import ENDED, Counts, Run, RunState, RunSummary
from cellburst.model.search import Search, Until
from cellburst.model.stored import EventRow, TaskRow
from cellburst.server.schemas import machines as m
from cellburst.server.schemas import runs as s
from cellburst.server.schemas import tasks as t
from cellburst.server.schemas.interface import ErrorBody
from cellburst.server.schemas.status import LiveMachinesRow
from cellburst.server.schemas.timeline import TimelineRow

_LINE = 200
_FIRST_ETA = 2.0  # seconds that a run must have been going on
_EXACT = 1 << 53  # integers beyond are rounded by a browser

_Row = TypeVar("_Row", bound=msgspec.Struct)


def run_row(run: RunSummary, gist: RunGist | None, env: str, now: float, meter: Meter | None = None) -> s.RunRow:
    """A run in a list; ``gist`` is None if its record is damaged."""
    return s.RunRow(**_run_fields(run, gist, env, now, meter))


def run_detail(
    run: RunSummary,
    whole: Run | None,
    error: ErrorBody | None,
    env: str,
    now: float,
    cached: int = 0,
    meter: Meter | None = None,
) -> s.RunDetail:
    """A run with what was submitted; ``whole`` is None if ``error`` says why that cannot be read."""
    gist = None if whole is None else RunGist(whole.sweep.kind, whole.origin.python, whole.elsewhere is not None)
    search = whole.options.search if whole is not None else None
    return s.RunDetail(
        **_run_fields(run, gist, env, now, meter),
        code=run.code,
        manifest=[_as(s.InputRow, entry) for entry in whole.manifest.entries] if whole is not None else [],
        sent=whole.manifest.size if whole is not None else 0,
        options=_as(s.OptionsRow, whole.options) if whole is not None else None,
        origin=_as(s.OriginRow, whole.origin) if whole is not None else None,
        sweep=s.SweepRow(
            kind=whole.sweep.kind if whole is not None else "", names=_names(whole), count=run.counts.total
        ),
        folder=whole.payload.cwd if whole is not None else "",
        open=whole is not None and whole.open,
        search=_search_row(search),
        cached=cached,
        plan=_as(m.PlanRow, whole.plan) if whole is not None and whole.plan is not None else None,
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


def timeline_row(line: EventRow) -> TimelineRow:
    """A line of a run's history."""
    return TimelineRow(line.sequence, line.at, line.kind, line.message, line.index)


def code_line(code: str) -> str:
    """What the code begins with."""
    return telling_line(code)[:_LINE]


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


def _names(run: Run | None) -> list[str]:
    """The parameters of a run: those that are searched, and those of its tasks."""
    if run is None:
        return []
    search = run.options.search
    searched = [dimension.name for dimension in search.space] if isinstance(search, Search) else []
    return list(dict.fromkeys((*searched, *run.sweep.names)))


def _search_row(search: Search | Until | None) -> s.SearchRow | None:
    if isinstance(search, Search):
        how = {"sampler": search.sampler, "pruner": search.pruner}
        return s.SearchRow("search", search.metric, search.trials, search.direction, **how)
    if isinstance(search, Until):
        return s.SearchRow("until", search.metric, search.most, condition=search.condition)
    return None


def meter_row(meter: Meter | None) -> m.MeterRow | None:
    """What machines cost, for a page that goes on counting."""
    return None if meter is None else m.MeterRow(meter.base, meter.rate, meter.fresh)


def machine_row(machine: Machine, tasks: int, now: float) -> m.MachineRow:
    """A machine in a table, with how many tasks it is at."""
    ours = {"state": machine.state.value, "cost": machine.cost(now), "tasks": tasks}
    fields = {name: getattr(machine, name) for name in m.MachineRow.__struct_fields__ if name not in ours}
    return m.MachineRow(**fields | ours)


def live_machines_row(run: RunSummary, machines: Sequence[Machine]) -> LiveMachinesRow:
    """What of a run costs something now."""
    rate = sum(machine.price for machine in machines if machine.billed is not None)
    states = Counter(machine.state.value for machine in machines)
    return LiveMachinesRow(run.id, run.name or code_line(run.code) or run.id, len(machines), dict(states), rate)


def _run_fields(run: RunSummary, gist: RunGist | None, env: str, now: float, meter: Meter | None) -> dict[str, Any]:
    kind = gist.kind if gist is not None else ""
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
        "meter": meter_row(meter),
        "elsewhere": gist is not None and gist.elsewhere,
    }


def _task_fields(task: TaskRow) -> dict[str, Any]:
    ename, _, evalue = task.error.partition(": ")
    return msgspec.structs.asdict(task) | {
        "params": shown(task.params),
        "summary": shown(task.summary),
        "metrics": shown(task.metrics),
        "error": t.TaskError(ename, evalue) if task.error else None,
        "files": [t.FileRow(entry.path, entry.blob.size) for entry in task.files],
    }


def _as(kind: type[_Row], record: msgspec.Struct) -> _Row:
    """What an answer says of a record that has the same fields, and perhaps more."""
    return kind(**{name: getattr(record, name) for name in kind.__struct_fields__})
