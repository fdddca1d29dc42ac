"""Looking at stores that come, go, change and are replaced."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from cellburst import wiring
from cellburst.abc import StoreWatch
from cellburst.errors import StoreError
from cellburst.model.events import MachinesChanged, RunDeleted, RunRenamed, RunStateChanged, RunSubmitted, TasksEnded
from cellburst.model.machine import Machine, MachineState
from cellburst.model.run import RunState
from cellburst.paths import Folders
from cellburst.server.standings import Standings
from cellburst.store.sqlite import SqliteStore
from tests.unit.store.builders import T0, make_result, make_run, run_id

ONE, TWO = "111111111111", "222222222222"


def open_one(folders: Folders, env: str = ONE) -> SqliteStore:
    return SqliteStore(folders.stores / f"{env}.db", folders.data / "outputs" / env, None)


@pytest.fixture
def store(folders: Folders) -> Iterator[SqliteStore]:
    with open_one(folders) as store:
        yield store


@pytest.fixture
def standings(folders: Folders) -> Iterator[Standings]:
    found = Standings(folders)
    yield found
    found.close()


def test_where_there_is_no_folder_there_is_no_run(standings: Standings) -> None:
    assert not standings.look()
    assert standings.look() is None


def test_each_commit_is_seen_once(standings: Standings, store: SqliteStore) -> None:
    store.commit([RunSubmitted(make_run(1))])
    found = standings.look()
    assert found is not None
    assert found[run_id(1)].status.counts.queued == 4
    assert standings.look() is None
    store.commit([TasksEnded(run_id(1), (make_result(0),), T0)])
    found = standings.look()
    assert found is not None
    assert (found[run_id(1)].status.counts.queued, found[run_id(1)].status.counts.succeeded) == (3, 1)
    assert standings.look() is None


def test_changes_of_many_machines_are_seen(standings: Standings, store: SqliteStore) -> None:
    machines = [Machine(run_id(1), f"m{n}", f"t{n}", MachineState.BOOTING, T0, T0 + 60) for n in range(300)]
    store.commit([RunSubmitted(make_run(1)), MachinesChanged(run_id(1), tuple(machines), T0)])
    assert standings.look()
    for machine in machines[:3]:
        there = replace(machine, state=MachineState.RUNNING, billed=T0, price=0.1)
        store.commit([MachinesChanged(run_id(1), (there,), T0)])
        assert standings.look()
        assert standings.look() is None


def test_every_kind_of_change_is_seen(standings: Standings, store: SqliteStore) -> None:
    store.commit([RunSubmitted(make_run(1))])
    standings.look()
    store.commit([RunRenamed(run_id(1), "better", T0)])
    assert {run: standing.name for run, standing in (standings.look() or {}).items()} == {run_id(1): "better"}
    store.commit([RunStateChanged(run_id(1), RunState.CANCELLED, T0 + 5)])
    found = (standings.look() or {})[run_id(1)].status
    assert (found.state, found.ended) == (RunState.CANCELLED, T0 + 5)
    store.commit([RunDeleted(run_id(1), T0)])
    assert standings.look() == {}


def test_a_commit_that_moves_nothing_is_no_news(standings: Standings, store: SqliteStore) -> None:
    store.commit([RunSubmitted(make_run(1))])
    standings.look()
    store.commit([RunRenamed(run_id(1), "run 1", T0)])
    assert standings.look() is None


def test_two_commits_in_the_same_instant_are_both_seen(standings: Standings, store: SqliteStore) -> None:
    """By a counter of the database, not by the times of files, which have steps of some milliseconds."""
    store.commit([RunSubmitted(make_run(1, count=60))])
    standings.look()
    for index in range(60):
        store.commit([TasksEnded(run_id(1), (make_result(index),), T0)])
        found = standings.look()
        assert found is not None
        assert found[run_id(1)].status.counts.succeeded == index + 1


def test_a_store_that_appears_and_one_that_vanishes(folders: Folders, standings: Standings, store: SqliteStore) -> None:
    store.commit([RunSubmitted(make_run(1))])
    assert set(standings.look() or {}) == {run_id(1)}
    with open_one(folders, TWO) as other:
        other.commit([RunSubmitted(make_run(2))])
        assert set(standings.look() or {}) == {run_id(1), run_id(2)}
    for path in folders.stores.glob(f"{TWO}.db*"):
        path.unlink()
    assert set(standings.look() or {}) == {run_id(1)}
    assert standings.look() is None


def test_a_store_that_is_replaced_is_read_anew(folders: Folders, standings: Standings) -> None:
    with open_one(folders) as store:
        store.commit([RunSubmitted(make_run(1))])
        assert set(standings.look() or {}) == {run_id(1)}
    for path in folders.stores.glob(f"{ONE}.*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    with open_one(folders) as store:
        store.commit([RunSubmitted(make_run(2))])
        assert set(standings.look() or {}) == {run_id(2)}
        store.commit([RunSubmitted(make_run(3))])
        assert set(standings.look() or {}) == {run_id(2), run_id(3)}


def test_a_run_of_two_stores_is_one_run(folders: Folders, standings: Standings, store: SqliteStore) -> None:
    with open_one(folders, TWO) as copy:
        store.commit([RunSubmitted(make_run(1)), RunStateChanged(run_id(1), RunState.FAILED, T0)])
        copy.commit([RunSubmitted(make_run(1))])
        found = standings.look() or {}
    assert found[run_id(1)].status.state is RunState.FAILED


def test_what_is_no_store_hides_no_other(folders: Folders, standings: Standings, store: SqliteStore) -> None:
    (folders.stores / f"{TWO}.db").write_bytes(b"not a database" * 1000)
    (folders.stores / "333333333333.db").touch()
    (folders.stores / "folder.db").mkdir()
    store.commit([RunSubmitted(make_run(1))])
    assert set(standings.look() or {}) == {run_id(1)}


def test_a_store_that_cannot_be_read_now_keeps_its_runs(folders: Folders, store: SqliteStore) -> None:
    clock, broken, opened = [100.0], [False], []

    def open_watch(path: Path) -> StoreWatch:
        opened.append(path)
        if broken[0]:
            raise StoreError("not now")
        return wiring.open_watch(path)

    standings = Standings(folders, open_watch, lambda: clock[0])
    store.commit([RunSubmitted(make_run(1))])
    assert set(standings.look() or {}) == {run_id(1)}
    standings.close()
    broken[0] = True
    assert standings.look() is None
    assert standings.look() is None
    assert len(opened) == 2  # it is not tried at every look
    broken[0] = False
    store.commit([RunSubmitted(make_run(2))])
    assert standings.look() is None
    clock[0] += 1.0
    assert set(standings.look() or {}) == {run_id(1), run_id(2)}
    standings.close()


def test_what_was_read_is_remembered_while_nobody_looks(standings: Standings, store: SqliteStore) -> None:
    store.commit([RunSubmitted(make_run(1))])
    standings.look()
    standings.close()
    assert standings.look() is None
    standings.close()
    store.commit([RunDeleted(run_id(1), T0)])
    assert standings.look() == {}


def test_looking_holds_no_transaction_open(standings: Standings, store: SqliteStore) -> None:
    store.commit([RunSubmitted(make_run(1))])
    standings.look()
    busy, log, done = store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert (busy, log, done) == (0, 0, 0)
