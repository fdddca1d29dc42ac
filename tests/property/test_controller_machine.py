"""Whatever workers, clients and controllers do: no task is lost, none ends twice or is started after its outcome,
counts always add up, and a run that somebody holds open does not end."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from cellburst.abc import Holding
from cellburst.controller import reactor
from cellburst.controller.holders import RETURN_WITHIN
from cellburst.controller.requests import answer
from cellburst.model.blob import Packed
from cellburst.model.outcome import LossReason, OutcomeKind
from cellburst.model.run import ENDED, Run, RunState
from cellburst.model.sweep import SweepPart, SweepView
from cellburst.wire import client as wire
from tests.unit.controller.house import FakeClient, House, a_run

_FEW = reactor._ROWS_OF_THEIR_OWN


class ControllerMachine(RuleBasedStateMachine):
    """Random life of one environment, with controllers that die and are replaced."""

    runs = Bundle("runs")

    @initialize(few=st.sampled_from([0, 1, 5, _FEW]))
    def start(self, few: int) -> None:
        reactor._ROWS_OF_THEIR_OWN = few
        self.house = House(capacity=3)
        self.submitted = 0
        self.shown: dict[tuple[str, int, int], OutcomeKind] = {}
        self.counts: dict[str, int] = {}
        self.given: dict[tuple[str, int], Packed] = {}
        self.parts = 0
        self.seconds = 0.0
        self.holders: dict[str, FakeClient] = {}
        self.open_until: dict[str, float] = {}
        self._watch_assignments()

    def _watch_assignments(self) -> None:
        backend, store = self.house.backend, self.house.store
        assign = backend.assign

        def watched(worker: str, run: str, indices: Any, generations: Any, attempt: int, given: Any = ()) -> None:
            for place, (index, generation) in enumerate(zip(indices, generations, strict=True)):
                known = store.result(run, index)
                assert known is None or known.generation != generation, "it has its outcome already"
                assert (given[place] if given else None) == self.given.get((run, index))
            assign(worker, run, indices, generations, attempt, given)

        backend.assign = watched  # type: ignore[method-assign]

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
        run = a_run(count, kind, number=self.submitted, retries=retries, at_most_once=once)
        self.counts[run.id] = count
        return self.house.submit(run)

    @rule(target=runs, old=runs, count=st.integers(1, 10), hits=st.sets(st.integers(0, 9)), there=st.integers(0, 9))
    def submit_with_hits(self, old: Run, count: int, hits: set[int], there: int) -> Run:
        self.submitted += 1
        run = a_run(count, number=self.submitted)
        self.counts[run.id] = count
        kept = tuple((index, old.id, there) for index in sorted(hits) if index < count)
        assert isinstance(self.house.ask(wire.Submit(1, run, hits=kept)), wire.Done)
        return run

    @rule(target=runs, once=st.booleans(), held=st.booleans())
    def submit_calls(self, once: bool, held: bool) -> Run:
        self.submitted += 1
        run = a_run(number=self.submitted, at_most_once=once)
        run = self.house.submit(replace(run, sweep=SweepView("calls", 0), open=True))
        self.counts[run.id] = 0
        self.open_until[run.id] = self.seconds + RETURN_WITHIN
        if held:
            self.hold(run)
        return run

    @rule(run=runs)
    def hold(self, run: Run) -> None:
        client = FakeClient()
        answer(self.house.controller, client, wire.Hold(1, run.id))
        self.house.turn()
        (said,) = client.heard
        wanted = run.id in self.open_until and run.id not in self.holders
        assert isinstance(said, wire.Done) or not wanted
        if isinstance(said, wire.Done):
            self.holders[run.id] = client

    @precondition(lambda self: self.holders)
    @rule(data=st.data())
    def connection_is_lost(self, data: st.DataObject) -> None:
        run = data.draw(st.sampled_from(sorted(self.holders)))
        self.house.controller.open_runs.lost(self.holders.pop(run))
        del self.open_until[run]
        self.house.turn()

    @rule(run=runs)
    def close(self, run: Run) -> None:
        assert isinstance(self.house.ask(wire.Close(1, run.id)), wire.Done)
        self.holders.pop(run.id, None)
        self.open_until.pop(run.id, None)

    @rule(run=runs, count=st.integers(1, 20), twice=st.booleans())
    def extend(self, run: Run, count: int, twice: bool) -> None:
        start, self.parts = self.counts[run.id], self.parts + 1
        calls = run.sweep.kind == "calls"
        given = tuple(Packed(b"%s %d" % (run.id.encode(), start + i)) for i in range(count)) if calls else ()
        message = wire.Extend(1, run.id, SweepPart(start, SweepView("copies", count), given, f"part {self.parts}"))
        state = self.house.status(run).state
        known = dict(self.given)
        self.given.update({(run.id, start + place): packed for place, packed in enumerate(given)})
        said = self.house.ask(message)
        if isinstance(said, wire.Refusal):
            self.given = known
            assert run.single or state is RunState.CANCELLING or (calls and run.id not in self.open_until)
            return
        self.counts[run.id] += count
        if twice:
            assert self.house.ask(message) == said

    @precondition(lambda self: self._busy())
    @rule(data=st.data())
    def end_early(self, data: st.DataObject) -> None:
        worker = data.draw(st.sampled_from(self._busy()))
        run, index, _, _ = self.house.backend.held[worker][0]
        self.house.ask(wire.EndEarly(1, run, (index,)))
        if (run, (index,)) in self.house.backend.pruned:
            self.house.backend.pruned.clear()
            self.house.backend.finish(worker, OutcomeKind.PRUNED)
            self.house.turn()

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
        self.holders.pop(run.id, None)
        self.open_until.pop(run.id, None)

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
        self._pass(1.0)

    @rule()
    def much_time_passes(self) -> None:
        self._pass(RETURN_WITHIN / 2)

    def _pass(self, seconds: float) -> None:
        self.house.advance(seconds)
        self.seconds += seconds
        for run in [run for run, until in self.open_until.items() if run not in self.holders and until <= self.seconds]:
            del self.open_until[run]

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
        self.holders.clear()
        self.open_until = dict.fromkeys(self.open_until, self.seconds + RETURN_WITHIN)
        self._watch_assignments()
        self.house.controller.take_over()
        self.house.turn()

    @invariant()
    def counts_add_up(self) -> None:
        for book in self.house.controller.core.runs.values():
            counts = book.counts
            assert counts.total == book.count == self.counts[book.run.id], counts
            assert min(counts.queued, counts.running, counts.succeeded, counts.failed, counts.cancelled) >= 0
            assert sum(book.over) == counts.ended

    @invariant()
    def the_store_knows_every_part(self) -> None:
        for run, count in self.counts.items():
            assert self.house.store.run(run).count == count

    @invariant()
    def an_open_run_goes_on(self) -> None:
        for run in self.open_until:
            assert self.house.store.status(run).state not in ENDED

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

    def teardown(self) -> None:
        reactor._ROWS_OF_THEIR_OWN = _FEW


ControllerMachine.TestCase.settings = settings(
    max_examples=200, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestControllerMachine = ControllerMachine.TestCase
