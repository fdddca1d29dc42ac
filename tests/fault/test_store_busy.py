"""Row 16: readers never stop the writer, another writer makes it wait and then say so, and no fact is lost."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cellburst.errors import StoreBusyError
from cellburst.model.events import RunNoted, RunSubmitted
from cellburst.store.sqlite import open_reader
from tests.unit.store.builders import T0, make_run, open_sqlite, run_id

RUN = run_id(1)
HOLDER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute(sys.argv[2])
db.execute("SELECT COUNT(*) FROM runs").fetchone()
print("held", flush=True)
sys.stdin.readline()
db.execute("ROLLBACK")
print("let go", flush=True)
"""


@contextmanager
def held(path: Path, begin: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLDER, str(path), begin]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield other
        other.communicate("\n")


def test_another_writer_is_waited_for_and_then_named(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path, busy_seconds=0.2)
    store.commit([RunSubmitted(make_run())])
    with held(store.path, "BEGIN IMMEDIATE") as other:
        began = time.monotonic()
        with pytest.raises(StoreBusyError, match="close it and try again"):
            store.commit([RunNoted(RUN, "first", T0)])
        assert time.monotonic() - began >= 0.15
        assert store.status(RUN).counts.queued == 4, "reading goes on"
        with open_reader(store.path) as reader:
            assert reader.run(RUN) == make_run()
        assert other.stdin is not None
        other.stdin.write("\n")
        other.stdin.flush()
        assert other.stdout is not None
        assert other.stdout.readline() == "let go\n"
        store.commit([RunNoted(RUN, "first", T0), RunNoted(RUN, "second", T0)])
    assert [line.message for line in store.timeline(RUN)][1:] == ["first", "second"]
    store.close()


def test_a_reader_that_never_ends_does_not_stop_the_writer(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path, busy_seconds=0.2)
    store.commit([RunSubmitted(make_run())])
    with held(store.path, "BEGIN"):
        for number in range(50):
            store.commit([RunNoted(RUN, f"note {number}", T0)])
        store.prune(0, 0, T0 + 1e9)
        store.close()
    again = open_sqlite(tmp_path)
    assert len(again.timeline(RUN)) == 51
    assert again.notices() == []
    again.close()
