"""Processes that decide over a search: started, replaced when they die, given up when they cannot live, and ended."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec.structs import replace

from cellburst.controller.searchers import Ended
from cellburst.model.run import Run, RunState
from cellburst.model.search import Search
from cellburst.model.sweep import SweepView
from cellburst.wire import client as wire
from tests.unit.controller.house import FakeClient, House, a_run
from tests.unit.controller.test_growing import part

SEARCH = Search("tpe", 20, "loss", "minimize")


@dataclass
class FakeSearcher:
    """Lives until the test says otherwise."""

    run: str
    ended: Ended
    asked_to_end: bool = False

    def end(self) -> None:
        self.asked_to_end = True


@dataclass
class Starter:
    started: list[FakeSearcher] = field(default_factory=list)
    refuse: bool = False

    def __call__(self, run: str, ended: Ended) -> FakeSearcher:
        if self.refuse:
            raise OSError("no more processes")
        self.started.append(FakeSearcher(run, ended))
        return self.started[-1]


def search_run(number: int = 1) -> Run:
    run = a_run(number=number)
    return replace(run, sweep=SweepView("search", 0), open=True, options=replace(run.options, search=SEARCH))


def a_search(store: object = None) -> tuple[House, Starter, Run]:
    starter = Starter()
    house = House(store, start_search=starter)
    run = search_run()
    if store is None:
        house.submit(run)
        house.advance(0.0)
    return house, starter, run


def test_a_search_gets_a_searcher_and_says_that_it_starts() -> None:
    house, starter, run = a_search()
    assert [searcher.run for searcher in starter.started] == [run.id]
    assert house.status(run).reason == "the search is starting"
    house.ask(wire.Hold(1, run.id))
    assert house.status(run).reason == "open: waits for more tasks"


def test_a_searcher_that_dies_is_replaced_ever_later_and_the_run_says_why() -> None:
    house, starter, run = a_search()
    for number, delay in enumerate((0.5, 2.0, 10.0, 60.0), 1):
        starter.started[-1].ended(-9, "")
        house.turn()
        assert (
            house.status(run).reason == f"the search ended (ended by signal 9) and is started again after {delay:g} s"
        )
        house.advance(delay - 0.1)
        assert len(starter.started) == number
        house.advance(0.2)
        assert len(starter.started) == number + 1


def test_a_search_whose_searchers_cannot_live_fails_with_their_last_words() -> None:
    house, starter, run = a_search()
    for delay in (0.6, 2.1, 10.1, 60.1, 60.1):
        starter.started[-1].ended(1, "ImportError: no optuna")
        house.advance(delay)
    assert len(starter.started) == 5
    status = house.store.status(run.id)
    assert status.state is RunState.FAILED
    assert status.reason == "the search ended 5 times, the last time with: ImportError: no optuna"


def test_one_that_lived_for_long_counts_as_no_failure() -> None:
    house, starter, run = a_search()
    for _ in range(8):
        house.advance(100.0)
        starter.started[-1].ended(-9, "")
        house.advance(0.6)
    assert len(starter.started) == 9
    assert house.status(run).state is RunState.QUEUED


def test_one_that_added_tasks_counts_as_no_failure() -> None:
    house, starter, run = a_search()
    for number in range(8):
        house.ask(wire.Extend(1, run.id, part(number)))
        starter.started[-1].ended(-9, "")
        house.advance(0.6)
    assert len(starter.started) == 9
    assert not house.controller.core.runs[run.id].failure


def test_a_search_that_is_given_up_ends_only_after_the_tasks_that_it_has() -> None:
    house, starter, run = a_search()
    house.ask(wire.Extend(1, run.id, part(0)))
    house.workers(1)
    for delay in (0.6, 2.1, 10.1, 60.1, 60.1):
        starter.started[-1].ended(1, "no")
        house.advance(delay)
    assert house.status(run).state is RunState.RUNNING
    house.finish_all()
    assert house.store.status(run.id).state is RunState.FAILED


def test_a_process_that_cannot_be_started_is_tried_again() -> None:
    house, starter, run = a_search()
    starter.refuse = True
    starter.started[-1].ended(1, "")
    house.advance(0.6)
    assert "cannot be started: no more processes" in house.status(run).reason
    starter.refuse = False
    house.advance(2.1)
    assert len(starter.started) == 2


def test_a_search_that_lost_its_holder_gets_another_searcher() -> None:
    house, starter, run = a_search()
    client = house.client
    house.ask(wire.Hold(1, run.id))
    house.controller.open_runs.lost(client)
    starter.started[-1].ended(-9, "")
    house.advance(0.6)
    assert len(starter.started) == 2


def test_a_searcher_that_finds_another_at_work_is_not_replaced() -> None:
    house, starter, run = a_search()
    house.ask(wire.Hold(1, run.id))
    starter.started[-1].ended(1, "another process adds the tasks")
    house.advance(100.0)
    assert len(starter.started) == 1


def test_a_searcher_ends_with_its_run() -> None:
    house, starter, run = a_search()
    house.ask(wire.Hold(1, run.id))
    house.ask(wire.Close(2, run.id))
    assert house.store.status(run.id).state is RunState.SUCCEEDED
    house.advance(1.0)
    assert not starter.started[0].asked_to_end, "it may leave by itself"
    house.advance(1.5)
    assert starter.started[0].asked_to_end
    starter.started[0].ended(0, "")
    house.advance(100.0)
    assert len(starter.started) == 1


def test_a_searcher_cannot_add_to_a_search_that_was_cancelled_meanwhile() -> None:
    house, _, run = a_search()
    house.ask(wire.Hold(1, run.id))
    searcher, house.client = house.client, FakeClient()
    house.ask(wire.Cancel(2, run.id))
    house.client = searcher
    assert "was closed" in house.ask(wire.Extend(3, run.id, part(0))).message
    assert house.store.status(run.id).state is RunState.CANCELLED


def test_a_new_controller_starts_a_searcher_for_a_search_that_it_takes_over() -> None:
    before, _, run = a_search()
    before.ask(wire.Extend(1, run.id, part(0, 2)))
    after, starter, _ = a_search(before.store)
    after.controller.take_over()
    after.turn()
    after.advance(0.0)
    assert [searcher.run for searcher in starter.started] == [run.id]
    assert after.status(run).counts.total == 2


def test_a_search_that_has_ended_goes_on_when_it_is_opened_again() -> None:
    house, starter, run = a_search()
    house.ask(wire.Extend(1, run.id, part(0, 2)))
    house.ask(wire.Cancel(2, run.id))
    assert house.store.status(run.id).state is RunState.CANCELLED
    more = replace(SEARCH, trials=50)
    for _ in range(2):
        assert isinstance(house.ask(wire.Reopen(3, run.id, more)), wire.Done)
    house.advance(0.0)
    assert len(starter.started) == 2
    assert house.store.run(run.id).options.search == more
    assert house.store.run(run.id).open
    house.ask(wire.Hold(4, run.id))
    assert house.ask(wire.Extend(5, run.id, part(2, 1))).data == {"start": 2}


def test_other_options_replace_the_searcher_that_is_there() -> None:
    house, starter, run = a_search()
    searcher = house.client
    house.ask(wire.Hold(1, run.id))
    house.client = FakeClient()
    house.ask(wire.Reopen(3, run.id, replace(SEARCH, trials=50)))
    assert starter.started[0].asked_to_end
    house.controller.open_runs.lost(searcher)
    starter.started[0].ended(-15, "")
    house.advance(0.1)
    assert len(starter.started) == 2


def test_only_a_search_can_be_opened_again() -> None:
    house = House()
    run = house.submit(a_run(1))
    assert "is no search" in house.ask(wire.Reopen(3, run.id, SEARCH)).message


def test_all_searchers_end_with_the_controller() -> None:
    house, starter, _ = a_search()
    house.controller.open_runs.close()
    assert starter.started[0].asked_to_end


def test_a_searcher_that_says_why_the_search_fails_is_not_replaced() -> None:
    house, starter, run = a_search()
    house.ask(wire.Hold(1, run.id))
    house.ask(wire.Extend(2, run.id, part(0)))
    house.workers(1)
    house.ask(wire.Close(3, run.id, "no trial gave a loss", failed=True))
    searcher, house.client = house.client, FakeClient()
    assert "no trial gave a loss" in house.ask(wire.Extend(4, run.id, part(1))).message
    house.controller.open_runs.lost(searcher)
    starter.started[0].ended(0, "")
    house.advance(100.0)
    assert len(starter.started) == 1
    house.finish_all()
    assert house.store.status(run.id).state is RunState.FAILED
    assert house.store.status(run.id).reason == "no trial gave a loss"


def test_a_search_that_is_run_again_begins_anew() -> None:
    house, starter, run = a_search()
    house.ask(wire.Extend(1, run.id, part(0, 2)))
    new = house.ask(wire.Rerun(2, run.id, "again")).run
    house.advance(0.0)
    assert [searcher.run for searcher in starter.started] == [run.id, new]
    assert (house.store.run(new).count, house.store.run(new).open) == (0, True)
