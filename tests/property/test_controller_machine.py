"""Whatever workers, clients and controllers do: no task is lost, none ends twice, counts always add up."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from cellburst.abc import Holding
from cellburst.model.outcome import LossReason, OutcomeKind
from cellburst.model.run import ENDED, Run
from cellburst.wire import client as wire
from tests.unit.controller.house import House, a_run


class ControllerMachine(RuleBasedStateMachine):
    """Random life of one environment, with controllers that die and are replaced."""

    runs = Bundle("runs")

    @initialize()
    def start(self) -> None:
        self.house = House(capacity=3)
        self.submitted = 0
        self.shown: dict[tuple[str, int, int], OutcomeKind] = {}

    @rule(
        target=runs,
        count=st.integers(1, 40),
        retries=st.integers(0, 2),
        once=st.booleans(),
        kind=st.sampled_from(["copies", "single"]),
    )
    def submit(self, count: int, retries: int, once: bool, kind: str) -> Run:
        self.submitted += 1  # runs of one moment are served in the order of their ids, which must not be chance here
        count = 1 if kind == "single" else count
        return self.house.submit(a_run(count, kind, number=self.submitted, retries=retries, at_most_once=once))

    @rule()
    def worker_comes(self) -> None:
        lane = self.house.controller.core.lanes["local"]
        if lane.starting:
            self.house.backend.come()
            self.house.turn()

    def _busy(self) -> list[str]:
        return [name for name, tasks in self.house.backend.held.items() if tasks]

    @precondition(lambda self: self._busy())
    @rule(data=st.data(), seconds=st.sampled_from([0.0001, 0.01, 3.0]), ok=st.booleans(), many=st.integers(1, 30))
    def finish(self, data: st.DataObject, seconds: float, ok: bool, many: int) -> None:
        worker = data.draw(st.sampled_from(self._busy()))
        for _ in range(min(many, len(self.house.backend.held[worker]))):
            self.house.backend.finish(worker, OutcomeKind.SUCCEEDED if ok else OutcomeKind.FAILED, seconds)
        self.house.turn()

    @precondition(lambda self: self.house.backend.held)
    @rule(data=st.data(), reason=st.sampled_from(list(LossReason)))
    def lose(self, data: st.DataObject, reason: LossReason) -> None:
        worker = data.draw(st.sampled_from(sorted(self.house.backend.held)))
        for batch in {task[0] for task in self.house.backend.held[worker][1:]}:
            if batch != self.house.backend.held[worker][0][0]:
                return  # the double tells of one run only; the pool is tested with several
        self.house.backend.lose(worker, reason)
        self.house.turn()

    @rule()
    def recalls_are_answered(self) -> None:
        for worker in self.house.backend.recalled:
            runs = {task[0] for task in self.house.backend.held.get(worker, [])}
            if len(runs) == 1:
                self.house.backend.give_back(worker)
        self.house.backend.recalled.clear()
        self.house.turn()

    @rule(run=runs)
    def cancel(self, run: Run) -> None:
        self.house.ask(wire.Cancel(1, run.id))

    @rule()
    def cancels_are_carried_out(self) -> None:
        for run, indices in self.house.backend.cancelled:
            for worker, tasks in list(self.house.backend.held.items()):
                mine = [task for task in tasks if task[0] == run and (not indices or task[1] in indices)]
                for task in mine:
                    tasks.remove(task)
                    tasks.insert(0, task)
                    self.house.backend.finish(worker, OutcomeKind.CANCELLED)
        self.house.backend.cancelled.clear()
        self.house.turn()

    @rule(run=runs, which=st.sampled_from(["unfinished", "failed", "missing"]))
    def retry(self, run: Run, which: str) -> None:
        self.house.ask(wire.Retry(1, run.id, which))

    @rule()
    def time_passes(self) -> None:
        self.house.advance(1.0)

    @rule()
    def controller_dies(self) -> None:
        holdings = []
        held = {}
        for worker, tasks in self.house.backend.held.items():
            if tasks:
                run, attempt = tasks[0][0], tasks[0][3]
                same = [task for task in tasks if task[0] == run and task[3] == attempt]
                indices, generations = (tuple(task[place] for task in same) for place in (1, 2))
                holdings.append(Holding(worker, run, indices, generations, attempt, True))
                held[worker] = same
        self.house = House(self.house.store, capacity=3)
        self.house.backend.held = held
        self.house.backend.adopt = lambda epoch: holdings  # type: ignore[method-assign]
        self.house.controller.take_over()
        self.house.turn()

    @invariant()
    def counts_add_up(self) -> None:
        for book in self.house.controller.core.runs.values():
            counts = book.counts
            assert counts.total == book.run.count, counts
            assert min(counts.queued, counts.running, counts.succeeded, counts.failed, counts.cancelled) >= 0
            assert sum(book.over) == counts.ended

    @invariant()
    def what_was_shown_never_changes(self) -> None:
        for summary in self.house.store.runs():
            for result in self.house.store.results(summary.id):
                key = (summary.id, result.index, result.generation)
                assert self.shown.setdefault(key, result.kind) is result.kind

    @invariant()
    def ended_runs_have_every_outcome(self) -> None:
        for summary in self.house.store.runs():
            if summary.state in ENDED and summary.id not in self.house.controller.core.runs:
                assert len(list(self.house.store.results(summary.id))) == summary.counts.total

    @invariant()
    def nobody_holds_a_task_twice(self) -> None:
        held = [task[:2] for tasks in self.house.backend.held.values() for task in tasks]
        live = [task for task in held if task[0] in self.house.controller.core.runs]
        assert len(live) == len(set(live))


ControllerMachine.TestCase.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestControllerMachine = ControllerMachine.TestCase
