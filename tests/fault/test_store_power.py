"""A power cut takes commits that were not synced, and nothing else follows from that."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cellburst.errors import UnknownRunError
from cellburst.model.run import RunState
from cellburst.store.sqlite import SqliteStore
from tests.unit.store.builders import open_sqlite, run_id

ROOT = Path(__file__).parents[2]
LASTING, BRIEF = run_id(1), run_id(2)

# The log as it was before a plain cell was submitted is kept aside, and nothing is closed in order.
_WRITER = """
import os, shutil, sys
from pathlib import Path
from cellburst.model.events import RunNoted, RunStateChanged, RunSubmitted
from cellburst.model.run import RunState
from tests.unit.store.builders import T0, make_run, open_sqlite, run_id
folder, then = Path(sys.argv[1]), sys.argv[2]
store = open_sqlite(folder)
store.commit([RunSubmitted(make_run(1)), RunStateChanged(run_id(1), RunState.RUNNING, T0)])
shutil.copy(folder / "stores" / "env.db-wal", folder / "log")
store.commit([RunSubmitted(make_run(2))], lasting=False)
assert store.status(run_id(2)).state is RunState.QUEUED
if then == "sync":
    store.sync()
elif then == "commit":
    store.commit([RunNoted(run_id(1), "seen", T0)])
os._exit(0)
"""


def _next_store(folder: Path, then: str, *, cut: bool) -> SqliteStore:
    """What the next controller opens, after a power cut or only after the end of the one before."""
    subprocess.run([sys.executable, "-c", _WRITER, str(folder), then], check=True, cwd=ROOT)
    if cut:
        shutil.copy(folder / "log", folder / "stores" / "env.db-wal")
        (folder / "stores" / "env.db-shm").unlink()
    return open_sqlite(folder)


def test_a_killed_controller_loses_nothing(tmp_path: Path) -> None:
    store = _next_store(tmp_path, "end", cut=False)
    assert store.status(BRIEF).state is RunState.QUEUED
    assert store.status(LASTING).state is RunState.RUNNING
    store.close()


def test_after_a_power_cut_other_runs_go_on(tmp_path: Path) -> None:
    store = _next_store(tmp_path, "end", cut=True)
    with pytest.raises(UnknownRunError):
        store.status(BRIEF)
    assert store.status(LASTING).state is RunState.RUNNING
    store.close()


@pytest.mark.parametrize("then", ["sync", "commit"])
def test_what_was_synced_is_missed(tmp_path: Path, then: str) -> None:
    store = _next_store(tmp_path, then, cut=True)
    assert store.status(LASTING).state is RunState.CANCELLED, "somebody has put an old log there"
    assert store.status(BRIEF).state is RunState.CANCELLED, "its record was beside the log"
    store.close()
