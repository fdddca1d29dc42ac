"""Under any facts in any order, with reopening and kills between, the two stores say the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cellburst.model.blob import Packed
from cellburst.model.events import (
    AttemptEnded,
    Event,
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
from cellburst.model.outcome import LossReason, OutcomeKind, Span, TaskResult
from cellburst.model.plan import Plan
from cellburst.model.report import Report
from cellburst.model.run import RunState
from cellburst.model.search import Until
from cellburst.model.sweep import Axis, SweepPart, SweepView
from tests.property.two_stores import COUNT, KEYS, MOST, TwoStores
from tests.unit.store.builders import T0, make_failure, make_result, make_run, run_id, text

INDICES = (*range(COUNT), *range(COUNT), -1, COUNT, COUNT + 1, MOST)
GENERATIONS = (1, 1, 2, 2, 3)
ATTEMPTS = (1, 2, 3)
WORKERS = ("w1", "w2")
WORDS = ("a", "b" * 20, "c" * 50)
TIMES = tuple(T0 + ticks for ticks in range(6))
FEW = {"min_size": 1, "max_size": 4}

run = st.sampled_from([1, 1, 1, 2, 3]).map(run_id)
index, generation, attempt = st.sampled_from(INDICES), st.sampled_from(GENERATIONS), st.sampled_from(ATTEMPTS)
indices = st.lists(index, unique=True, **FEW).map(tuple)
worker, at = st.sampled_from(WORKERS), st.sampled_from(TIMES)
VIEWS = (
    SweepView("copies", 1),
    SweepView("calls", 2),
    SweepView("table", 1, columns=("x",), rows=(("new",),)),
    SweepView("table", 2, columns=("x", "y"), rows=((1, 2), (3, 4))),
    SweepView("grid", 2, (Axis("x", (8, 9)),)),
)
STARTS = (COUNT, COUNT, COUNT + 1, COUNT + 2, COUNT + 3)


def make_part(start: int, view: SweepView, key: str, given: bool) -> SweepPart:
    packs = tuple(Packed(b"%d" % (start + place)) for place in range(view.count)) if given else ()
    return SweepPart(start, view, packs, key)


part = st.builds(
    make_part, st.sampled_from(STARTS), st.sampled_from(VIEWS), st.sampled_from(["", "", "k", "l"]), st.booleans()
)
reports = st.lists(st.builds(Report, st.sampled_from([0.5, 1.0, 1.5]), st.integers(0, 3), st.just({"loss": 0.5})))
outputs = st.lists(st.builds(text, st.sampled_from(WORDS), st.sampled_from(["stdout", "stderr"])), max_size=3)
result = st.builds(
    make_result, index, generation, attempt, outputs=outputs.map(tuple), key=st.sampled_from([b"", *KEYS])
) | st.builds(make_failure, index, generation, attempt, kind=st.sampled_from(OutcomeKind))
loss = st.sampled_from([None, LossReason.EXITED])
span = st.builds(Span, index, index, generation, st.integers(0, 3))
like = st.builds(make_failure, kind=st.sampled_from(OutcomeKind))
FACTS: list[st.SearchStrategy[Any]] = [
    st.builds(RunSubmitted, st.sampled_from([1, 2, 3]).map(lambda number: make_run(number, COUNT, open=number == 3))),
    st.builds(TasksStarted, run, indices, attempt, worker, at),
    st.builds(TasksEnded, run, st.lists(result, **FEW).map(tuple), at),
    st.builds(TasksEndedAlike, run, st.lists(span, **FEW).map(tuple), like, at),
    st.builds(AttemptEnded, run, index, generation, attempt, worker, loss, st.just("no"), at),
    st.builds(TasksRetried, run, indices, at),
    st.builds(TasksAdded, run, part, at),
    st.builds(RunClosed, run, at),
    st.builds(RunReopened, run, st.builds(Until, st.just("n > 1"), st.integers(2, 3)), at),
    st.builds(RunPlanned, run, st.builds(Plan, st.just("ec2"), st.just(""), st.just(()), st.integers(1, 2)), at),
    st.builds(RunStateChanged, run, st.sampled_from(RunState), at, st.sampled_from(["", "waits"])),
    st.builds(RunRenamed, run, st.sampled_from(["x", "y"]), at),
    st.builds(RunNoted, run, st.sampled_from(["n", "m"]), at),
    st.builds(RunDeleted, st.sampled_from([2, 3]).map(run_id), at),
]


class StoreMachine(RuleBasedStateMachine):
    """Hypothesis chooses, and finds the shortest story that fails."""

    @initialize()
    def start(self) -> None:
        self.both = TwoStores()
        self.both.commit([RunSubmitted(make_run(1, COUNT)), RunSubmitted(make_run(2, COUNT))])

    @rule(facts=st.lists(st.one_of(FACTS), min_size=1, max_size=8))
    def commit(self, facts: list[Event]) -> None:
        self.both.commit(facts)

    @rule(run=run, index=index, attempt=attempt, records=outputs)
    def stream(self, run: str, index: int, attempt: int, records: list[dict[str, Any]]) -> None:
        self.both.stream(run, index, attempt, records)

    @rule(run=run, index=index, attempt=attempt, reports=reports)
    def report(self, run: str, index: int, attempt: int, reports: list[Report]) -> None:
        self.both.report(run, index, attempt, reports)

    @rule(days=st.sampled_from([0.0, 30.0]))
    def prune(self, days: float) -> None:
        self.both.prune(days)

    @rule()
    def next_controller(self) -> None:
        self.both.next_controller()

    @rule()
    def kill(self) -> None:
        self.both.kill()

    @invariant()
    def they_say_the_same(self) -> None:
        if hasattr(self, "both"):
            self.both.check()
            self.both.check_elsewhere()

    def teardown(self) -> None:
        if hasattr(self, "both"):
            self.both.close()


StoreMachine.TestCase.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestStoreMachine = StoreMachine.TestCase
TestStoreMachine.pytestmark = [pytest.mark.timeout(300)]  # some hundred stores are opened and closed, each with a sync


class Walk:
    """Many more facts than Hypothesis has time for; a seed gives the same walk again."""

    def __init__(self, seed: int) -> None:
        self.pick = random.Random(seed)

    def some(self, make: Callable[[], Any], most: int = 4) -> tuple[Any, ...]:
        return tuple(make() for _ in range(self.pick.randint(1, most)))

    def run(self) -> str:
        return run_id(self.pick.choice([1, 1, 1, 2, 3]))

    def indices(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(self.some(lambda: self.pick.choice(INDICES))))

    def task(self) -> tuple[int, int, int]:
        return self.pick.choice(INDICES), self.pick.choice(GENERATIONS), self.pick.choice(ATTEMPTS)

    def outputs(self) -> list[dict[str, Any]]:
        return [
            text(self.pick.choice(WORDS), self.pick.choice(["stdout", "stderr"])) for _ in range(self.pick.randrange(4))
        ]

    def result(self) -> TaskResult:
        if self.pick.random() < 0.5:
            key = self.pick.choice([b"", *KEYS])
            return make_result(*self.task(), outputs=tuple(self.outputs()), key=key)
        return make_failure(*self.task(), kind=self.pick.choice(list(OutcomeKind)))

    def span(self) -> Span:
        return Span(self.pick.choice(INDICES), *self.task())

    def part(self) -> SweepPart:
        key = self.pick.choice(["", "", "k", "l"])
        return make_part(self.pick.choice(STARTS), self.pick.choice(VIEWS), key, self.pick.random() < 0.5)

    def reports(self) -> list[Report]:
        return [Report(self.pick.choice([0.5, 1.0, 1.5]), 1, {"loss": 0.5}) for _ in range(self.pick.randrange(3))]

    def fact(self) -> Event:
        pick, run, at = self.pick, self.run(), self.pick.choice(TIMES)
        kinds: list[Callable[[], Event]] = [
            lambda: RunSubmitted(make_run(3, COUNT, open=True)),
            lambda: RunSubmitted(make_run(pick.choice([1, 2]), COUNT)),
            lambda: TasksStarted(run, self.indices(), pick.choice(ATTEMPTS), pick.choice(WORKERS), at),
            lambda: TasksEnded(run, self.some(self.result), at),
            lambda: TasksEndedAlike(run, self.some(self.span), make_failure(kind=pick.choice(list(OutcomeKind))), at),
            lambda: AttemptEnded(
                run, *self.task(), pick.choice(WORKERS), pick.choice([None, LossReason.EXITED]), "no", at
            ),
            lambda: TasksRetried(run, self.indices(), at),
            lambda: RunStateChanged(run, pick.choice(list(RunState)), at, pick.choice(["", "waits"])),
            lambda: RunRenamed(run, pick.choice(["x", "y"]), at),
            lambda: RunNoted(run, pick.choice(["n", "m"]), at),
            lambda: RunDeleted(run_id(pick.choice([1, 2, 3])), at),
            lambda: TasksAdded(run, self.part(), at),
            lambda: RunClosed(run, at),
            lambda: RunReopened(run, Until("n > 1", pick.choice([2, 3])), at),
        ]
        return pick.choices(kinds, [2, 2, 8, 8, 2, 4, 2, 4, 1, 1, 1, 2, 1, 1])[0]()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(12))
def test_a_long_walk(seed: int) -> None:
    walk, both = Walk(seed), TwoStores()
    actions: list[tuple[int, Callable[[], None]]] = [
        (30, lambda: both.commit(walk.some(walk.fact, 6))),
        (15, lambda: both.stream(walk.run(), *walk.task()[::2], walk.outputs())),
        (5, lambda: both.report(walk.run(), *walk.task()[::2], walk.reports())),
        (2, both.next_controller),
        (2, both.kill),
        (1, lambda: both.prune(walk.pick.choice([0.0, 30.0]))),
        (2, both.check_elsewhere),
    ]
    for _ in range(80):
        walk.pick.choices([action for _, action in actions], [weight for weight, _ in actions])[0]()
        both.check()
    both.close()
