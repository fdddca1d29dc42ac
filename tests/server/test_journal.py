"""Numbers without gaps, and what one who was away is told."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cellburst.model.run import Counts, RunState, RunStatus
from cellburst.model.stored import Standing
from cellburst.server import journal
from cellburst.server.journal import Journal, differences, first_number
from cellburst.server.schemas.changes import ChangeRow
from cellburst.server.schemas.runs import CountsRow


def row(run: str, state: Any = "running", done: int = 0) -> ChangeRow:
    return ChangeRow(run, state, CountsRow(succeeded=done))


def standing(run: str, state: RunState = RunState.RUNNING, name: str = "n", **counts: int) -> Standing:
    return Standing(name, RunStatus(run, state, Counts(**counts)))


def test_numbers_go_up_by_one() -> None:
    book = Journal(100)
    assert [book.add([row("a")]).sequence, book.add([row("b")]).sequence] == [101, 102]


def test_one_who_missed_nothing_is_told_nothing() -> None:
    book = Journal(100)
    book.add([row("a")])
    assert book.since(101).changes == []
    assert not book.since(101).resync


def test_only_the_last_change_of_a_run_is_told_again() -> None:
    book = Journal(100)
    book.add([row("a", done=1), row("b", done=1)])
    book.add([row("a", done=2)])
    told = book.since(100)
    assert {change.run: change.counts.succeeded for change in told.changes} == {"a": 2, "b": 1}
    assert len(told.changes) == 2
    assert [change.run for change in book.since(101).changes] == ["a"]


def test_a_number_that_is_not_ours_means_read_everything() -> None:
    book = Journal(100)
    book.add([row("a")])
    assert [book.since(number).resync for number in (0, 99, 100, 101, 102)] == [True, True, False, False, True]


def test_too_many_changes_at_once_are_not_listed() -> None:
    book = Journal(100)
    entry = book.add([row(str(number)) for number in range(journal.MOST_TOLD + 1)])
    book.add([row("a")])
    assert (entry.changes, entry.resync) == ([], True)
    assert book.since(100).resync
    assert [change.run for change in book.since(101).changes] == ["a"]


def test_the_journal_is_bounded_in_changes_and_in_entries() -> None:
    book = Journal(0)
    for _ in range(200):
        book.add([row(str(number)) for number in range(100)])
    assert book.since(50).resync
    assert not book.since(150).resync
    for _ in range(5000):
        book.add([row("a")])
    assert book.since(1150).resync
    assert not book.since(1300).resync


def test_a_later_server_begins_with_a_greater_number(monkeypatch: Any) -> None:
    monkeypatch.setattr(journal.time, "time", lambda: 1_800_000_000.9)
    earlier = first_number()
    monkeypatch.setattr(journal.time, "time", lambda: 1_800_000_001.0)
    assert earlier < first_number() < 2**53  # JavaScript counts so far


def test_differences_tell_moves_new_runs_new_names_and_deletions() -> None:
    before = {
        "a": standing("a"),
        "b": standing("b"),
        "c": standing("c"),
        "d": standing("d", succeeded=1),
    }
    after = {
        "a": standing("a"),
        "b": standing("b", name="other"),
        "d": standing("d", succeeded=2),
        "e": standing("e", RunState.QUEUED, queued=3),
    }
    told = {change.run: change for change in differences(before, after)}
    assert sorted(told) == ["b", "c", "d", "e"]
    assert (told["c"].state, told["c"].counts) == ("deleted", CountsRow())
    assert told["d"].counts.succeeded == 2
    assert (told["e"].state, told["e"].counts.queued, told["e"].ended) == ("queued", 3, None)


WORLD = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3), max_size=4)


@given(worlds=st.lists(WORLD, min_size=1, max_size=12), drops=st.sets(st.integers(0, 12)))
def test_a_listener_that_loses_any_events_ends_with_the_truth(worlds: list[dict[str, int]], drops: set[int]) -> None:
    """Events with a gap before them are not used: `since` fills it. A change that was told is never told again."""
    book, known, shown, at = Journal(1000), {}, {}, 1000
    for step, world in enumerate(worlds):
        after = {run: standing(run, succeeded=number) for run, number in world.items()}
        news = differences(known, after)
        known = after
        if not news:
            continue
        entry = book.add(news)
        if step in drops:
            continue
        assert entry.sequence > at
        told = entry if entry.sequence == at + 1 else book.since(at)
        at = told.sequence
        apply(shown, told.changes)
    apply(shown, book.since(at).changes)
    assert shown == worlds[-1]


def apply(shown: dict[str, int], changes: list[ChangeRow]) -> None:
    assert len({change.run for change in changes}) == len(changes)
    for change in changes:
        if change.state == "deleted":
            shown.pop(change.run, None)
        else:
            shown[change.run] = change.counts.succeeded
