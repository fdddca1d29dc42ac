"""Runs that grow, in a store of any kind."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from cellburst.abc import RunStore
from cellburst.errors import UnknownRunError
from cellburst.model.blob import Packed
from cellburst.model.events import (
    RunClosed,
    RunPlanned,
    RunReopened,
    RunStateChanged,
    RunSubmitted,
    TasksAdded,
    TasksEnded,
    TasksRetried,
    TasksStarted,
)
from cellburst.model.outcome import OutcomeKind
from cellburst.model.plan import Plan
from cellburst.model.run import Counts, RunOptions, RunState
from cellburst.model.search import Search
from cellburst.model.sweep import Axis, SweepPart, SweepView
from tests.contract.stores import Case, states
from tests.unit.store.builders import T0, make_result, make_run, run_id

RUN = run_id(1)
NEW = run_id(2)


def table(start: int, *values: float, key: str = "", name: str = "x") -> SweepPart:
    """A part with a row for each value, of which every task is given a pickle."""
    view = SweepView("table", len(values), columns=(name,), rows=tuple((value,) for value in values))
    return SweepPart(start, view, tuple(Packed(b"given %r" % value) for value in values), key)


def test_added_tasks_are_tasks_as_any_other(case: Case, store: RunStore) -> None:
    store.commit([TasksAdded(RUN, table(4, 0.5, 0.25), T0)])
    store.commit([TasksStarted(RUN, (4, 5), 1, "w1", T0), TasksEnded(RUN, (make_result(4),), T0)])
    for now in case.before_and_after():
        assert states(now) == ["queued"] * 4 + ["succeeded", "running"]
        assert [task.params for task in now.tasks(RUN)][3:] == [{"x": 3}, {"x": 0.5}, {"x": 0.25}]
        assert now.status(RUN).counts == Counts(queued=4, running=1, succeeded=1)
        assert now.result(RUN, 4) == make_result(4)
        run = now.run(RUN)
        assert (run.count, run.sweep.own, run.sweep.names) == (6, 4, ("x",))
        assert now.given(RUN, [5, 3, 4, 99, -1]) == {4: Packed(b"given 0.5"), 5: Packed(b"given 0.25")}
        assert now.load_run(RUN).given == {5: Packed(b"given 0.25")}
        assert [line.message for line in now.timeline(RUN)][1:] == ["2 tasks added"]


def test_a_part_is_added_once(case: Case, store: RunStore) -> None:
    store.commit([TasksAdded(RUN, table(4, 0.5, key="k"), T0)])
    for again in (table(4, 0.5, key="k"), table(5, 0.5, key="k"), table(4, 7), table(6, 7), table(3, 7), table(5)):
        for now in case.before_and_after():
            now.commit([TasksAdded(RUN, again, T0 + 1)])
            assert (now.run(RUN).count, now.status(RUN).counts.total) == (5, 5)
            assert now.given(RUN, range(9)) == {4: Packed(b"given 0.5")}
    case.store.commit([TasksAdded(RUN, table(5, 7, key="other"), T0), TasksAdded("0000009-abcd", table(0, 1), T0)])
    assert case.store.run(RUN).count == 6


def test_a_part_is_found_by_its_key(case: Case, store: RunStore) -> None:
    store.commit([TasksAdded(RUN, table(4, 0.5, key="a"), T0), TasksAdded(RUN, table(5, 0.5, 1.5, key="b"), T0)])
    store.commit([TasksAdded(RUN, table(7, 2.5), T0)])
    for now in case.before_and_after():
        assert [now.part_start(RUN, key) for key in ("a", "b", "c", "")] == [4, 5, None, None]
        assert now.part_start(NEW, "a") is None


def test_what_tasks_are_given_is_for_each_or_for_none(store: RunStore) -> None:
    store.commit([TasksAdded(RUN, SweepPart(4, SweepView("copies", 3), (Packed(b"one"),)), T0)])
    assert store.run(RUN).count == 4
    store.commit([TasksAdded(RUN, SweepPart(4, SweepView("copies", 3)), T0)])
    assert (store.run(RUN).count, store.given(RUN, range(9))) == (7, {})


def test_an_ended_run_grows_and_goes_on(case: Case, store: RunStore) -> None:
    store.commit([TasksEnded(RUN, tuple(make_result(index) for index in range(4)), T0)])
    store.commit([RunStateChanged(RUN, RunState.SUCCEEDED, T0)])
    case.next_controller().commit(
        [TasksAdded(RUN, table(4, 0.5), T0 + 1), RunStateChanged(RUN, RunState.QUEUED, T0 + 1)]
    )
    (live,) = case.next_controller().live_runs()
    assert (live.run.count, live.ended, live.given) == (5, frozenset(range(4)), {4: Packed(b"given 0.5")})


def test_an_open_run_is_open_until_it_is_closed(case: Case) -> None:
    case.store.commit([RunSubmitted(make_run(2, sweep=SweepView("search", 0), open=True))])
    for now in case.before_and_after():
        assert (now.run(NEW).open, now.load_run(NEW).open) == (True, True)
    case.store.commit([TasksAdded(NEW, table(0, 1.0, 2.0), T0), RunClosed(NEW, T0 + 1)])
    for now in case.before_and_after():
        now.commit([RunClosed(NEW, T0 + 2), RunClosed("0000009-abcd", T0)])
        assert (now.run(NEW).open, now.load_run(NEW).open) == (False, False)
        assert now.run(NEW).sweep == SweepView("search", 2, parts=(table(0, 1.0, 2.0).view,))
        assert [line.message for line in now.timeline(NEW)][1:] == ["no more will be added to its 2 tasks"]


def test_a_search_that_is_taken_up_again_decides_by_what_is_said_then(case: Case) -> None:
    old, new = Search("tpe", 10, "loss", "minimize"), Search("tpe", 30, "loss", "minimize")
    case.store.commit(
        [RunSubmitted(make_run(2, sweep=SweepView("search", 0), open=True, options=RunOptions(search=old)))]
    )
    case.store.commit([RunClosed(NEW, T0 + 1, "stopped"), RunReopened(NEW, new, T0 + 2)])
    for now in case.before_and_after():
        now.commit([RunReopened(NEW, new, T0 + 2), RunReopened(NEW, old, T0), RunClosed(NEW, T0 + 1)])
        assert (now.run(NEW).open, now.load_run(NEW).open) == (True, True)
        assert now.run(NEW).options.search == now.load_run(NEW).run.options.search == new
        said = [line.message for line in now.timeline(NEW)][1:]
        assert said == ["no more will be added to its 0 tasks: stopped", "taken up again, up to 30 trials"]
    case.store.commit([RunClosed(NEW, T0 + 3)])
    for now in case.before_and_after():
        assert not now.run(NEW).open
        assert now.run(NEW).options.search == new


def test_a_run_that_goes_on_with_more_money_has_another_plan(case: Case) -> None:
    search = Search("tpe", 30, "loss", "minimize")
    old = Plan("ec2", "us-east-1", (), 2, worst=1.0, max_lifetime=600.0)
    new = replace(old, worst=2.5)
    case.store.commit([RunSubmitted(make_run(2, sweep=SweepView("search", 0), open=True, plan=old))])
    case.store.commit([RunReopened(NEW, search, T0 + 1), RunPlanned(NEW, new, T0 + 2)])
    for now in case.before_and_after():
        now.commit([RunPlanned(NEW, new, T0 + 2), RunPlanned(NEW, old, T0)])
        assert now.run(NEW).plan == now.load_run(NEW).run.plan == new
        assert now.run(NEW).options.search == search
        said = "may cost up to $2.50 now, with machines of 10 min at most"
        assert [line.message for line in now.timeline(NEW)][-1] == said


def test_neighbours_that_are_alike_become_one(case: Case) -> None:
    case.store.commit([RunSubmitted(make_run(2, sweep=SweepView("search", 0), open=True))])
    for index in range(6):
        case.store.commit([TasksAdded(NEW, table(index, index / 2), T0)])
        assert case.store.run(NEW).sweep.params(index) == {"x": index / 2}
    others = [
        table(6, 1, name="y"),
        SweepPart(7, SweepView("grid", 2, (Axis("x", (8, 9)),))),
        SweepPart(9, SweepView("copies", 2)),
        SweepPart(11, SweepView("copies", 1)),
        table(12, 5),
    ]
    case.store.commit([TasksAdded(NEW, part, T0) for part in others])
    shown = [{"x": index / 2} for index in range(6)] + [{"y": 1}, {"x": 8}, {"x": 9}, {}, {}, {}, {"x": 5}]
    for now in case.before_and_after():
        sweep = now.run(NEW).sweep
        assert [part.count for part in sweep.parts] == [6, 1, 2, 3, 1]
        assert [sweep.params(index) for index in range(sweep.count)] == shown
        assert [task.params for task in now.tasks(NEW)] == shown


def test_a_retried_task_is_given_the_same_again(store: RunStore) -> None:
    store.commit([TasksAdded(RUN, table(4, 0.5), T0), TasksEnded(RUN, (make_result(4),), T0)])
    assert store.load_run(RUN).given == {}
    store.commit([TasksRetried(RUN, (4,), T0)])
    assert store.load_run(RUN).given == {4: Packed(b"given 0.5")}


def test_a_pruned_task_has_ended_and_did_not_fail(case: Case, store: RunStore) -> None:
    pruned = make_result(1, kind=OutcomeKind.PRUNED, value=None, metrics={"loss": 0.5})
    store.commit([TasksEnded(RUN, (make_result(0), pruned), T0)])
    for now in case.before_and_after():
        assert states(now)[:2] == ["succeeded", "pruned"]
        assert now.status(RUN).counts == Counts(queued=2, succeeded=1, pruned=1)
        assert now.runs()[0].counts.ended == 2
        assert now.result(RUN, 1) == pruned
        assert now.load_run(RUN).ended == {0, 1}
        assert len(now.timeline(RUN)) == 1
    case.store.commit([TasksRetried(RUN, (1,), T0)])
    assert case.store.status(RUN).counts == Counts(queued=3, succeeded=1)


def test_parameters_that_only_the_task_knew(case: Case) -> None:
    lazy = SweepView("table", 3, columns=("x",))
    case.store.commit([RunSubmitted(make_run(2, sweep=lazy))])
    case.store.commit([TasksEnded(NEW, (make_result(1, params={"x": "found"}),), T0)])
    for now in case.before_and_after():
        assert [task.params for task in now.tasks(NEW)] == [{}, {"x": "found"}, {}]
        assert now.result(NEW, 1) == make_result(1, params={"x": "found"})


def test_a_run_that_is_not_there_was_given_nothing(store: RunStore) -> None:
    with pytest.raises(UnknownRunError):
        store.given("0000009-abcd", [0])
