"""Runs that grow, when their controller is killed, the disk is full, or the database is damaged or gone."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cellburst import faults
from cellburst.errors import DamagedBlobError, DiskFullError
from cellburst.model.blob import Packed
from cellburst.model.events import RunClosed, RunReopened, RunStateChanged, RunSubmitted, TasksAdded, TasksEnded
from cellburst.model.run import RunState
from cellburst.model.search import Search
from cellburst.model.sweep import SweepPart, SweepView
from cellburst.store.blob_sweep import named_digests
from cellburst.store.sidecar import Sidecars
from cellburst.store.sqlite import SqliteStore, open_reader
from tests.unit.store.builders import T0, make_result, make_run, open_sqlite, ref, run_id

ROOT = Path(__file__).parents[2]
RUN = run_id(1)
PARTS, EACH = 30, 20
SEARCH = SweepView("search", 0)
MORE = Search("tpe", 900, "loss", "minimize")

# Adds parts forever, a new one and then the same again, and says how many are durable; dies by a signal of its own.
WRITER = """
import sys
from pathlib import Path
from cellburst.model.events import RunSubmitted, TasksAdded
from tests.fault.test_store_growth import EACH, RUN, SEARCH, part
from tests.unit.store.builders import T0, make_run, open_sqlite

store = open_sqlite(Path(sys.argv[1]))
store.commit([RunSubmitted(make_run(1, sweep=SEARCH, open=True))])
print(store.run(RUN).count, flush=True)
for number in range(store.run(RUN).count // EACH, 1000):
    for _ in range(2):
        store.commit([TasksAdded(RUN, part(number), T0)])
        print((number + 1) * EACH, flush=True)
"""


def part(number: int) -> SweepPart:
    """A part like no other: each of its tasks is given bytes of its own, the first one a blob."""
    first = number * EACH
    view = SweepView("table", EACH, columns=("x",), rows=tuple((index / 8,) for index in range(first, first + EACH)))
    given = [Packed(random.Random(index).randbytes(40)) for index in range(first, first + EACH)]
    keys = random.Random(number).randbytes(16 * EACH) if number % 2 else b""
    return SweepPart(first, view, (Packed(body_blob=ref(number)), *given[1:]), f"key {number}", keys)


def given(index: int) -> Packed:
    number, place = divmod(index, EACH)
    return part(number).given[place]


def fill(data: Path) -> None:
    """A run that has grown and is closed, with a task in each part that has ended; one that is open."""
    store = open_sqlite(data)
    store.commit(
        [RunSubmitted(make_run(1, sweep=SEARCH, open=True)), RunSubmitted(make_run(2, sweep=SEARCH, open=True))]
    )
    for number in range(PARTS):
        store.commit([TasksAdded(RUN, part(number), T0), TasksEnded(RUN, (make_result(number * EACH),), T0)])
    store.commit([RunClosed(RUN, T0), RunReopened(RUN, MORE, T0 + 1), RunClosed(RUN, T0 + 2)])
    store.commit([RunStateChanged(RUN, RunState.RUNNING, T0), TasksAdded(run_id(2), part(0), T0)])
    store.close()


def check(store: SqliteStore, *, outcomes: bool) -> None:
    """All tasks are there, and what they were given."""
    for run, count in ((RUN, PARTS * EACH), (run_id(2), EACH)):
        sweep = store.run(run).sweep
        assert (sweep.count, sweep.own) == (count, 0)
        assert [sweep.params(index)["x"] for index in range(count)] == [index / 8 for index in range(count)]
        assert store.given(run, range(count)) == {index: given(index) for index in range(count)}
        keys = b"".join(part(number).keys for number in range(count // EACH))
        assert b"".join(store.keys(run, range(count)).values()) == keys
        assert store.status(run).counts.total == count
        assert store.status(run).state is RunState.CANCELLED
    if outcomes:
        assert [store.run(run).open for run in (RUN, run_id(2))] == [False, True]
        assert store.run(RUN).options.search == MORE
        assert [result.index for result in store.results(RUN)] == [number * EACH for number in range(PARTS)]


def database(data: Path) -> Path:
    return data / "stores" / "env.db"


def test_a_database_that_was_deleted(tmp_path: Path) -> None:
    fill(tmp_path)
    database(tmp_path).unlink()
    assert {ref(number).digest for number in range(PARTS)} <= (named_digests(tmp_path) or set())
    store = open_sqlite(tmp_path)
    check(store, outcomes=False)
    assert {ref(number).digest for number in range(PARTS)} <= (named_digests(tmp_path) or set())
    store.commit([TasksAdded(RUN, part(PARTS - 1), T0), TasksAdded(RUN, part(PARTS), T0)])
    assert store.run(RUN).count == (PARTS + 1) * EACH
    store.close()


def test_a_database_that_is_damaged_where_nothing_is_lost(tmp_path: Path) -> None:
    fill(tmp_path)
    with database(tmp_path).open("ab") as file:
        file.write(b"no page")
    for record in (tmp_path / "stores" / "env.runs").glob("*.parts"):
        record.unlink()  # its rows say the same
    store = open_sqlite(tmp_path)
    assert "rebuilt" in store.notices()[0][1]
    check(store, outcomes=True)
    store.close()
    database(tmp_path).unlink()
    again = open_sqlite(tmp_path)
    check(again, outcomes=False)  # the rebuilt store has records of its own
    again.close()


@pytest.mark.parametrize("seed", range(12))
def test_a_page_in_the_middle_that_was_overwritten(tmp_path: Path, seed: int) -> None:
    fill(tmp_path)
    chance = random.Random(seed)
    pages = database(tmp_path).stat().st_size // 4096
    with database(tmp_path).open("r+b") as file:
        file.seek(4096 * chance.randrange(1, pages))
        file.write(chance.randbytes(4096))
    store = open_sqlite(tmp_path)
    if store.notices():
        check(store, outcomes=False)
    store.close()


@pytest.mark.parametrize("seed", range(30))
def test_a_flipped_bit_is_never_believed(tmp_path: Path, seed: int) -> None:
    fill(tmp_path)
    chance = random.Random(seed)
    data = bytearray(database(tmp_path).read_bytes())
    data[chance.randrange(4096, len(data))] ^= 1 << chance.randrange(8)
    database(tmp_path).write_bytes(data)
    store = open_sqlite(tmp_path)
    for index in range(0, PARTS * EACH, 7):
        try:
            found = store.given(RUN, [index])
        except DamagedBlobError:
            continue
        assert found in ({}, {index: given(index)})
    store.close()


def test_a_part_that_is_not_what_was_written_is_said(tmp_path: Path) -> None:
    fill(tmp_path)
    store = open_sqlite(tmp_path)
    store._db.execute("UPDATE parts SET given = CAST(x'00' || SUBSTR(given, 2) AS BLOB) WHERE start = 40")
    with pytest.raises(DamagedBlobError, match="tasks 40 to 59"):
        store.given(RUN, [41])
    assert store.given(RUN, [39]) == {39: given(39)}
    with open_reader(database(tmp_path)) as reader:
        with pytest.raises(DamagedBlobError, match="tasks 40 to 59"):
            reader.run(RUN)
        assert reader.status(RUN).counts.total == PARTS * EACH
        assert reader.result(RUN, 40) == make_result(40)
    store._db.execute("DELETE FROM parts WHERE start = 40")
    with open_reader(database(tmp_path)) as reader, pytest.raises(DamagedBlobError, match="tasks 40 to 599 is missing"):
        reader.run(RUN)
    store.close()


@pytest.mark.parametrize("point", ["store.commit.applied", "store.commit.committed"])
@pytest.mark.parametrize("nth", [2, 3, 4, 7])
def test_what_was_acknowledged_before_a_kill_is_there_once(tmp_path: Path, point: str, nth: int) -> None:
    for _ in range(3):
        command = [sys.executable, "-c", WRITER, str(tmp_path)]
        environment = {**os.environ, "CELLBURST_FAULT": f"{point}:kill:{nth}"}
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=50, check=False
        )
        assert done.returncode == -signal.SIGKILL, done.stderr
        said = max(map(int, done.stdout.split()))
        store = open_sqlite(tmp_path)
        count = store.run(RUN).count
        assert count in (said, said + EACH)
        assert store.given(RUN, range(count)) == {index: given(index) for index in range(count)}
        store.close()
    (record,) = Sidecars(database(tmp_path)).records()
    assert [found.start for found in record.parts][: count // EACH] == list(range(0, count, EACH))


def test_a_log_that_was_deleted_takes_no_part_with_it(tmp_path: Path) -> None:
    fill(tmp_path)
    store = open_sqlite(tmp_path)
    store._db.execute("PRAGMA wal_autocheckpoint = 0")
    before = database(tmp_path).read_bytes()
    store.commit([TasksAdded(run_id(2), part(1), T0), RunSubmitted(make_run(3, sweep=SEARCH, open=True))])
    store.commit([TasksAdded(run_id(3), part(0), T0)])
    witness = (tmp_path / "stores" / "env.runs" / "witness").read_bytes()
    store.close()
    with database(tmp_path).open("r+b") as file:  # the same inode: it is no copy
        file.truncate()
        file.write(before)
    (tmp_path / "stores" / "env.runs" / "witness").write_bytes(witness)
    database(tmp_path).with_name("env.db-wal").unlink(missing_ok=True)
    store = open_sqlite(tmp_path)
    assert "commits of env.db are missing" in store.notices()[0][1]
    assert [store.run(run_id(number)).count for number in (1, 2, 3)] == [PARTS * EACH, 2 * EACH, EACH]
    assert store.given(run_id(2), [EACH]) == {EACH: given(EACH)}
    assert store.live_runs() == []
    store.close()
    records = {record.run.id: record for record in Sidecars(database(tmp_path)).records()}
    assert records[run_id(2)].parts == (part(0), part(1))


def test_a_record_that_was_torn_goes_on_where_it_was_whole(tmp_path: Path) -> None:
    fill(tmp_path)
    path = tmp_path / "stores" / "env.runs" / f"{RUN}.parts"
    with path.open("ab") as file:
        file.write(b"torn by a kill" * 3)
    store = open_sqlite(tmp_path)
    store.commit([TasksAdded(RUN, part(PARTS), T0)])
    store.close()
    records = {record.run.id: record for record in Sidecars(database(tmp_path)).records()}
    assert records[RUN].parts == tuple(part(number) for number in range(PARTS + 1))


def test_no_space_for_a_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_sqlite(tmp_path)
    store.commit([RunSubmitted(make_run(1, sweep=SEARCH, open=True)), TasksAdded(RUN, part(0), T0)])
    monkeypatch.setattr(faults, "_ARMED", {"store.commit.applied": ("nospace", 1)})
    monkeypatch.setattr(faults, "_PASSED", {})
    with pytest.raises(DiskFullError):
        store.commit([TasksAdded(RUN, part(1), T0), TasksAdded(RUN, part(2), T0)])
    assert (store.run(RUN).count, store.load_run(RUN).run.count) == (EACH, EACH)
    (record,) = Sidecars(database(tmp_path)).records()
    assert record.parts == (part(0),)
    store.commit([TasksAdded(RUN, part(1), T0)])
    assert store.run(RUN).count == 2 * EACH
    store.close()
