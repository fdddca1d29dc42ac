"""Cancelling what waits: one fact for many tasks, however they came to wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from cellburst.model.blob import Packed
from cellburst.model.events import Event, TasksEnded, TasksEndedAlike
from cellburst.model.outcome import OutcomeKind, Span
from cellburst.model.run import Counts, Run, RunState
from cellburst.model.sweep import SweepPart, SweepView
from cellburst.store.memory import MemoryStore
from cellburst.wire import client as wire
from tests.unit.controller.house import House, a_run
from tests.unit.store.builders import open_sqlite

MANY = 1000
Open = Callable[[], House]


@pytest.fixture(params=["memory", "sqlite"])
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """A controller on a store, and the next one on the same."""
    stores: list[Any] = []

    def house() -> House:
        if request.param == "memory":
            stores.append(stores[-1].reopened() if stores else MemoryStore())
        else:
            for store in stores[-1:]:
                store.close()
            stores.append(open_sqlite(tmp_path))
        return House(stores[-1])

    yield house
    stores[-1].close()


def committed(house: House) -> list[Event]:
    """What is committed from now on."""
    found: list[Event] = []
    commit = house.store.commit

    def watched(facts: Sequence[Event], **how: bool) -> None:
        found.extend(facts)
        commit(facts, **how)

    house.store.commit = watched
    return found


def endings(facts: list[Event]) -> list[TasksEnded | TasksEndedAlike]:
    return [fact for fact in facts if isinstance(fact, TasksEnded | TasksEndedAlike)]


def ended_in(house: House) -> set[int]:
    return {index for message in house.client.all(wire.TasksChanged) for index in message.ended}


def test_many_that_wait_end_in_one_fact_and_followers_are_told_of_each(opening: Open) -> None:
    house = opening()
    run = house.submit(a_run(MANY))
    facts = committed(house)
    assert house.ask(wire.Cancel(2, run.id)).data == {"tasks": MANY}
    (ending,) = endings(facts)
    assert isinstance(ending, TasksEndedAlike)
    assert ending.spans == (Span(0, MANY, 1, 0),)
    assert ended_in(house) == set(range(MANY))
    status = house.client.last(wire.Status).status
    assert (status.state, status.counts) == (RunState.CANCELLED, Counts(cancelled=MANY))
    results = list(house.store.results(run.id))
    assert [result.index for result in results] == list(range(MANY))
    assert {result.error.evalue for result in results if result.error} == {"cancelled before it was started"}


def test_few_have_an_outcome_each(opening: Open) -> None:
    house = opening()
    run = house.submit(a_run(20))
    facts = committed(house)
    house.ask(wire.Cancel(2, run.id))
    (ending,) = endings(facts)
    assert isinstance(ending, TasksEnded)
    assert [result.index for result in ending.results] == list(range(20))
    assert house.status(run).state is RunState.CANCELLED


def test_what_a_worker_has_is_left_to_it_and_the_next_controller_ends_the_rest(opening: Open) -> None:
    before = opening()
    run = before.submit(a_run(MANY))
    (worker,) = before.workers(1)
    before.advance(1.0)  # the lease is written
    held = [task[1] for task in before.backend.held[worker]]
    facts = committed(before)
    before.ask(wire.Cancel(2, run.id))
    (ending,) = endings(facts)
    assert sum(map(len, ending.spans)) == MANY - len(held)  # type: ignore[union-attr]
    assert before.status(run).state is RunState.CANCELLING
    after = opening()
    after.controller.take_over()
    after.turn()
    status = after.store.status(run.id)
    assert (status.state, status.counts) == (RunState.CANCELLED, Counts(cancelled=MANY))
    assert after.backend.held == {}


def test_some_of_a_run_that_goes_on_are_never_started(opening: Open) -> None:
    before = opening()
    run = before.submit(a_run(300))
    before.ask(wire.Cancel(2, run.id, tuple(range(50, 250))))
    assert before.status(run).counts == Counts(queued=100, cancelled=200)
    after = opening()
    after.controller.take_over()
    after.turn()
    after.workers(2)
    assert after.finish_all() == 100
    assert after.store.status(run.id).counts == Counts(succeeded=100, cancelled=200)


def test_they_are_run_again(opening: Open) -> None:
    house = opening()
    run = house.submit(a_run(MANY))
    house.ask(wire.Cancel(2, run.id))
    assert house.ask(wire.Retry(3, run.id, "missing")).data == {"tasks": MANY}
    assert house.status(run).counts == Counts(queued=MANY)
    house.ask(wire.Cancel(4, run.id))
    assert {(result.generation, result.kind) for result in house.store.results(run.id)} == {(2, OutcomeKind.CANCELLED)}
    house.advance(1.0)  # two retries of one moment are one
    house.ask(wire.Retry(5, run.id, "missing"))
    house.workers(2)
    assert house.finish_all() == MANY
    assert house.store.status(run.id).counts == Counts(succeeded=MANY)


def test_each_keeps_its_generation_and_attempts(opening: Open) -> None:
    house = opening()
    run = house.submit(a_run(MANY))
    (worker,) = house.workers(1)
    house.backend.finish(worker, OutcomeKind.FAILED)
    house.turn()
    house.ask(wire.Retry(2, run.id, "failed"))
    house.backend.lose(worker)
    house.turn()
    house.ask(wire.Cancel(3, run.id))
    found = {(result.generation, result.attempt) for result in house.store.results(run.id)}
    assert found == {(1, 0), (1, 1), (2, 0)}
    assert house.store.status(run.id).counts == Counts(cancelled=MANY)


def test_calls_that_wait_leave_nothing_in_memory(opening: Open) -> None:
    house = opening()
    run: Run = house.submit(replace(a_run(), sweep=SweepView("calls", 0), open=True))
    given = tuple(Packed(b"%d" % index) for index in range(MANY))
    house.ask(wire.Extend(2, run.id, SweepPart(0, SweepView("calls", MANY), given, "k")))
    book = house.controller.core.runs[run.id]
    house.ask(wire.Cancel(3, run.id, tuple(range(MANY - 1))))
    assert set(book.given) == {MANY - 1}
    assert ended_in(house) == set(range(MANY - 1))
    house.ask(wire.Cancel(4, run.id))
    assert house.status(run).state is RunState.CANCELLED
