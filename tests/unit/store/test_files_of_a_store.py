"""The database and what lies beside it: modes, schema, statements, opening."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import cellburst.store
from cellburst.errors import DamagedBlobError, StoreBusyError, StoreError, StoreFencedError, UnknownRunError
from cellburst.model.events import RunDeleted, RunStateChanged, RunSubmitted, TasksEnded, TasksStarted
from cellburst.model.run import RunState
from cellburst.paths import Folders
from cellburst.settings import Settings
from cellburst.store import schema
from cellburst.store.queries import SQL, migrations
from cellburst.store.sqlite import SqliteStore, open_reader, open_store, store_paths
from tests.unit.store.builders import T0, make_failure, make_result, make_run, open_sqlite, run_id, text

RUN = run_id(1)
WHOLE_TABLES = {
    *("notices", "identity", "fence", "take_epoch", "become_own"),
    *("blob_digests", "blob_bytes", "blob_users", "ended_runs", "live_ids", "live_counts", "standings"),
}
OURS = ("says", "sort_key", "chosen")
"""Functions that statements call, and that their reader brings along."""
CODE = Path(cellburst.store.__file__).parent


def database(data: Path) -> Path:
    return data / "stores" / "env.db"


def change(data: Path, sql: str) -> None:
    with sqlite3.connect(database(data)) as db:
        db.executescript(sql)
    db.close()


def with_our_functions(tmp_path: Path) -> SqliteStore:
    store = open_sqlite(tmp_path)
    for name in OURS:
        store._db.create_function(name, 1, bool)
    return store


def test_every_statement_prepares_and_is_used(tmp_path: Path) -> None:
    store = with_our_functions(tmp_path)
    sources = "".join(path.read_text() for path in CODE.glob("*.py"))
    for name, sql in SQL.items():
        marks = re.findall(r"(?<!\w):(\w+)", sql)
        parameters: dict[str, None] | list[None] = dict.fromkeys(marks) if marks else [None] * sql.count("?")
        store._db.execute("EXPLAIN " + sql, parameters)
        assert f'"{name}"' in sources, f"{name} is used nowhere"
    assert set(re.findall(r'SQL\["(\w+)"\]', sources)) <= set(SQL)
    store.close()


def test_what_is_asked_often_uses_an_index(tmp_path: Path) -> None:
    store = with_our_functions(tmp_path)
    for name, sql in SQL.items():
        if name in WHOLE_TABLES:
            continue
        marks = re.findall(r"(?<!\w):(\w+)", sql)
        parameters: dict[str, None] | list[None] = dict.fromkeys(marks) if marks else [None] * sql.count("?")
        plan = [row[3] for row in store._db.execute("EXPLAIN QUERY PLAN " + sql, parameters)]
        scans = [line for line in plan if line.startswith("SCAN") and "USING" not in line and "CONSTANT" not in line]
        assert [scan for scan in scans if "json_each" not in scan] == [], f"{name}: {plan}"
    store.close()


def test_migrations_are_numbered_without_gaps() -> None:
    numbers = [number for number, _ in migrations(0)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert list(schema._VERSION_AFTER) == numbers


def test_pragmas_of_the_writer(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    store.commit([RunSubmitted(make_run())])
    found = {
        name: store._db.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "mmap_size", "busy_timeout", "auto_vacuum")
    }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "mmap_size": 0,
        "busy_timeout": 5000,
        "auto_vacuum": 2,
    }
    store.close()


def test_everything_is_for_this_user_only(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path / "data")
    store.commit([RunSubmitted(make_run())])
    store.append_outputs(RUN, 0, 1, [text("x")])
    paths = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert len(paths) >= 5
    assert {path.name: oct(path.stat().st_mode & 0o077) for path in paths if path.stat().st_mode & 0o077} == {}
    store.close()


def test_a_store_that_was_closed_is_one_file(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    store.commit([RunSubmitted(make_run())])
    store.close()
    store.close()
    assert sorted(path.name for path in (tmp_path / "stores").iterdir()) == ["env.db", "env.runs"]


def test_a_reader_of_a_store_without_a_controller(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    store.commit([RunSubmitted(make_run()), TasksEnded(RUN, (make_result(0),), T0)])
    store.close()
    with open_reader(database(tmp_path)) as reader:
        assert reader.run(RUN) == make_run()
        assert reader.runs()[0].store == str(database(tmp_path))
        assert reader.disk_use()["database"] > 0
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader._db.execute("DELETE FROM runs")


def test_a_reader_creates_nothing(tmp_path: Path) -> None:
    (tmp_path / "stores").mkdir()
    with pytest.raises(StoreError, match="no run store"):
        open_reader(database(tmp_path))
    database(tmp_path).touch()
    with pytest.raises(StoreError, match="not a run store"):
        open_reader(database(tmp_path))
    assert database(tmp_path).stat().st_size == 0


def test_a_reader_sees_what_is_committed_while_it_is_open(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    with open_reader(database(tmp_path)) as reader:
        assert reader.runs() == []
        store.commit([RunSubmitted(make_run(1, 3000)), TasksStarted(RUN, (0,), 1, "w1", T0)])
        assert reader.status(RUN).counts.running == 1
        half_read = reader.tasks(RUN)
        assert next(half_read).state == "running"
        store.commit([TasksEnded(RUN, tuple(make_result(index) for index in range(3000)), T0)])
        assert [task.state for task in half_read][-1] == "succeeded"
        half_read = reader.tasks(RUN)
        next(half_read)
        store.commit([RunDeleted(RUN, T0)])
        assert len(list(half_read)) == 1999, "the page that was read, and then no more"
        with pytest.raises(UnknownRunError):
            reader.status(RUN)
    store.close()


def test_a_reader_in_many_threads(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    store.commit([RunSubmitted(make_run(1, 500))])
    failed: list[BaseException] = []

    def read(reader: SqliteStore) -> None:
        try:
            for _ in range(20):
                ended = [task.index for task in reader.tasks(RUN) if task.state == "succeeded"]
                assert ended == list(range(len(ended)))
        except BaseException as error:
            failed.append(error)

    with open_reader(database(tmp_path)) as reader:
        threads = [threading.Thread(target=read, args=(reader,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for index in range(100):
            store.commit([TasksEnded(RUN, (make_result(index),), T0)])
        for thread in threads:
            thread.join()
    assert failed == []
    store.close()


def test_a_newer_minor_schema_is_read_and_written_and_not_lowered(tmp_path: Path) -> None:
    open_sqlite(tmp_path).close()
    change(tmp_path, f"ALTER TABLE runs ADD COLUMN later TEXT; PRAGMA user_version = {schema.NEWEST + 1}")
    store = open_sqlite(tmp_path)
    store.commit([RunSubmitted(make_run()), TasksEnded(RUN, (make_result(0),), T0)])
    assert schema.version(store._db) == schema.NEWEST + 1
    store.close()
    with open_reader(database(tmp_path)) as reader:
        assert reader.result(RUN, 0) == make_result(0)


def test_a_newer_major_schema_is_refused_in_one_line_and_left_alone(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    store.commit([RunSubmitted(make_run())])
    store.close()
    change(tmp_path, f"PRAGMA user_version = {schema.NEWEST + 1000}")
    before = database(tmp_path).read_bytes()
    openings: list[Callable[[], object]] = [lambda: open_sqlite(tmp_path), lambda: open_reader(database(tmp_path))]
    for opening in openings:
        with pytest.raises(StoreError, match=r"schema 4\.0.*pip install --upgrade") as refusal:
            opening()
        assert "\n" not in str(refusal.value)
    assert database(tmp_path).read_bytes() == before
    assert list((tmp_path / "stores").glob("*damaged*")) == []


def test_a_migration_that_fails_leaves_the_store_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_sqlite(tmp_path)
    store.commit([RunSubmitted(make_run())])
    store.close()
    monkeypatch.setattr(schema, "_VERSION_AFTER", {**schema._VERSION_AFTER, 5: 3001})
    broken = [(5, "CREATE TABLE more (x); INSERT INTO nowhere VALUES (1);")]
    monkeypatch.setattr(schema, "migrations", lambda above: iter(broken[: 5 - above]))
    with pytest.raises(StoreError, match="nowhere"):
        open_sqlite(tmp_path)
    monkeypatch.setattr(schema, "migrations", lambda above: iter([(5, "CREATE TABLE more (x);")]))
    store = open_sqlite(tmp_path)
    assert store.run(RUN) == make_run()
    assert schema.version(store._db) == 3001
    assert store._db.execute("SELECT COUNT(*) FROM more").fetchone()[0] == 0
    store.close()


def test_epochs_count_up_and_an_old_one_is_refused(tmp_path: Path) -> None:
    first = open_sqlite(tmp_path)
    first.close()
    second = open_sqlite(tmp_path, epoch=9)
    assert (first.epoch, second.epoch) == (1, 9)
    second.close()
    with pytest.raises(StoreFencedError):
        open_sqlite(tmp_path, epoch=8)
    third = open_sqlite(tmp_path)
    assert third.epoch == 10
    third.close()


def test_the_store_of_an_environment(folders: Folders, settings: Settings) -> None:
    store = open_store(folders, settings)
    store.commit([RunSubmitted(make_run())])
    assert store.path == folders.store
    assert store_paths(folders) == [folders.store]
    store.close()
    with open_reader(folders.store) as reader:
        assert reader.run(RUN) == make_run()


def test_a_row_that_is_not_what_was_written_is_not_believed(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    store.commit([RunSubmitted(make_run()), TasksEnded(RUN, (make_result(0), make_failure(1)), T0)])
    store.close()
    change(tmp_path, "UPDATE outcomes SET value = CAST(x'00' || SUBSTR(value, 2) AS BLOB) WHERE idx = 0")
    store = open_sqlite(tmp_path)
    with pytest.raises(DamagedBlobError, match=r"task 0.*retry"):
        store.result(RUN, 0)
    assert store.result(RUN, 1) == make_failure(1)
    assert [task.state for task in store.tasks(RUN, 0, 2)] == ["succeeded", "failed"]
    store.close()


def test_a_table_of_tasks_shows_a_damaged_row(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    store.commit([RunSubmitted(make_run()), TasksEnded(RUN, (make_result(0), make_result(1)), T0)])
    store.close()
    change(tmp_path, "UPDATE outcomes SET facts = x'c1' WHERE idx = 0")
    with open_reader(database(tmp_path)) as reader:
        first, second, *_ = reader.tasks(RUN)
    assert "damaged" in first.note
    assert second.note == ""


def test_a_submission_that_is_not_what_was_written_is_not_believed(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    store.commit([RunSubmitted(make_run())])
    store.close()
    change(tmp_path, "UPDATE submissions SET body = CAST(SUBSTR(body, 1, LENGTH(body) - 1) || x'00' AS BLOB)")
    with open_reader(database(tmp_path)) as reader:
        assert reader.run(RUN) == make_run()  # the record beside the database
    (database(tmp_path).with_suffix(".runs") / RUN).write_bytes(b"x")
    with open_reader(database(tmp_path)) as reader, pytest.raises(DamagedBlobError):
        reader.run(RUN)


def test_leases_leave_no_rows_behind(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    store.commit([RunSubmitted(make_run(1, 10)), TasksStarted(RUN, tuple(range(10)), 1, "w1", T0)])
    store.commit([TasksStarted(RUN, (5, 6), 1, "w2", T0 + 1), TasksStarted(RUN, (6,), 1, "w3", T0 + 2)])
    store.commit([TasksEnded(RUN, tuple(make_result(index) for index in range(10)), T0)])
    assert store._db.execute("SELECT COUNT(*) FROM leases").fetchone()[0] == 0
    store.close()


def test_short_output_moves_into_its_row(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path, settings=Settings(output_inline=200))
    store.commit([RunSubmitted(make_run())])
    store.append_outputs(RUN, 0, 1, [text("short")])
    store.append_outputs(RUN, 1, 1, [text("long" * 100)])
    store.commit([TasksEnded(RUN, (make_result(0), make_result(1), make_result(2)), T0)])
    assert sorted(path.name for path in (tmp_path / "outputs" / "env" / RUN).iterdir()) == ["1.1.head"]
    assert store.outputs(RUN, 0) == [text("short")]
    assert store.outputs(RUN, 1) == [text("long" * 100)]
    store.commit([RunDeleted(RUN, T0)])
    assert list((tmp_path / "outputs" / "env").iterdir()) == []
    store.close()


def test_a_failed_commit_leaves_memory_as_it_was(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    store.commit([RunSubmitted(make_run()), TasksStarted(RUN, (0, 1), 1, "w1", T0)])
    before = store.load_run(RUN)
    store._db.execute("CREATE TEMP TRIGGER no BEFORE INSERT ON timeline BEGIN SELECT RAISE(FAIL, 'no'); END")
    with pytest.raises(StoreError):
        store.commit([TasksEnded(RUN, (make_result(0), make_failure(1)), T0)])
    store._db.execute("DROP TRIGGER no")
    assert store.load_run(RUN) == before
    assert store.result(RUN, 0) is None
    store.commit([TasksEnded(RUN, (make_result(0),), T0)])
    assert store.load_run(RUN).ended == {0}
    store.close()


def test_opening_waits_no_longer_than_it_says(tmp_path: Path) -> None:
    open_sqlite(tmp_path).close()
    code = (
        "import sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "db.execute('BEGIN IMMEDIATE')\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(database(tmp_path))], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(StoreBusyError):
            open_sqlite(tmp_path, busy_seconds=0.05)
        other.communicate("")
    open_sqlite(tmp_path).close()


def test_a_run_that_ended_is_not_kept_in_memory(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    store.commit([RunSubmitted(make_run()), RunStateChanged(RUN, RunState.SUCCEEDED, T0)])
    assert store._pending.runs == {}
    store.close()
