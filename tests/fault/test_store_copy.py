"""Row 20: a copy of a store knows that it is one, and takes no run from its original."""

from __future__ import annotations

import shutil
from pathlib import Path

from cellburst.model.events import RunStateChanged, RunSubmitted, TasksEnded, TasksStarted
from cellburst.model.run import RunState
from tests.unit.store.builders import T0, make_result, make_run, open_sqlite, run_id

RUN = run_id(1)


def test_a_copy_of_a_live_store_adopts_nothing(tmp_path: Path) -> None:
    original = open_sqlite(tmp_path / "a")
    original.commit([RunSubmitted(make_run()), RunStateChanged(RUN, RunState.RUNNING, T0)])
    original.commit([TasksStarted(RUN, (0, 1), 1, "w1", T0), TasksEnded(RUN, (make_result(0),), T0)])
    shutil.copytree(tmp_path / "a", tmp_path / "b")

    copy = open_sqlite(tmp_path / "b")
    assert copy.live_runs() == []
    assert "copy" in copy.notices()[0][1]
    status = copy.status(RUN)
    assert status.state is RunState.CANCELLED
    assert "belong to the original" in status.reason
    assert copy.result(RUN, 0) == make_result(0), "what is finished can be read in the copy"
    copy.commit([RunSubmitted(make_run(2))])

    original.commit([TasksEnded(RUN, (make_result(1),), T0)])
    assert [live.run.id for live in original.live_runs()] == [RUN]
    original.close()
    copy.close()
    for name, runs in (("a", [RUN]), ("b", [run_id(2)])):
        again = open_sqlite(tmp_path / name)
        assert [live.run.id for live in again.live_runs()] == runs
        assert len(again.notices()) == (name == "b"), "a copy is told once"
        again.close()


def test_a_store_that_was_moved_is_the_same(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path / "a")
    store.commit([RunSubmitted(make_run())])
    store.close()
    (tmp_path / "a").rename(tmp_path / "b")
    moved = open_sqlite(tmp_path / "b")
    assert moved.notices() == []
    assert [live.run.id for live in moved.live_runs()] == [RUN]
    moved.close()


def test_a_database_restored_from_a_backup(tmp_path: Path) -> None:
    database, backup = tmp_path / "stores" / "env.db", tmp_path / "backup"
    store = open_sqlite(tmp_path)
    store.commit([RunSubmitted(make_run())])
    store.close()
    shutil.copy(database, backup)
    store = open_sqlite(tmp_path)
    store.commit([RunSubmitted(make_run(2)), TasksEnded(RUN, (make_result(0),), T0)])
    store.close()
    with database.open("r+b") as file:  # into the same file, as some backups do
        file.truncate()
        file.write(backup.read_bytes())
    restored = open_sqlite(tmp_path)
    assert "commits of env.db are missing" in restored.notices()[0][1]
    assert restored.live_runs() == []
    assert [run.id for run in restored.runs()] == [run_id(2), RUN]
    restored.close()
