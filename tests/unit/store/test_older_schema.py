"""A store of schema 1, with runs in it, under this code: it is migrated by its controller and read without one."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from cellburst.model.blob import Packed
from cellburst.model.browsing import RunQuery, TaskQuery
from cellburst.model.events import RunStateChanged, TasksAdded, TasksEnded, TasksEndedAlike
from cellburst.model.outcome import OutcomeKind, Span
from cellburst.model.run import Counts, RunState
from cellburst.model.sweep import SweepPart, SweepView
from cellburst.store import schema
from cellburst.store.browsing import SqliteBrowser
from cellburst.store.queries import migrations
from cellburst.store.sqlite import open_reader
from cellburst.store.watch import SqliteWatch
from tests.unit.store.builders import T0, make_failure, make_result, make_run, open_sqlite, run_id

ONE, TWO = run_id(1), run_id(2)
KEY = b"k" * 16


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The data folder of an installation whose store has schema 1."""
    path = tmp_path / "stores" / "env.db"
    path.parent.mkdir()
    db = sqlite3.connect(path)
    _, first = next(migrations(above=0))
    db.executescript(first + (Path(__file__).parent / "schema_1.sql").read_text())
    db.execute("UPDATE store SET inode = ?", (path.stat().st_ino,))
    db.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    db.execute("PRAGMA user_version = 1000")
    db.execute("PRAGMA journal_mode = WAL")
    db.commit()
    db.close()
    return tmp_path


def check(store: Any) -> None:
    """What the store held when it was written."""
    assert store.run(ONE) == make_run(1)
    assert store.run(TWO) == make_run(2, key="")
    assert [run.counts for run in store.runs()] == [Counts(queued=2, running=1, succeeded=1), Counts(succeeded=4)]
    assert store.status(TWO).state is RunState.RUNNING
    found = list(store.results(ONE))
    assert found == [make_result(0, metrics={"loss": 0.5}), make_result(1, 2), make_result(2), make_result(3)]
    assert [(task.state, task.cached, task.files) for task in store.tasks(TWO)][:2] == [
        ("succeeded", "", ()),
        ("running", "", ()),
    ]
    assert store.result(ONE, 1) == make_result(1, 2)
    assert (store.given(ONE, range(4)), store.cached([KEY]), store.reports(ONE, 0, 1)) == ({}, {}, [])
    assert (store.machines(ONE), store.meters([ONE, TWO])) == ([], {})


def test_it_is_migrated_and_goes_on(old: Path) -> None:
    store = open_sqlite(old)
    assert (schema.version(store._db), store.notices()) == (schema.NEWEST, [])
    check(store)
    (live,) = store.live_runs()
    assert (live.run.id, live.ended, live.leased, live.open, live.given) == (TWO, {0}, {1: 1}, False, {})
    part = SweepPart(4, SweepView("copies", 1), (Packed(b"new"),))
    store.commit([TasksAdded(ONE, part, T0 + 30), TasksEnded(ONE, (make_result(4, key=KEY),), T0 + 31)])
    assert (store.run(ONE).count, store.cached([KEY])) == (5, {KEY: (ONE, 4)})
    store.close()
    store = open_sqlite(old)
    assert (store.notices(), store.run(ONE).count) == ([], 5)
    store.close()


def test_it_is_read_as_it_is(old: Path) -> None:
    path = old / "stores" / "env.db"
    before = path.read_bytes()
    with open_reader(path, kind=SqliteBrowser) as reader:
        check(reader)
        assert [run.id for run in reader.page(RunQuery())] == [TWO, ONE]
        assert (reader.states(TWO), reader.states(ONE)) == ("srqq", "ssss")
        assert reader.live_counts() == (1, Counts(queued=2, running=1, succeeded=1))
        assert [task.index for task in reader.find_tasks(ONE, TaskQuery(sort="param", name="x", descending=True)).tasks]
        assert reader.version(ONE) != reader.version(TWO)
    watch = SqliteWatch(path)
    assert watch.standings()[TWO].status.counts.running == 1
    watch.close()
    assert path.read_bytes() == before


def test_readers_that_were_there_before_see_what_comes_after(old: Path) -> None:
    path = old / "stores" / "env.db"
    watch = SqliteWatch(path)
    with open_reader(path) as reader:
        check(reader)
        store = open_sqlite(old)
        store.commit([TasksAdded(ONE, SweepPart(4, SweepView("copies", 1), (Packed(b"new"),)), T0 + 30)])
        store.commit([RunStateChanged(ONE, RunState.QUEUED, T0 + 30)])
        cancelled = make_failure(kind=OutcomeKind.CANCELLED)
        store.commit([TasksEndedAlike(TWO, (Span(2, 4, 1, 0),), cancelled, T0 + 31)])
        assert (reader.run(ONE).count, reader.given(ONE, [4])) == (5, {4: Packed(b"new")})
        assert watch.standings()[ONE].status.counts == Counts(queued=1, succeeded=4)
        assert [task.state for task in reader.tasks(TWO)] == ["succeeded", "running", "cancelled", "cancelled"]
        store.close()
    watch.close()


def test_it_is_rebuilt_when_it_is_damaged(old: Path) -> None:
    with (old / "stores" / "env.db").open("ab") as file:
        file.write(b"no page")
    store = open_sqlite(old)
    assert [message for _, message in store.notices() if "2 runs with 6 outcomes" in message] == [store.notices()[0][1]]
    assert list(store.results(ONE))[1:3] == [make_result(1, 2), make_result(2)]
    assert store.status(TWO).state is RunState.CANCELLED
    store.close()


def test_what_it_says_of_earlier_tries(old: Path) -> None:
    with open_reader(old / "stores" / "env.db", kind=SqliteBrowser) as reader:
        assert [(row.generation, row.outcome) for row in reader.attempts(ONE, 1)] == [(1, "failed"), (2, "succeeded")]
        assert reader.attempts(ONE, 1)[0].message == "ValueError: no such thing"
