"""Between a plan, which decides, and the run that it decides for: news in, tasks out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from msgspec.structs import replace

from cellburst import faults
from cellburst.abc import RunReader
from cellburst.client.connecting.link import Link
from cellburst.client.surroundings.origin import new_key
from cellburst.errors import UsageError
from cellburst.model.outcome import TaskResult
from cellburst.model.report import Report
from cellburst.model.run import ENDED, Run, RunState, TaskState
from cellburst.model.search import Search, Until
from cellburst.model.sweep import SweepPart
from cellburst.search.copies import Copies
from cellburst.search.plan import Ended, Plan, Row
from cellburst.search.rows import packed, unpacked
from cellburst.search.space import Space
from cellburst.search.study import StudyPlan
from cellburst.sweeps import plain
from cellburst.wire import client as wire

_LOOK = 60.0  # seconds between two looks at a run of which nothing is heard


class Session:
    """One searcher and its run. ``commands`` and ``news`` are two connections to the same controller."""

    def __init__(self, run: str, commands: Link, news: Link, reader: RunReader) -> None:
        self._id = run
        self._commands = commands
        self._news = news
        self._reader = reader
        self._count = 0
        self._ended: set[int] = set()
        self._state = RunState.QUEUED

    def decide(self) -> None:
        """Until the run needs no more tasks, and is closed.

        Raises LinkLostError when the controller is gone, UsageError when somebody else decides for this run.
        """
        self._commands.request(wire.Hold(0, self._id))
        self._news.request(wire.Follow(0, self._id))
        run = self._reader.run(self._id)
        if not run.open:
            return
        try:
            plan = make_plan(run, self._capacity(run.target))
            ended = self._carry_out(run, plan)
        except UsageError as error:
            ended = Ended(str(error), failed=True)
        if ended is not None:
            self._finish(ended)

    def _carry_out(self, run: Run, plan: Plan) -> Ended | None:
        """How the plan ended; None if the run ended before it."""
        self._add(plan, self._recalled(run, plan))
        while plan.ended is None:
            if not self._heard(plan):
                return None
        return plan.ended

    def _capacity(self, target: str) -> int:
        targets = self._commands.request(wire.Ping(0)).data["targets"]
        return int(targets.get(target, {}).get("capacity", self._commands.welcome.capacity))

    # what is on record

    def _recalled(self, run: Run, plan: Plan) -> list[Row]:
        """Tell the plan everything that has happened until now, in its order; what it asks for beyond."""
        self._count = run.count
        plan.recall(unpacked(self._reader.given(self._id, range(run.count)), run.count))
        rows = plan.ask()
        for result in self._in_order(self._reader.results(self._id)):
            if plan.listens:
                plan.report(result.index, self._reports(result.index, result.attempt))
            rows += self._tell(plan, result)
        plan.live()
        going = [index for index in range(run.count) if index not in self._ended] if plan.listens else []
        hopeless = [index for index in going if plan.report(index, self._reports(index))]
        self._end_early(hopeless)
        return rows + plan.ask()

    def _in_order(self, results: Iterable[TaskResult]) -> list[TaskResult]:
        judged = (replace(result, value=None) for result in results)  # a value may be large, and is not looked at
        return sorted(judged, key=lambda result: (result.started + result.seconds, result.index))

    def _reports(self, index: int, attempt: int = 0) -> list[Report]:
        """What a task has reported, in all its attempts."""
        if not attempt:
            attempt = max((row.attempt for row in self._reader.tasks(self._id, index, index + 1)), default=0)
        return [report for number in range(1, attempt + 1) for report in self._reader.reports(self._id, index, number)]

    # what happens

    def _heard(self, plan: Plan) -> bool:
        """Wait for news, and act on them; whether the run goes on."""
        message = self._news.news(_LOOK)
        rows: list[Row] = []
        hopeless: list[int] = []
        while message is not None:
            match message:
                case wire.TasksChanged() if message.run == self._id:
                    rows += self._tell_ended(plan, message.ended)
                case wire.TaskReported() if message.run == self._id:
                    if plan.listens and plan.report(message.index, message.reports):
                        hopeless.append(message.index)
                case wire.Status() if message.status.id == self._id:
                    self._state = message.status.state
            message = self._news.news(0.0)
        self._end_early(hopeless)
        if self._state in ENDED or self._state is RunState.CANCELLING:
            return False
        self._add(plan, rows)
        return True

    def _tell_ended(self, plan: Plan, indices: Sequence[int]) -> list[Row]:
        rows: list[Row] = []
        for result in self._in_order(self._reader.results(self._id, indices)):
            rows += self._tell(plan, result)
            faults.point("search.told")
        return rows

    def _tell(self, plan: Plan, result: TaskResult) -> list[Row]:
        """One at a time, so that what is asked next does not depend on how many are told of together."""
        self._ended.add(result.index)
        plan.tell(result)
        return plan.ask()

    # what is done

    def _add(self, plan: Plan, rows: Sequence[Row]) -> None:
        if not rows or plan.ended is not None:
            return
        faults.point("search.asked")
        given = tuple(map(packed, rows)) if any(rows) else ()
        part = SweepPart(self._count, plan.view(rows), given, new_key())
        self._commands.request(wire.Extend(0, self._id, part))
        faults.point("search.added")
        self._count += len(rows)

    def _end_early(self, indices: Sequence[int]) -> None:
        if indices:
            self._commands.request(wire.EndEarly(0, self._id, tuple(indices)))

    def _finish(self, ended: Ended) -> None:
        """Take back what waits, let finish what runs, and close the run."""
        while pending := self._pending():
            waiting = tuple(index for index, state in pending.items() if state == TaskState.QUEUED.value)
            if waiting:
                self._commands.request(wire.Cancel(0, self._id, waiting))
            elif not self._await_some():
                return
        faults.point("search.closing")
        self._commands.request(wire.Close(0, self._id, ended.reason, ended.failed))

    def _pending(self) -> dict[int, str]:
        open_states = (TaskState.QUEUED.value, TaskState.RUNNING.value)
        return {row.index: row.state for row in self._reader.tasks(self._id) if row.state in open_states}

    def _await_some(self) -> bool:
        """Until tasks have ended; whether the run goes on."""
        while message := self._news.news(_LOOK):
            match message:
                case wire.TasksChanged():
                    return True
                case wire.Status() if message.status.state in ENDED:
                    return False
        return True


def make_plan(run: Run, capacity: int) -> Plan:
    """Who decides for a run where so many tasks run at once.

    Raises UsageError when it is no search, or when something that it needs is not there.
    """
    slots = min(run.options.parallel or capacity, capacity)
    search = run.options.search
    if isinstance(search, Until):
        return Copies(search, slots)
    if isinstance(search, Search):
        conditions = {each.name: partial(plain.holds, each.when) for each in search.space if each.when}
        return StudyPlan(search, Space(search.space, conditions), run.options.seed, slots)
    raise UsageError(f"run {run.id} is no search")
