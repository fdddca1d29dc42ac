"""A run store in memory, for tests and as the plainest statement of what a store does: no speed, no durability."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from cellburst.errors import StoreFencedError, UnknownRunError
from cellburst.model.blob import Packed
from cellburst.model.events import Event, RunDeleted
from cellburst.model.gaps import Output
from cellburst.model.ids import is_run_id
from cellburst.model.known import Tried, in_order
from cellburst.model.machine import Machine, Meter, meter_of
from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.model.report import Report
from cellburst.model.run import ENDED, Counts, Run, RunStatus, RunSummary, TaskState
from cellburst.model.stored import EventRow, LiveRun, TaskRow
from cellburst.model.usage import UsageSample
from cellburst.settings import Settings
from cellburst.store.memory_facts import Contents, Kept, apply
from cellburst.store.output_records import capped, joined
from cellburst.store.parts import key_at
from cellburst.store.rows import COUNTED, error_line
from cellburst.store.timeline import RUN


class MemoryStore:
    """A RunStore. ``reopened`` gives the next controller's store on the same contents."""

    epoch: int

    def __init__(self, settings: Settings | None = None, *, contents: Contents | None = None) -> None:
        self._settings = settings or Settings()
        self._contents = contents or Contents()
        self._contents.epoch += 1
        self.epoch = self._contents.epoch

    def reopened(self) -> MemoryStore:
        """The store of a newer epoch; this one is fenced from now on."""
        return MemoryStore(self._settings, contents=self._contents)

    # reading

    def runs(self, *, limit: int = 100, offset: int = 0) -> list[RunSummary]:
        newest = sorted(self._contents.runs.values(), key=lambda kept: (kept.run.submitted, kept.run.id), reverse=True)
        return [self._summary(kept) for kept in newest[max(0, offset) :][: max(0, limit)]]

    def run(self, run: str) -> Run:
        kept = self._kept(run)
        return msgspec.structs.replace(kept.run, name=kept.name)

    def given(self, run: str, indices: Iterable[int]) -> dict[int, Packed]:
        given = self._kept(run).given
        return {index: given[index] for index in indices if index in given}

    def keys(self, run: str, indices: Iterable[int]) -> dict[int, bytes]:
        kept = self._kept(run)
        own = kept.run.payload.keys
        body = b"" if own is None else own.body
        wanted = {index: kept.keys.get(index) or key_at(body, index) for index in indices}
        return {index: key for index, key in wanted.items() if key}

    def find(self, prefix: str) -> list[str]:
        return [summary.id for summary in self.runs(limit=1 << 62) if summary.id.startswith(prefix)][:10]

    def status(self, run: str) -> RunStatus:
        kept = self._kept(run)
        return RunStatus(kept.run.id, kept.state, _counts(kept), kept.started, kept.ended, kept.reason)

    def tasks(self, run: str, start: int = 0, stop: int | None = None) -> Iterator[TaskRow]:
        kept = self._kept(run)
        last = kept.run.count if stop is None else min(stop, kept.run.count)
        return iter([_task_row(kept, index) for index in range(max(0, start), last)])

    def endings(self, run: str) -> dict[int, str]:
        found = self.tasks(run)
        return {row.index: row.state for row in found if row.state not in ("queued", "running")}

    def result(self, run: str, index: int) -> TaskResult | None:
        found = self._kept(run).newest(index)
        if found is None:
            return None
        return msgspec.structs.replace(found, outputs=tuple(self.outputs(run, index, found.attempt)))

    def results(self, run: str, indices: Iterable[int] | None = None) -> Iterator[TaskResult]:
        kept = self._kept(run)
        wanted = range(kept.run.count) if indices is None else sorted(set(indices))
        found = [result for index in wanted if (result := kept.newest(index)) is not None]
        return iter([msgspec.structs.replace(result, outputs=()) for result in found])

    def outputs(self, run: str, index: int, attempt: int | None = None) -> list[Output]:
        kept = self._kept(run)
        if attempt is None:
            attempt = _task_row(kept, index).attempt if kept.has(index) else 0
        records = kept.outputs.get((index, kept.generation(index), attempt), [])
        return joined(capped(records, self._settings.output_head, self._settings.output_tail))

    def machines(self, run: str) -> list[Machine]:
        return list(self._kept(run).machines.values())

    def meters(self, runs: Iterable[str]) -> dict[str, Meter]:
        kept = {run: self._contents.runs[run] for run in runs if run in self._contents.runs}
        found = {run: meter_of(of.machines.values()) for run, of in kept.items()}
        return {run: meter for run, meter in found.items() if meter is not None}

    def cached(self, keys: Iterable[bytes]) -> dict[bytes, tuple[str, int]]:
        newest: dict[bytes, tuple[float, int, int, str]] = {}
        for place, (run, kept) in enumerate(self._contents.runs.items()):
            for index, (key, at) in kept.kept.items():
                newest[key] = max(newest.get(key, (at, -1, -1, "")), (at, place, index, run))
        return {key: (newest[key][3], newest[key][2]) for key in keys if key in newest}

    def successes(self, run: str, indices: Iterable[int]) -> dict[int, TaskResult]:
        found = {index: self.result(run, index) for index in indices}
        return {i: result for i, result in found.items() if result and result.kind is OutcomeKind.SUCCEEDED}

    def timeline(self, run: str, after: int = 0) -> list[EventRow]:
        self._kept(run)
        return [
            EventRow(number, run, line.at, line.kind, line.message, None if line.task == RUN else line.task)
            for number, (of_run, line) in enumerate(self._contents.lines, 1)
            if of_run == run and number > after
        ]

    def disk_use(self) -> dict[str, int]:
        return {"database": 0, "blobs": 0, "outputs": 0}

    def close(self) -> None:
        """Nothing to do."""

    # writing

    def commit(self, events: Sequence[Event], *, lasting: bool = True) -> None:
        self._check_epoch()
        for fact in events:
            apply(self._contents, fact)

    def sync(self) -> None:
        """Nothing here survives a power cut."""

    def live_runs(self) -> list[LiveRun]:
        oldest = reversed(self.runs(limit=1 << 62))
        return [self.load_run(run.id) for run in oldest if run.state not in ENDED]

    def live_machines(self) -> list[Machine]:
        return [machine for kept in self._contents.runs.values() for machine in kept.machines.values() if machine.live]

    def load_run(self, run: str) -> LiveRun:
        kept = self._kept(run)
        current = [fact for fact in kept.attempts.values() if fact.generation == kept.generation(fact.index)]
        return LiveRun(
            run=self.run(run),
            status=self.status(run),
            ended=frozenset(index for index in range(kept.run.count) if kept.newest(index) is not None),
            generations=dict(kept.generations),
            losses=dict(Counter(fact.index for fact in current if fact.loss is not None)),
            failures=dict(Counter(fact.index for fact in current if fact.loss is None)),
            leased={index: attempt for index, (attempt, _, _) in kept.leases.items()},
            tried=in_order(
                [
                    Tried(fact.index, fact.generation, fact.attempt, fact.worker, fact.loss)
                    for fact in current
                    if fact.loss is not None
                ]
                + [
                    Tried(index, kept.generation(index), attempt, worker)
                    for index, (attempt, worker, _) in kept.leases.items()
                ]
            ),
            open=kept.run.open,
            given={index: packed for index, packed in kept.given.items() if kept.newest(index) is None},
            keys={index: key for index, key in kept.keys.items() if kept.newest(index) is None},
        )

    def part_start(self, run: str, key: str) -> int | None:
        kept = self._contents.runs.get(run)
        return None if kept is None else kept.part_keys.get(key)

    def by_key(self, key: str) -> str | None:
        return self._contents.by_key(key)

    def append_outputs(self, run: str, index: int, attempt: int, outputs: Sequence[Output]) -> None:
        if not is_run_id(run):
            raise UnknownRunError(f"{run!r} is no run id")
        self._check_epoch()
        kept = self._contents.runs.get(run)
        if kept is not None and kept.has(index) and attempt > 0:
            kept.outputs.setdefault((index, kept.generation(index), attempt), []).extend(outputs)

    def append_usage(self, run: str, index: int, attempt: int, samples: Sequence[UsageSample]) -> None:
        if not is_run_id(run):
            raise UnknownRunError(f"{run!r} is no run id")
        self._check_epoch()
        kept = self._contents.runs.get(run)
        if kept is not None and kept.has(index) and attempt > 0:
            kept.usage.setdefault((index, kept.generation(index), attempt), []).extend(samples)

    def usage(self, run: str, index: int, attempt: int) -> list[UsageSample]:
        kept = self._kept(run)
        return list(kept.usage.get((index, kept.generation(index), attempt), ()))

    def append_reports(self, run: str, index: int, attempt: int, reports: Sequence[Report]) -> None:
        if not is_run_id(run):
            raise UnknownRunError(f"{run!r} is no run id")
        self._check_epoch()
        kept = self._contents.runs.get(run)
        if kept is not None and kept.has(index) and attempt > 0:
            known = kept.reports.setdefault((index, kept.generation(index), attempt), [])
            for report in reports:
                if report not in known:
                    known.append(report)

    def reports(self, run: str, index: int, attempt: int) -> list[Report]:
        kept = self._kept(run)
        return list(kept.reports.get((index, kept.generation(index), attempt), ()))

    def prune(self, keep_days: float, keep_bytes: int, now: float) -> list[str]:
        """By age only: nothing here takes space on a disk."""
        self._check_epoch()
        machines = {machine.run for machine in self.live_machines()}
        every = {run: kept for run, kept in self._contents.runs.items() if run not in machines}
        ended = sorted((kept.ended, run) for run, kept in every.items() if kept.ended is not None)
        chosen = [run for at, run in ended if now - at > keep_days * 86400]
        self.commit([RunDeleted(run, now) for run in chosen])
        return chosen

    def sweep_blobs(self, grace: float, now: float) -> int:
        """There are no blobs here."""
        self._check_epoch()
        return 0

    def _check_epoch(self) -> None:
        if self.epoch != self._contents.epoch:
            raise StoreFencedError(f"a controller of epoch {self._contents.epoch} owns the store")

    def _kept(self, run: str) -> Kept:
        kept = self._contents.runs.get(run)
        if kept is None:
            raise UnknownRunError(f"there is no run {run!r}; `%remote runs` lists them")
        return kept

    def _summary(self, kept: Kept) -> RunSummary:
        run, status = kept.run, self.status(kept.run.id)
        return RunSummary(
            id=run.id,
            name=kept.name,
            target=run.target,
            state=kept.state,
            counts=status.counts,
            submitted=run.submitted,
            started=kept.started,
            ended=kept.ended,
            notebook=run.origin.notebook,
            code=run.code,
            reason=kept.reason,
        )


def _counts(kept: Kept) -> Counts:
    states = Counter(_task_row(kept, index).state for index in range(kept.run.count))
    return Counts(**{state.value: states[state.value] for state in TaskState})


def _task_row(kept: Kept, index: int) -> TaskRow:
    generation, params = kept.generation(index), kept.run.sweep.params(index)
    result = kept.newest(index)
    if result is None:
        lease = kept.leases.get(index)
        if lease is not None:
            attempt, worker, at = lease
            return TaskRow(index, TaskState.RUNNING.value, params, generation, attempt, at, worker=worker)
        tried = [key[2] for key in kept.attempts if key[:2] == (index, generation)]
        return TaskRow(index, TaskState.QUEUED.value, params, generation, max(tried, default=0))
    return TaskRow(
        index=index,
        state=COUNTED[result.kind].value,
        params=params or result.params or {},
        generation=generation,
        attempt=result.attempt,
        started=result.started,
        seconds=result.seconds,
        peak_rss=result.peak_rss,
        summary=result.summary,
        error=error_line(result.error) if result.error else "",
        note=result.note,
        metrics=result.metrics,
        worker=result.worker,
        cached=result.cached,
        files=result.files,
    )
