from __future__ import annotations

from pathlib import Path

from cellburst.model.blob import Packed
from cellburst.model.events import RunStateChanged, RunSubmitted, TasksAdded, TasksEnded
from cellburst.model.outcome import FileEntry
from cellburst.model.payload import Payload
from cellburst.model.run import RunState
from cellburst.model.sweep import SweepPart, SweepView
from cellburst.store.retention import Candidate, choose
from tests.unit.store.builders import T0, make_result, make_run, open_sqlite, ref, run_id, text

DAY = 86400.0


def run(name: str, ended: float, size: int = 10, **blobs: int) -> Candidate:
    return Candidate(name, ended, size, {digest.encode(): number for digest, number in blobs.items()})


def test_age_alone() -> None:
    runs = [run("a", 0), run("b", 5 * DAY), run("c", 9 * DAY)]
    assert choose(runs, {}, 0, 3, 1000, 10 * DAY) == ["a", "b"]
    assert choose(runs, {}, 0, 30, 1000, 10 * DAY) == []
    assert choose([], {}, 5000, 30, 1000, 10 * DAY) == []


def test_size_takes_the_oldest_until_the_rest_fits() -> None:
    runs = [run("a", 1), run("b", 2), run("c", 3)]
    assert choose(runs, {}, 130, 30, 110, 10) == ["a", "b"]
    assert choose(runs, {}, 130, 30, 0, 10) == ["a", "b", "c"]


def test_a_blob_counts_with_the_last_run_that_needs_it() -> None:
    runs = [run("a", 1, 0, shared=100), run("b", 2, 0, shared=100), run("c", 3, 0, own=100)]
    assert choose(runs, {b"shared": 2}, 200, 30, 150, 10) == ["a", "b"]


def test_pruning_gives_space_back(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    for number in (1, 2, 3):
        store.commit([RunSubmitted(make_run(number, 100))])
        big = [make_result(index, value=Packed(bytes(20_000))) for index in range(100)]
        store.commit(
            [
                TasksEnded(run_id(number), tuple(big), T0),
                RunStateChanged(run_id(number), RunState.SUCCEEDED, T0 + number),
            ]
        )
    store.append_outputs(run_id(1), 0, 2, [text("x" * 100_000)])
    before = store.disk_use()
    assert store.prune(30, 5_000_000, T0 + 10) == [run_id(1)]
    after = store.disk_use()
    assert after["outputs"] == 0
    assert after["database"] < before["database"] + 1_000_000
    assert [found.id for found in store.runs()] == [run_id(3), run_id(2)]
    assert not (tmp_path / "stores" / "env.runs" / run_id(1)).exists()
    for _ in range(100):  # it gives back a little at a time
        if not store._db.execute("PRAGMA freelist_count").fetchone()[0]:
            break
        assert store.prune(30, 5_000_000, T0 + 10) == []
    store.close()
    assert (tmp_path / "stores" / "env.db").stat().st_size < 5_000_000


def test_blobs_count_against_the_size(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    for number in (1, 2):
        inputs = Packed(b"", ref(number, 50 << 20))
        store.commit([RunSubmitted(make_run(number, 1, payload=Payload("cell", inputs)))])
        store.commit([RunStateChanged(run_id(number), RunState.SUCCEEDED, T0 + number)])
    assert store.prune(30, 60 << 20, T0 + 10) == [run_id(1)]
    assert store.prune(30, 60 << 20, T0 + 10) == []
    store.close()


def test_what_was_added_and_what_was_left_counts_too(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    for number in (1, 2, 3, 4):
        store.commit([RunSubmitted(make_run(number, 1))])
    given = Packed(bytes(3_000_000))
    store.commit([TasksAdded(run_id(1), SweepPart(1, SweepView("copies", 1), (given,)), T0)])
    given = Packed(b"", ref(2, 50 << 20))
    store.commit([TasksAdded(run_id(2), SweepPart(1, SweepView("copies", 1), (given,)), T0)])
    left = make_result(0, files=(FileEntry("model.bin", ref(3, 50 << 20)),))
    store.commit([TasksEnded(run_id(3), (left,), T0)])
    store.commit([RunStateChanged(run_id(number), RunState.SUCCEEDED, T0 + number) for number in (1, 2, 3, 4)])
    assert store.prune(30, 102 << 20, T0 + 10) == [run_id(1)]
    assert not (tmp_path / "stores" / "env.runs" / f"{run_id(1)}.parts").exists()
    assert store.prune(30, 60 << 20, T0 + 10) == [run_id(2)]
    assert store.prune(30, 10 << 20, T0 + 10) == [run_id(3)]
    assert store.prune(30, 10 << 20, T0 + 10) == []
    store.close()


def test_output_left_by_a_controller_that_was_killed_while_it_deleted(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    left = tmp_path / "outputs" / "env" / run_id(8)
    left.mkdir(parents=True)
    (left / "0.1.head").write_bytes(b"x")
    other = tmp_path / "outputs" / "env" / "not a run"
    other.mkdir()
    record = tmp_path / "stores" / "env.runs" / run_id(9)
    record.write_bytes(b"x")
    store.prune(30, 1 << 60, T0)
    assert not left.exists()
    assert not record.exists()
    assert other.exists()
    store.close()
