"""What a store does with each fact, said as plainly as can be: ``MemoryStore`` is made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from cellburst.model.blob import Packed
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
from cellburst.model.gaps import Output
from cellburst.model.machine import Machine
from cellburst.model.outcome import Span, TaskResult
from cellburst.model.report import Report
from cellburst.model.run import ENDED, Run, RunState
from cellburst.model.usage import UsageSample
from cellburst.store import timeline
from cellburst.store.endings import is_kept
from cellburst.store.parts import fits, key_at, with_parts
from cellburst.store.run_rows import storable

Key = tuple[int, int, int]
"""Task, generation, attempt."""


@dataclass
class Kept:
    """Everything about one run."""

    run: Run
    name: str
    state: RunState = RunState.QUEUED
    reason: str = ""
    started: float | None = None
    ended: float | None = None
    generations: dict[int, int] = field(default_factory=dict)
    retried: dict[int, float] = field(default_factory=dict)
    outcomes: dict[tuple[int, int], TaskResult] = field(default_factory=dict)
    attempts: dict[Key, AttemptEnded] = field(default_factory=dict)
    leases: dict[int, tuple[int, str, float]] = field(default_factory=dict)
    outputs: dict[Key, list[Output]] = field(default_factory=dict)
    usage: dict[Key, list[UsageSample]] = field(default_factory=dict)
    reports: dict[Key, list[Report]] = field(default_factory=dict)
    reopened: float = float("-inf")
    planned: float = float("-inf")
    part_keys: dict[str, int] = field(default_factory=dict)
    machines: dict[str, Machine] = field(default_factory=dict)
    given: dict[int, Packed] = field(default_factory=dict)
    keys: dict[int, bytes] = field(default_factory=dict)
    kept: dict[int, tuple[bytes, float]] = field(default_factory=dict)

    def generation(self, index: int) -> int:
        return self.generations.get(index, 1)

    def newest(self, index: int) -> TaskResult | None:
        return self.outcomes.get((index, self.generation(index)))

    def has(self, index: int) -> bool:
        return 0 <= index < self.run.count


@dataclass
class Contents:
    """What survives the store object: the "file"."""

    epoch: int = 0
    runs: dict[str, Kept] = field(default_factory=dict)
    lines: list[tuple[str, timeline.Line]] = field(default_factory=list)

    def by_key(self, key: str) -> str | None:
        return next((run for run, kept in self.runs.items() if key and kept.run.key == key), None)


def apply(contents: Contents, fact: Event) -> None:
    """Bring the contents up to a fact."""
    _APPLY[type(fact)](contents, fact)


def _run_submitted(contents: Contents, fact: RunSubmitted) -> None:
    run = storable(fact.run)
    if run.id in contents.runs or contents.by_key(run.key) is not None:
        return
    contents.runs[run.id] = Kept(run, run.name)
    _say(contents, fact.run.id, timeline.submitted(fact))


def _tasks_started(contents: Contents, fact: TasksStarted) -> None:
    kept = contents.runs.get(fact.run)
    for index in fact.indices if kept else ():
        if kept is not None and kept.has(index) and kept.newest(index) is None:
            kept.leases[index] = (fact.attempt, fact.worker, fact.at)


def _tasks_ended(contents: Contents, fact: TasksEnded) -> None:
    kept = contents.runs.get(fact.run)
    if kept is None:
        return
    new = []
    for result in fact.results:
        key = (result.index, result.generation)
        known = kept.has(result.index) and 0 < result.generation <= kept.generation(result.index)
        if not known or key in kept.outcomes:
            continue
        kept.outcomes[key] = result
        kept.outputs.setdefault((*key, result.attempt), []).extend(result.outputs)
        if result.generation == kept.generation(result.index):
            kept.leases.pop(result.index, None)
            new.append(result)
            if is_kept(result):
                kept.kept[result.index] = (result.key, fact.at)
    if new:
        _say(contents, fact.run, timeline.ended(new, fact.at))


def _tasks_ended_alike(contents: Contents, fact: TasksEndedAlike) -> None:
    kept = contents.runs.get(fact.run)
    new = []
    for span in fact.spans if kept else ():
        for index in range(span.first, span.stop):
            if kept is None or not kept.has(index) or kept.generation(index) != span.generation or kept.newest(index):
                continue
            kept.outcomes[index, span.generation] = span.result(fact.like, index)
            kept.leases.pop(index, None)
            new.append(Span(index, index + 1, span.generation, span.attempt))
    if new:
        _say(contents, fact.run, timeline.ended_alike(new, fact.like, fact.at))


def _attempt_ended(contents: Contents, fact: AttemptEnded) -> None:
    kept = contents.runs.get(fact.run)
    key = (fact.index, fact.generation, fact.attempt)
    if kept is None or not kept.has(fact.index) or key in kept.attempts:
        return
    if not 0 < fact.generation <= kept.generation(fact.index):
        return
    kept.attempts[key] = fact
    lease = kept.leases.get(fact.index)
    if fact.generation == kept.generation(fact.index) and lease is not None and lease[0] <= fact.attempt:
        del kept.leases[fact.index]
    _say(contents, fact.run, timeline.attempt_ended(fact))


def _tasks_retried(contents: Contents, fact: TasksRetried) -> None:
    kept = contents.runs.get(fact.run)
    if kept is None:
        return
    new = [i for i in dict.fromkeys(fact.indices) if kept.has(i) and kept.retried.get(i) != fact.at]
    for index in new:
        kept.generations[index] = kept.generation(index) + 1
        kept.retried[index] = fact.at
        kept.leases.pop(index, None)
        kept.kept.pop(index, None)
    if new:
        _say(contents, fact.run, timeline.retried(fact, new))


def _tasks_added(contents: Contents, fact: TasksAdded) -> None:
    kept, part = contents.runs.get(fact.run), fact.part
    if kept is None or not fits(part, kept.run.count) or part.key in kept.part_keys:
        return
    kept.run = msgspec.structs.replace(kept.run, sweep=with_parts(kept.run.sweep, [part.view]))
    kept.part_keys |= {part.key: part.start} if part.key else {}
    kept.given.update(enumerate(part.given, part.start))
    if part.keys:
        kept.keys.update((part.start + place, key_at(part.keys, place)) for place in range(part.view.count))
    _say(contents, fact.run, timeline.added(fact, kept.run.open))


def _run_closed(contents: Contents, fact: RunClosed) -> None:
    kept = contents.runs.get(fact.run)
    if kept is not None and kept.run.open and fact.at >= kept.reopened:
        kept.run = msgspec.structs.replace(kept.run, open=False)
        _say(contents, fact.run, timeline.closed(fact, kept.run.count))


def _run_reopened(contents: Contents, fact: RunReopened) -> None:
    kept = contents.runs.get(fact.run)
    if kept is None or fact.at <= kept.reopened:
        return
    options = msgspec.structs.replace(kept.run.options, search=fact.search)
    kept.run, kept.reopened = msgspec.structs.replace(kept.run, open=True, options=options), fact.at
    _say(contents, fact.run, timeline.reopened(fact))


def _run_planned(contents: Contents, fact: RunPlanned) -> None:
    kept = contents.runs.get(fact.run)
    if kept is None or fact.at <= kept.planned:
        return
    kept.run, kept.planned = msgspec.structs.replace(kept.run, plan=fact.plan), fact.at
    _say(contents, fact.run, timeline.planned(fact))


def _run_state_changed(contents: Contents, fact: RunStateChanged) -> None:
    kept = contents.runs.get(fact.run)
    if kept is None or (kept.state, kept.reason) == (fact.state, fact.message):
        return
    if fact.state is RunState.RUNNING and kept.started is None:
        kept.started = fact.at
    if fact.state not in ENDED:
        kept.ended = None
    else:
        kept.ended = fact.at if kept.state is not fact.state else kept.ended
        kept.leases.clear()
    kept.state, kept.reason = fact.state, fact.message
    _say(contents, fact.run, timeline.state_changed(fact))


def _run_renamed(contents: Contents, fact: RunRenamed) -> None:
    kept = contents.runs.get(fact.run)
    if kept is not None and kept.name != fact.name:
        kept.name = fact.name
        _say(contents, fact.run, timeline.renamed(fact))


def _run_deleted(contents: Contents, fact: RunDeleted) -> None:
    contents.runs.pop(fact.run, None)
    # numbers of other lines must not change
    contents.lines = [("" if run == fact.run else run, line) for run, line in contents.lines]


def _machines_changed(contents: Contents, fact: MachinesChanged) -> None:
    if fact.run in contents.runs:
        contents.runs[fact.run].machines.update({machine.name: machine for machine in fact.machines})


def _run_noted(contents: Contents, fact: RunNoted) -> None:
    if fact.run in contents.runs:
        _say(contents, fact.run, timeline.noted(fact))


def _say(contents: Contents, run: str, line: timeline.Line | None) -> None:
    if line is not None and (run, line) not in contents.lines:
        contents.lines.append((run, line))


_APPLY: dict[type, Callable[[Contents, Any], None]] = {
    RunSubmitted: _run_submitted,
    TasksStarted: _tasks_started,
    TasksEnded: _tasks_ended,
    TasksEndedAlike: _tasks_ended_alike,
    AttemptEnded: _attempt_ended,
    TasksRetried: _tasks_retried,
    TasksAdded: _tasks_added,
    RunClosed: _run_closed,
    RunReopened: _run_reopened,
    RunPlanned: _run_planned,
    RunStateChanged: _run_state_changed,
    RunRenamed: _run_renamed,
    RunDeleted: _run_deleted,
    MachinesChanged: _machines_changed,
    RunNoted: _run_noted,
}
