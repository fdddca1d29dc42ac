"""Row 12, and the store's side of row 11: the disk is full in the middle of things, and later it is not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cellburst import faults
from cellburst.errors import DiskFullError
from cellburst.model.blob import Packed
from cellburst.model.events import RunSubmitted, TasksEnded, TasksStarted
from tests.unit.store.builders import T0, make_result, make_run, open_sqlite, run_id

ROOT = Path(__file__).parents[2]
RUN = run_id(1)


def test_a_database_that_cannot_grow(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path)
    store.commit([RunSubmitted(make_run(1, 200)), TasksStarted(RUN, tuple(range(200)), 1, "w1", T0)])
    (pages,) = store._db.execute("PRAGMA page_count").fetchone()
    store._db.execute(f"PRAGMA max_page_count = {pages + 20}")
    big = tuple(make_result(index, value=Packed(bytes(5000))) for index in range(200))
    before = store.load_run(RUN)
    for _ in range(2):
        with pytest.raises(DiskFullError, match="free some space") as refusal:
            store.commit([RunSubmitted(make_run(2)), TasksEnded(RUN, big, T0)])
        assert "\n" not in str(refusal.value)
        assert store.load_run(RUN) == before
        assert [run.id for run in store.runs()] == [RUN]
    store.commit([TasksEnded(RUN, big[:2], T0)])
    store._db.execute("PRAGMA max_page_count = 1000000")
    store.commit([RunSubmitted(make_run(2)), TasksEnded(RUN, big, T0)])
    assert store.status(RUN).counts.succeeded == 200
    store.close()
    again = open_sqlite(tmp_path)
    assert again.notices() == []
    assert len(list(again.results(RUN))) == 200
    again.close()


def test_no_space_at_the_very_end_of_a_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_sqlite(tmp_path)
    store.commit([RunSubmitted(make_run())])
    monkeypatch.setattr(faults, "_ARMED", {"store.commit.applied": ("nospace", 1)})
    monkeypatch.setattr(faults, "_PASSED", {})
    facts = [RunSubmitted(make_run(2)), TasksEnded(RUN, (make_result(0),), T0)]
    with pytest.raises(DiskFullError):
        store.commit(facts)
    assert store.load_run(RUN).ended == frozenset()
    assert not (tmp_path / "stores" / "env.runs" / run_id(2)).exists()
    store.commit(facts)
    assert store.load_run(RUN).ended == {0}
    assert store.run(run_id(2)) == make_run(2)
    store.close()


FULL_DISK = """
import os, sys
from pathlib import Path
from cellburst.errors import DiskFullError
from cellburst.model.blob import Packed
from cellburst.model.events import RunStateChanged, RunSubmitted, TasksEnded, TasksStarted
from cellburst.model.run import RunState
from tests.unit.store.builders import T0, make_result, make_run, open_sqlite, run_id, text

data, run = Path(sys.argv[1]), run_id(1)
store = open_sqlite(data)
store.commit([RunSubmitted(make_run(1, 3000)), RunStateChanged(run, RunState.RUNNING, T0)])
ballast = data / "ballast"
done, refused = 0, 0
for space in (900_000, 300_000, 100_000, 30_000, 0):
    with ballast.open("wb") as file:
        facts = os.statvfs(data)
        file.write(bytes(max(0, facts.f_bavail * facts.f_frsize - space)))
    while True:
        results = tuple(make_result(index, value=Packed(os.urandom(3000))) for index in range(done, done + 10))
        store.append_outputs(run, done, 1, [text("y" * 3000)])
        try:
            store.commit([TasksStarted(run, tuple(range(done, done + 10)), 1, "w1", T0), TasksEnded(run, results, T0)])
        except DiskFullError as error:
            assert str(data) in str(error)
            refused += 1
            break
        done += 10
    assert store.status(run).counts.succeeded == done == len(list(store.results(run)))
    try:
        store.commit([RunSubmitted(make_run(2, code="z" * 500_000))])
        raise SystemExit("it was not full")
    except DiskFullError:
        pass
    assert len(store.runs()) == 1
    ballast.unlink()
    results = tuple(make_result(index) for index in range(done, done + 10))
    store.append_outputs(run, done, 1, [text("there is space again")])
    store.commit([TasksEnded(run, results, T0)])
    done += 10
store.close()
store = open_sqlite(data)
assert store.notices() == [], store.notices()
assert store.status(run).counts.succeeded == done > 100
assert not list(data.rglob("*~"))
print("held", done, refused)
"""


def test_a_real_disk_that_fills_up_and_empties_again(tmp_path: Path) -> None:
    mount = tmp_path / "small"
    mount.mkdir()
    script = f'mount -t tmpfs -o size=6m none "{mount}" && exec "$@"'
    command = ["unshare", "-rm", "sh", "-c", script, "sh", sys.executable, "-c", FULL_DISK, str(mount)]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=50, check=False)
    except FileNotFoundError:
        pytest.skip("no unshare here: a small file system cannot be mounted")
    if "unshare:" in done.stderr or "mount:" in done.stderr:
        pytest.skip("user namespaces are not allowed here: a small file system cannot be mounted")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("held ")
    assert done.stdout.split()[2] == "5"
