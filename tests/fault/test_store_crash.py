"""Rows 4 and 22: a controller is killed, or replaced while it sleeps. What it acknowledged is there, once."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from cellburst.errors import StoreFencedError
from cellburst.model.events import RunNoted, RunSubmitted
from cellburst.store.sqlite import open_reader
from tests.unit.store.builders import T0, make_run, open_sqlite, run_id

ROOT = Path(__file__).parents[2]
COUNT = 50
RUN = run_id(1)

# Commits forever and says what is durable; dies by a signal of its own at the given system call of its writer.
WRITER = f"""
import itertools, sys
from pathlib import Path
from cellburst.model.events import RunDeleted, RunStateChanged, RunSubmitted, TasksEnded, TasksRetried, TasksStarted
from cellburst.model.run import RunState
from tests.unit.store.builders import T0, make_result, make_run, open_sqlite, run_id, text

store = open_sqlite(Path(sys.argv[1]))
live = {{found.run.id: found for found in store.live_runs()}}
if not live:
    store.commit([RunSubmitted(make_run(1, {COUNT}))])
    print("run", flush=True)
generation = max(live["{RUN}"].generations.values(), default=1) if live else 1
for at in itertools.count(generation):
    store.commit([TasksStarted("{RUN}", tuple(range({COUNT})), 1, "w1", T0 + at)])
    for index in range({COUNT}):
        store.append_outputs("{RUN}", index, 1, [text(f"{{at}}.{{index}}")])
        store.commit([TasksEnded("{RUN}", (make_result(index, at, summary=at),), T0)])
        print("ended", at, index, flush=True)
    store.commit([RunSubmitted(make_run(at + 1))])
    store.commit([RunDeleted(run_id(at + 1), T0)])
    store.commit([TasksRetried("{RUN}", tuple(range({COUNT})), T0 + at)])
    print("retried", at, flush=True)
"""


def killed_at(data: Path, fault: str) -> list[str]:
    """What a writer said before it died at a fault point."""
    command = [sys.executable, "-c", WRITER, str(data)]
    environment = {**os.environ, "CELLBURST_FAULT": fault}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=50, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    return done.stdout.splitlines()


def killed_after(data: Path, lines: int) -> list[str]:
    """What a writer said before it was killed, a little after its line of that number."""
    command = [sys.executable, "-c", WRITER, str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline() for _ in range(lines)]
        writer.kill()
        said += writer.stdout.readlines()
    return [line for line in said if line.endswith("\n")]  # it may have been killed in the middle of a line


@pytest.mark.parametrize("lines", [1, 2, 13, 49, 51, 103])
def test_what_was_acknowledged_before_a_kill_is_there(tmp_path: Path, lines: int) -> None:
    for _ in range(2):
        check_what_was_said(tmp_path, killed_after(tmp_path, lines))


@pytest.mark.parametrize("point", ["store.commit.applied", "store.commit.committed"])
@pytest.mark.parametrize("nth", [1, 2, 3, 30, 53, 54, 55, 56, 57])
def test_what_was_acknowledged_before_a_kill_in_a_commit_is_there(tmp_path: Path, point: str, nth: int) -> None:
    said = killed_at(tmp_path, f"{point}:kill:{nth}")
    if nth == 1 and point == "store.commit.applied":
        store = open_sqlite(tmp_path)
        assert (store.runs(), store.notices()) == ([], [])
        store.close()
        return
    check_what_was_said(tmp_path, said)
    check_what_was_said(tmp_path, killed_at(tmp_path, f"{point}:kill:{nth}"))


def check_what_was_said(data: Path, said: list[str]) -> None:
    """All of it is there, nothing twice, and the counts agree with the rows."""
    store = open_sqlite(data)
    assert store.notices() == []
    assert store.run(RUN) == make_run(1, COUNT)
    ended = [tuple(map(int, line.split()[1:])) for line in said if line.startswith("ended")]
    for index in range(COUNT):
        at = max((at for at, of in ended if of == index), default=0)
        found = store.result(RUN, index)
        newest = store.load_run(RUN).generations.get(index, 1)
        assert newest >= at
        if newest == at:
            assert found is not None
            assert found.summary == at
            (record,) = found.outputs
            assert record["text"] in (f"{at}.{index}", f"{at}.{index}" * 2), "the next writer printed it again"
    counts = store.status(RUN).counts
    assert counts.succeeded == len(store.load_run(RUN).ended) == len(list(store.results(RUN)))
    assert counts.total == COUNT
    store.close()


def test_a_reader_reads_what_a_killed_writer_left(tmp_path: Path) -> None:
    said = killed_after(tmp_path, 20)
    with open_reader(tmp_path / "stores" / "env.db") as reader:
        assert reader.status(RUN).counts.succeeded >= len([line for line in said if line.startswith("ended 1")])


def test_a_sleeper_that_was_replaced_is_refused_when_it_wakes(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from cellburst.errors import StoreFencedError
from cellburst.model.events import RunNoted
from tests.unit.store.builders import T0, open_sqlite, run_id
store = open_sqlite(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.readline()
try:
    store.commit([RunNoted(run_id(1), "late", T0)])
except StoreFencedError:
    store.close()
    print("refused", flush=True)
"""
    first = open_sqlite(tmp_path)
    first.commit([RunSubmitted(make_run())])
    first.close()
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as sleeper:
        assert sleeper.stdout is not None
        assert sleeper.stdout.readline() == "open\n"
        os.kill(sleeper.pid, signal.SIGSTOP)
        newer = open_sqlite(tmp_path)
        newer.commit([RunNoted(RUN, "newer", T0)])
        os.kill(sleeper.pid, signal.SIGCONT)
        assert sleeper.communicate("go\n")[0] == "refused\n"
        assert sleeper.returncode == 0
    newer.commit([RunNoted(RUN, "newest", T0)])
    assert [line.message for line in newer.timeline(RUN)][1:] == ["newer", "newest"]
    newer.close()
    again = open_sqlite(tmp_path)
    assert again.notices() == [], "the sleeper said nothing wrong about the file"
    again.close()


def test_a_fenced_store_leaves_the_database_alone(tmp_path: Path) -> None:
    old = open_sqlite(tmp_path)
    old.commit([RunSubmitted(make_run())])
    newer = open_sqlite(tmp_path)
    version = newer._db.execute("PRAGMA data_version").fetchone()[0]
    with pytest.raises(StoreFencedError):
        old.commit([RunNoted(RUN, "late", T0)])
    old.close()
    assert newer._db.execute("PRAGMA data_version").fetchone()[0] == version
    newer.close()


def test_nobody_else_may_write(tmp_path: Path) -> None:
    open_sqlite(tmp_path).close()
    with open_reader(tmp_path / "stores" / "env.db") as reader, pytest.raises(sqlite3.OperationalError):
        reader._db.execute("PRAGMA user_version = 7")
