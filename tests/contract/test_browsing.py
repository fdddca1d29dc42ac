"""Looking through a store: every answer is that of the plain model, however the store finds it."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cellburst.errors import UnknownRunError
from cellburst.model.browsing import AttemptRow, RunGist, RunQuery, TaskQuery
from cellburst.model.events import (
    AttemptEnded,
    RunStateChanged,
    RunSubmitted,
    TasksAdded,
    TasksEnded,
    TasksEndedAlike,
    TasksRetried,
    TasksStarted,
)
from cellburst.model.outcome import LossReason, OutcomeKind, Span
from cellburst.model.run import Elsewhere, RunState
from cellburst.model.sweep import Axis, SweepPart, SweepView
from cellburst.store import sqlite
from cellburst.store.browsing import SqliteBrowser
from cellburst.store.sqlite import SqliteStore
from tests.contract import plain_browser as plain
from tests.unit.store.builders import T0, make_failure, make_result, make_run, open_sqlite, run_id

RUN = run_id(1)
ALIKE = (Span(150, 190, 1, 3), Span(300, 420, 2, 7), Span(330, 600, 1, 0))
"""Of all tasks that have ended or are in another generation nothing comes of it."""
COUNT = 700  # some blocks of letters, not all of them full
SUMMARIES: list[Any] = [None, 1, -2.5, float("nan"), True, "Text", "tëxt", {"loss": 0.5, "note": "Deep"}, {"loss": "?"}]
SORTS = [
    ("index", ""),
    ("state", ""),
    ("attempt", ""),
    ("started", ""),
    ("seconds", ""),
    ("peak_rss", ""),
    ("worker", ""),
    ("value", ""),
    ("value", "loss"),
    ("metric", "acc"),
    ("metric", "absent"),
    ("param", "x"),
    ("param", "y"),
    ("param", "absent"),
]
TEXTS = ["", "text", "TËXT", "tëxt", "valueerror", "worker-1", "deep", "17", "no such", "1%", "x", "“"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = open_sqlite(tmp_path)
    yield store
    store.close()


@pytest.fixture
def browser(store: SqliteStore) -> Iterator[SqliteBrowser]:
    with sqlite.open_reader(store.path, kind=SqliteBrowser) as browser:
        yield browser


def fill(store: SqliteStore, sweep: SweepView, seed: int) -> None:
    """A run in which everything that can happen to a task has happened to some."""
    chance = random.Random(seed)
    own = msgspec.structs.replace(sweep, count=sweep.own, parts=())
    store.commit([RunSubmitted(make_run(1, sweep=own)), RunStateChanged(RUN, RunState.RUNNING, T0)])
    for part in sweep.parts:
        store.commit([TasksAdded(RUN, SweepPart(store.status(RUN).counts.total, part), T0)])
    ended = sorted(chance.sample(range(sweep.count), sweep.count * 3 // 5))
    results = [outcome(index, 1, chance, {"x": index % 9} if tells_late(sweep, index) else None) for index in ended]
    store.commit([TasksEnded(RUN, tuple(results), T0 + 10)])
    again = tuple(sorted(chance.sample(ended, len(ended) // 4)))
    store.commit([TasksRetried(RUN, again, T0 + 20)])
    store.commit([TasksEnded(RUN, tuple(outcome(index, 2, chance) for index in again[::2]), T0 + 30)])
    waiting = [index for index in range(sweep.count) if index not in ended or index in again[1::2]]
    for number, first in enumerate(range(0, 60, 20)):
        indices = tuple(waiting[first : first + 20])
        store.commit([TasksStarted(RUN, indices, 2 + number, f"worker-{number}", T0 + 40 + number)])
    lost = AttemptEnded(RUN, waiting[0], 1, 2, "worker-0", LossReason.EXITED, "it exited", T0 + 50)
    store.commit([lost, TasksEndedAlike(RUN, ALIKE, outcome(0, 1, chance), T0 + 55)])


def tells_late(sweep: SweepView, index: int) -> bool:
    """Whether only the outcome has the parameters of a task."""
    first, part = 0, sweep
    for part in (msgspec.structs.replace(sweep, count=sweep.own, parts=()), *sweep.parts):
        if index < first + part.count:
            break
        first += part.count
    return part.kind == "calls" or (part.kind == "table" and index - first >= len(part.rows))


def outcome(index: int, generation: int, chance: random.Random, params: dict[str, Any] | None = None) -> Any:
    facts = {
        "seconds": chance.choice([0.5, chance.random()]),
        "started": T0 + chance.randrange(50),
        "worker": f"worker-{chance.randrange(3)}",
        "summary": chance.choice(SUMMARIES),
        "metrics": chance.choice([None, {"acc": chance.random()}, {"acc": "Text"}, {"other": 1}]),
        "note": chance.choice(["", "a note of TEXT"]),
        "attempt": chance.randrange(1, 200),
        "params": params,
    }
    if chance.random() < 0.3:
        return make_failure(index, generation, **{**facts, "summary": None})
    rare = [OutcomeKind.CANCELLED, OutcomeKind.UNKNOWN, OutcomeKind.LOST, OutcomeKind.PRUNED]
    kind = chance.choice([OutcomeKind.SUCCEEDED] * 4 + rare)
    return make_result(index, generation, **{**facts, "kind": kind})


def grid() -> SweepView:
    axes = (Axis("x", tuple(range(7))), Axis("y", ("a", "B", None, 0.1, True)), Axis("z", tuple(range(20))))
    return SweepView("grid", COUNT, axes)


def table() -> SweepView:
    chance = random.Random(3)
    rows = tuple((chance.choice([1, 17, 0.5, None, "Text", "tëxt"]), "“quoted” \\ 1%") for _ in range(COUNT))
    return SweepView("table", COUNT, (), ("x", "y"), rows)


def lazy() -> SweepView:
    """Too many tasks to be shown before they ran: what they were given is known from those that have ended."""
    return SweepView("table", COUNT, (), ("x", "y"), tuple((index % 5, "early") for index in range(30)))


def grown() -> SweepView:
    parts = (
        SweepView("table", 100, (), ("x", "y"), tuple((index / 8, "Text") for index in range(100))),
        SweepView("table", 100, (), ("y", "x")),
        SweepView("copies", 90),
        SweepView("grid", 210, (Axis("w", tuple(range(30))), Axis("x", tuple(range(17, 24))))),
        SweepView("calls", 100),
    )
    return SweepView("grid", COUNT, (Axis("x", tuple(range(100))),), parts=parts)


SWEEPS: dict[str, Callable[[], SweepView]] = {
    "grid": grid,
    "table": table,
    "copies": lambda: SweepView("copies", COUNT),
    "lazy": lazy,
    "grown": grown,
}


@pytest.mark.parametrize("kind", SWEEPS)
def test_every_order_and_page_is_that_of_the_plain_model(kind: str, store: SqliteStore, browser: SqliteBrowser) -> None:
    fill(store, SWEEPS[kind](), seed=1)
    chance = random.Random(2)
    for sort, name in SORTS:
        for descending in (False, True):
            query = TaskQuery(chance.choice([0, 7, 350, 690, 5000]), 60, sort, name, descending)
            total, tasks = plain.find_tasks(browser, RUN, query)
            found = browser.find_tasks(RUN, query)
            assert (found.total, [task.index for task in found.tasks]) == (total, [task.index for task in tasks]), query
            assert repr(list(found.tasks)) == repr(tasks)


@pytest.mark.parametrize("kind", SWEEPS)
def test_every_filter_is_that_of_the_plain_model(kind: str, store: SqliteStore, browser: SqliteBrowser) -> None:
    fill(store, SWEEPS[kind](), seed=4)
    chance = random.Random(5)
    for text in TEXTS:
        for states in ([], ["failed"], ["queued", "running"], ["succeeded", "unknown"], ["pruned"]):
            sort, name = chance.choice(SORTS)
            query = TaskQuery(0, 5000, sort, name, chance.random() < 0.5, frozenset(states), text)
            total, tasks = plain.find_tasks(browser, RUN, query)
            found = browser.find_tasks(RUN, query)
            assert (found.total, [task.index for task in found.tasks]) == (total, [task.index for task in tasks]), query


def test_numbers_are_those_of_newest_successes(store: SqliteStore, browser: SqliteBrowser) -> None:
    fill(store, grid(), seed=10)
    for name in ("acc", "loss", "absent"):
        assert browser.numbers(RUN, name) == plain.numbers(browser, RUN, name)
    assert len(browser.numbers(RUN, "acc")) > 20
    assert set(browser.numbers(RUN, "loss")) == {0.5}  # in a value that is a dict; "?" is none
    store.commit([RunSubmitted(make_run(2))])
    told = [{"acc": 1}, {"acc": float("inf")}, {"acc": True}, None]
    results = tuple(make_result(index, metrics=metrics) for index, metrics in enumerate(told))
    store.commit([TasksEnded(run_id(2), results, T0)])
    assert browser.numbers(run_id(2), "acc") == [1.0, 1.0]
    store.commit([TasksRetried(run_id(2), (0,), T0 + 1)])
    assert browser.numbers(run_id(2), "acc") == [1.0]


def test_the_letters_are_the_states_also_when_they_change(store: SqliteStore, browser: SqliteBrowser) -> None:
    fill(store, grid(), seed=6)
    assert browser.states(RUN) == plain.states(store, RUN)
    assert set(browser.states(RUN)) == set("qrsfcup")
    before = browser.version(RUN)
    queued = browser.states(RUN).index("q")
    store.commit([TasksStarted(RUN, (queued,), 9, "worker-9", T0 + 60)])
    assert browser.version(RUN) != before
    assert browser.states(RUN) == plain.states(store, RUN)
    assert browser.states(RUN)[queued] == "r"


def test_a_version_stays_while_nothing_happens_to_the_run(store: SqliteStore, browser: SqliteBrowser) -> None:
    fill(store, grid(), seed=7)
    before = browser.version(RUN)
    store.commit([RunSubmitted(make_run(2))])
    assert browser.version(RUN) == before


def test_a_version_differs_when_a_worker_takes_another_task_instead(store: SqliteStore, browser: SqliteBrowser) -> None:
    store.commit([RunSubmitted(make_run()), TasksStarted(RUN, (0,), 1, "w1", T0 + 1)])
    before = browser.version(RUN)
    lost = AttemptEnded(RUN, 0, 1, 1, "w1", LossReason.EXITED, "it exited", T0 + 2)
    store.commit([lost, TasksStarted(RUN, (1,), 1, "w1", T0 + 2)])
    assert browser.states(RUN) == "qrqq"
    assert browser.version(RUN) != before


def test_a_version_differs_after_a_retry_that_ends_as_before(store: SqliteStore, browser: SqliteBrowser) -> None:
    store.commit([RunSubmitted(make_run()), TasksEnded(RUN, (make_failure(0),), T0)])
    before = browser.version(RUN)
    store.commit([TasksRetried(RUN, (0,), T0 + 1), TasksEnded(RUN, (make_failure(0, 2),), T0 + 2)])
    assert browser.version(RUN) != before


def test_pages_of_runs_are_those_of_the_plain_model(store: SqliteStore, browser: SqliteBrowser) -> None:
    chance = random.Random(8)
    for number in range(1, 40):
        names = {"name": chance.choice(["alpha", "Beta", "ALPHA %_"]), "target": chance.choice(["local", "far"])}
        same_moment = T0 + number // 4
        run = make_run(number, submitted=same_moment, code=chance.choice(["x = 1", "Ünïcode()"]), **names)
        store.commit([RunSubmitted(run)])
        state = chance.choice([None, RunState.RUNNING, RunState.FAILED])
        if state is not None:
            store.commit([RunStateChanged(run.id, state, T0)])
    for states in (frozenset[str](), frozenset({"queued"}), frozenset({"running", "failed"})):
        for target in ("", "far", "nowhere"):
            for text in ("", "alpha", "%_", "ünïcode", "Ünïcode", "0000007"):
                before: tuple[float, str] | None = None
                while True:
                    query = RunQuery(7, before, states, target, text)
                    found = browser.page(query)
                    assert [run.id for run in found] == plain.page(browser, query)
                    if not found:
                        break
                    before = (found[-1].submitted, found[-1].id)
    assert browser.live_counts() == plain.live_counts(browser)


def test_the_gist_of_runs_is_known_without_the_rest(store: SqliteStore, browser: SqliteBrowser) -> None:
    theirs = Elsewhere("0123456789ab", b"public key")
    store.commit([RunSubmitted(make_run(1)), RunSubmitted(make_run(2, sweep=SweepView("single", 1), elsewhere=theirs))])
    wanted = {run_id(1): RunGist("grid", "3.11"), run_id(2): RunGist("single", "3.11", elsewhere=True)}
    assert browser.gists([run_id(1), run_id(2), run_id(3)]) == wanted
    assert browser.gists([run_id(1), run_id(2)]) == wanted  # the second time from memory


def test_turning_pages_asks_anew_once_the_run_has_changed(store: SqliteStore, browser: SqliteBrowser) -> None:
    fill(store, grid(), seed=9)
    for offset in (0, 300, 690):
        query = TaskQuery(offset, 5, "seconds")
        for _ in range(2):
            found = browser.find_tasks(RUN, query)
            assert (found.total, repr(list(found.tasks))) == (COUNT, repr(plain.find_tasks(browser, RUN, query)[1]))
        (slowest,) = browser.find_tasks(RUN, TaskQuery(0, 1, "seconds", descending=True)).tasks
        quick = make_result(slowest.index, slowest.generation + 1, seconds=0.0)
        store.commit([TasksRetried(RUN, (slowest.index,), T0 + 90 + offset), TasksEnded(RUN, (quick,), T0 + 91)])


def test_a_run_whose_record_is_damaged_is_shown_as_far_as_it_goes(store: SqliteStore, browser: SqliteBrowser) -> None:
    store.commit([RunSubmitted(make_run(1)), TasksEnded(RUN, (make_result(2),), T0)])
    with closing(sqlite3.connect(store.path)) as vandal:
        vandal.execute("UPDATE submissions SET body = x'00'")
        vandal.execute("UPDATE outcomes SET facts = x'c1'")
        vandal.commit()
    (store.path.with_suffix(".runs") / RUN).unlink()
    assert browser.gists([RUN]) == {}
    assert browser.summary(RUN).code == "# cell 1\nx + 1"
    page = browser.find_tasks(RUN, TaskQuery(sort="seconds", text=""))
    assert [(task.index, task.params) for task in page.tasks] == [(2, {}), (0, {}), (1, {}), (3, {})]
    assert "damaged" in page.tasks[0].note
    assert browser.find_tasks(RUN, TaskQuery(text="x")).total == 0
    assert "damaged" in browser.attempts(RUN, 2)[0].message


def test_every_attempt_of_a_task_is_told_in_order(store: SqliteStore, browser: SqliteBrowser) -> None:
    lost = AttemptEnded(RUN, 0, 1, 1, "w1", LossReason.EXITED, "it exited", T0 + 1)
    raised = AttemptEnded(RUN, 0, 1, 2, "w2", None, "ValueError: no", T0 + 2)
    store.commit([RunSubmitted(make_run()), lost, raised, TasksEnded(RUN, (make_failure(0, 1, 3),), T0 + 3)])
    store.commit([TasksRetried(RUN, (0,), T0 + 4), TasksStarted(RUN, (0,), 1, "w3", T0 + 5)])
    assert browser.attempts(RUN, 0) == [
        AttemptRow(1, 1, "lost", "w1", ended=T0 + 1, message="it exited"),
        AttemptRow(1, 2, "retried", "w2", ended=T0 + 2, message="ValueError: no"),
        AttemptRow(1, 3, "failed", "w1", T0 + 100, T0 + 100.25, "ValueError: no such thing"),
        AttemptRow(2, 1, "", "w3", T0 + 5),
    ]
    store.commit([TasksEnded(RUN, (make_result(0, 2),), T0 + 6)])
    assert [row.outcome for row in browser.attempts(RUN, 0)] == ["lost", "retried", "failed", "succeeded"]


def test_tasks_that_ended_alike_have_a_letter_and_an_attempt_each(store: SqliteStore, browser: SqliteBrowser) -> None:
    like = make_failure(0, kind=OutcomeKind.CANCELLED, attempt=0, worker="")
    store.commit([RunSubmitted(make_run(1, COUNT)), TasksEnded(RUN, (make_result(300),), T0)])
    store.commit([TasksEndedAlike(RUN, (Span(200, COUNT - 1, 1, 0),), like, T0 + 1)])
    assert browser.states(RUN) == "q" * 200 + "c" * 100 + "s" + "c" * (COUNT - 302) + "q"
    store.commit([TasksRetried(RUN, (400,), T0 + 2)])
    store.commit([TasksEnded(RUN, (make_result(400), make_result(400, 2)), T0 + 3)])
    assert browser.states(RUN)[399:402] == "csc"
    tried = [(row.generation, row.attempt, row.outcome, row.message) for row in browser.attempts(RUN, 400)]
    assert tried == [(1, 0, "cancelled", "ValueError: no such thing"), (2, 1, "succeeded", "")]
    assert [row.outcome for row in browser.attempts(RUN, 401)] == ["cancelled"]


@pytest.mark.parametrize("ask", ["summary", "version", "states"])
def test_an_unknown_run_is_refused(ask: str, browser: SqliteBrowser) -> None:
    for run in (run_id(9), "../../etc/passwd", "' OR 1=1 --", ""):
        with pytest.raises(UnknownRunError):
            getattr(browser, ask)(run)
        with pytest.raises(UnknownRunError):
            browser.find_tasks(run, TaskQuery())
        with pytest.raises(UnknownRunError):
            browser.attempts(run, 0)
        with pytest.raises(UnknownRunError):
            browser.numbers(run, "value")


def test_a_run_of_many_tasks_of_which_none_has_ended(store: SqliteStore, browser: SqliteBrowser) -> None:
    store.commit([RunSubmitted(make_run(1, 5000))])
    assert browser.states(RUN) == "q" * 5000
    page = browser.find_tasks(RUN, TaskQuery(offset=4990, sort="seconds", descending=True))
    assert (page.total, [task.index for task in page.tasks]) == (5000, list(range(4990, 5000)))
