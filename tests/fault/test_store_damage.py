"""Row 17: a store that is damaged, cut short or gone is noticed, moved aside and rebuilt, and that is said."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from cellburst.errors import DamagedBlobError
from cellburst.model.blob import Packed
from cellburst.model.events import (
    RunDeleted,
    RunNoted,
    RunRenamed,
    RunStateChanged,
    RunSubmitted,
    TasksEnded,
    TasksEndedAlike,
    TasksRetried,
    TasksStarted,
)
from cellburst.model.outcome import OutcomeKind, Span
from cellburst.model.run import ENDED, Counts, RunState
from cellburst.pool import spool
from cellburst.store.sqlite import SqliteStore
from cellburst.wire.pool import Outcomes
from tests.unit.store.builders import T0, make_failure, make_result, make_run, open_sqlite, run_id, text

MANY = 400


def database(data: Path) -> Path:
    return data / "stores" / "env.db"


def fill(data: Path) -> None:
    """One run that has ended, with a task in its second generation; one that is live; one renamed; one deleted."""
    store = open_sqlite(data)
    one, two, three = run_id(1), run_id(2), run_id(3)
    store.commit([RunSubmitted(make_run(number, MANY)) for number in (1, 2, 3, 4)])
    store.commit([RunStateChanged(one, RunState.RUNNING, T0 + 10)])
    results = [make_result(index, value=Packed(random.Random(index).randbytes(300))) for index in range(MANY - 1)]
    results.append(make_failure(MANY - 1, outputs=(text("what it printed"),)))
    store.commit([TasksEnded(one, tuple(results), T0 + 11)])
    store.commit([TasksRetried(one, (MANY - 1,), T0 + 12)])
    store.commit([TasksEnded(one, (make_result(MANY - 1, 2),), T0 + 13)])
    store.commit([RunStateChanged(one, RunState.SUCCEEDED, T0 + 14)])
    store.commit([RunStateChanged(two, RunState.RUNNING, T0 + 20), TasksStarted(two, (0, 1, 2), 1, "w1", T0 + 20)])
    store.commit([TasksEnded(two, (make_result(0),), T0 + 21), RunRenamed(three, "better", T0 + 22)])
    store.commit([RunDeleted(run_id(4), T0 + 23)])
    store.close()


def reopened(data: Path) -> SqliteStore:
    store = open_sqlite(data)
    assert len(store.notices()) == 1, store.notices()
    return store


def check_what_survived(store: SqliteStore, *, all_outcomes: bool) -> int:
    """All runs are there; outcomes are right or absent; no run goes on by itself. How many outcomes there are."""
    assert [run.id for run in store.runs()] == [run_id(3), run_id(2), run_id(1)]
    assert store.live_runs() == []
    for number in (1, 2, 3):
        whole = store.run(run_id(number))
        expected = make_run(number, MANY, name=whole.name)
        assert whole == expected
        assert store.status(run_id(number)).counts.total == MANY
    found = {result.index: result for result in store.results(run_id(1))}
    for index, result in found.items():
        if index == MANY - 1:
            assert result in (make_result(index, 2), make_failure(index))
        else:
            assert result == make_result(index, value=Packed(random.Random(index).randbytes(300)))
    if all_outcomes:
        assert len(found) == MANY
        assert store.run(run_id(3)).name == "better"
        assert store.status(run_id(1)).state is RunState.SUCCEEDED
        assert (store.status(run_id(1)).started, store.status(run_id(1)).ended) == (T0 + 10, T0 + 14)
        assert store.result(run_id(2), 0) == make_result(0)
        live = store.status(run_id(2))
        assert live.state is RunState.CANCELLED
        assert "remote retry" in live.reason
    store.commit([RunNoted(run_id(1), "it goes on", T0 + 99)])
    return len(found)


@pytest.mark.parametrize("length", [0, 1, 50, 99, 100, 4095, 4096, 8192, 40_000, 100_000, -4096, -1])
def test_a_database_that_was_cut_short(tmp_path: Path, length: int) -> None:
    fill(tmp_path)
    size = database(tmp_path).stat().st_size
    os.truncate(database(tmp_path), length if length >= 0 else size + length)
    store = reopened(tmp_path)
    (_, notice), *_ = store.notices()
    assert "rebuilt" in notice
    assert "can be deleted" in notice
    check_what_survived(store, all_outcomes=False)
    store.close()
    again = open_sqlite(tmp_path)
    assert len(again.notices()) == 1, "it is said once"
    again.close()
    (aside,) = (tmp_path / "stores").glob("env.damaged-*")
    assert (aside / "recovered.txt").read_text().strip() == notice


def test_a_database_that_was_deleted(tmp_path: Path) -> None:
    fill(tmp_path)
    database(tmp_path).unlink()
    store = reopened(tmp_path)
    assert "3 runs with 0 outcomes" in store.notices()[0][1]
    check_what_survived(store, all_outcomes=False)
    store.close()


def test_a_first_page_that_was_overwritten(tmp_path: Path) -> None:
    fill(tmp_path)
    with database(tmp_path).open("r+b") as file:
        file.write(b"not a database at all" * 50)
    store = reopened(tmp_path)
    check_what_survived(store, all_outcomes=False)
    store.close()


@pytest.mark.parametrize("seed", range(12))
def test_a_page_in_the_middle_that_was_overwritten(tmp_path: Path, seed: int) -> None:
    fill(tmp_path)
    chance = random.Random(seed)
    pages = database(tmp_path).stat().st_size // 4096
    with database(tmp_path).open("r+b") as file:
        file.seek(4096 * chance.randrange(1, pages))
        file.write(chance.randbytes(4096))
    store = open_sqlite(tmp_path)
    if store.notices():  # an unused or overflow page may be any bytes; the checksum of its row knows
        survived = check_what_survived(store, all_outcomes=False)
        assert survived >= MANY // 4 or "0 outcomes" in store.notices()[0][1]
    else:
        results = []
        for index in range(MANY):
            try:
                results.append(store.result(run_id(1), index))
            except DamagedBlobError:
                continue
        assert len(results) > MANY - 20
    store.close()


@pytest.mark.parametrize("seed", range(60))
def test_a_flipped_bit_is_never_believed(tmp_path: Path, seed: int) -> None:
    fill(tmp_path)
    chance = random.Random(1000 + seed)
    data = bytearray(database(tmp_path).read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    database(tmp_path).write_bytes(data)
    store = open_sqlite(tmp_path)
    assert len(store.runs()) == 3
    assert len(list(store.tasks(run_id(1)))) == MANY
    for index in range(MANY - 1):
        try:
            result = store.result(run_id(1), index)
        except DamagedBlobError:
            continue
        if result is not None:
            assert result.value == Packed(random.Random(index).randbytes(300))
    store.close()


def test_tasks_that_ended_alike_are_recovered(tmp_path: Path) -> None:
    store, run = open_sqlite(tmp_path), run_id(1)
    like = make_failure(kind=OutcomeKind.CANCELLED)
    store.commit([RunSubmitted(make_run(1, MANY)), TasksEnded(run, (make_result(5),), T0)])
    store.commit([TasksEndedAlike(run, (Span(0, 5, 1, 0), Span(6, MANY, 1, 2)), like, T0 + 1)])
    store.commit([TasksRetried(run, (1, 2, 3), T0 + 2), TasksEndedAlike(run, (Span(2, 4, 2, 0),), like, T0 + 3)])
    before = list(store.results(run))
    store.close()
    with database(tmp_path).open("ab") as file:
        file.write(b"no page")
    store = reopened(tmp_path)
    assert f"1 runs with {MANY + 2} outcomes were recovered" in store.notices()[0][1]
    assert list(store.results(run)) == before
    assert store.status(run).counts == Counts(queued=1, succeeded=1, cancelled=MANY - 2)
    store.close()


@pytest.mark.parametrize(
    "damage",
    [
        "first = 1",
        "stop = 300",
        "generation = 2",
        "facts = CAST(facts || x'00' AS BLOB)",
        "failure = NULL",
        "kind = 'lost'",
    ],
)
def test_a_row_of_many_that_is_not_what_was_written_is_not_believed(tmp_path: Path, damage: str) -> None:
    store, run = open_sqlite(tmp_path), run_id(1)
    store.commit([RunSubmitted(make_run(1, MANY))])
    store.commit([TasksEndedAlike(run, (Span(0, 200, 1, 0),), make_failure(kind=OutcomeKind.CANCELLED), T0)])
    store._db.execute(f"UPDATE spans SET {damage}")
    if damage.startswith("generation"):
        store._db.execute("INSERT INTO generations VALUES (1, 100, 2, 0.0)")
    with pytest.raises(DamagedBlobError, match=r"%remote retry"):
        list(store.results(run, [100]))
    store.close()
    with database(tmp_path).open("ab") as file:
        file.write(b"no page")
    store = reopened(tmp_path)
    assert "1 runs with 0 outcomes were recovered, parts" in store.notices()[0][1]
    assert store.status(run).counts == Counts(queued=MANY)
    store.close()


def killed_copy(source: Path, target: Path) -> None:
    """The files of a store whose controller was killed, in place: the log is still beside the database."""
    shutil.copytree(source, target, dirs_exist_ok=True)


@pytest.mark.parametrize("instead", [None, b"", b"x" * 5000])
def test_a_log_that_was_deleted_or_replaced(tmp_path: Path, instead: bytes | None) -> None:
    data = tmp_path / "data"
    fill(data)
    store = open_sqlite(data)
    store.commit([RunStateChanged(run_id(3), RunState.RUNNING, T0 + 30)])
    store.commit([RunSubmitted(make_run(5, 10)), TasksEnded(run_id(5), (make_result(0),), T0 + 31)])
    store._db.execute("PRAGMA wal_autocheckpoint = 0")
    before = database(data).read_bytes()
    log = database(data).with_name("env.db-wal")
    witness = (data / "stores" / "env.runs" / "witness").read_bytes()
    store.close()
    with database(data).open("r+b") as file:  # as it was before closing copied the log into it
        file.truncate()
        file.write(before)
    (data / "stores" / "env.runs" / "witness").write_bytes(witness)
    log.unlink(missing_ok=True)
    if instead is not None:
        log.write_bytes(instead)

    store = reopened(data)
    assert "commits of env.db are missing" in store.notices()[0][1]
    assert [run.id for run in store.runs()] == [run_id(5), run_id(3), run_id(2), run_id(1)]
    assert store.run(run_id(5)) == make_run(5, 10)
    assert all(run.state in ENDED for run in store.runs())
    assert "retry" in store.status(run_id(5)).reason
    assert len(list(store.results(run_id(1)))) == MANY
    store.close()
    again = open_sqlite(data)
    assert len(again.notices()) == 1
    again.close()


def test_outcomes_that_no_controller_took_in_are_part_of_what_is_recovered(tmp_path: Path) -> None:
    fill(tmp_path)
    folder = tmp_path / "spool" / "env"
    folder.mkdir(parents=True)
    late = make_result(7, summary="late")
    spool.write(folder, Outcomes(1, "w1", run_id(2), (late,), True))
    database(tmp_path).unlink()
    store = reopened(tmp_path)
    assert store.result(run_id(2), 7) == late
    assert len(list(folder.iterdir())) == 1, "the controller takes it in and removes it"
    store.close()


def test_a_rebuilding_that_is_interrupted_goes_on_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 0
    while True:
        data = tmp_path / str(steps)
        fill(data)
        with database(data).open("r+b") as file:
            file.seek(-4096, os.SEEK_END)
            file.write(b"\xff" * 4096)
        left = steps

        def rename(source: Path, target: Path) -> None:
            nonlocal left
            if left == 0:
                raise KeyboardInterrupt
            left -= 1
            os.replace(source, target)

        monkeypatch.setattr(os, "rename", rename)
        try:
            open_sqlite(data).close()
            break
        except KeyboardInterrupt:
            steps += 1
        finally:
            monkeypatch.undo()
        store = reopened(data)
        check_what_survived(store, all_outcomes=False)
        store.close()
    assert steps >= 3


def test_a_store_that_was_never_used_is_simply_made(tmp_path: Path) -> None:
    (tmp_path / "stores").mkdir()
    database(tmp_path).touch()
    store = open_sqlite(tmp_path)
    assert store.notices() == []
    store.close()


def test_a_file_of_somebody_else_is_moved_aside(tmp_path: Path) -> None:
    import sqlite3

    (tmp_path / "stores").mkdir()
    db = sqlite3.connect(database(tmp_path))
    db.execute("CREATE TABLE recipes (name)")
    db.commit()
    db.close()
    store = reopened(tmp_path)
    assert "not a run store" in store.notices()[0][1]
    store.close()
    (aside,) = (tmp_path / "stores").glob("env.damaged-*")
    db = sqlite3.connect(aside / "env.db")
    assert db.execute("SELECT COUNT(*) FROM recipes").fetchone() == (0,)
    db.close()
