"""Workers that die, and disks that are full."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cellburst.model.outcome import OutcomeKind
from tests.unit.worker import zoo
from tests.unit.worker.harness import WorkerProcess


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[WorkerProcess]:
    made = WorkerProcess(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("import os; os._exit(7)", 7),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
        ("import ctypes; ctypes.string_at(0)", -signal.SIGSEGV),
        ("import os; os.abort()", -signal.SIGABRT),
    ],
)
def test_the_board_outlives_the_worker(worker: WorkerProcess, source: str, status: int) -> None:
    run = worker.load(f"if i == 2:\n    {source}\ni", sweep=[{"i": i} for i in range(5)])
    worker.start(run, 0, 1, 2, 3, 4)
    while worker.receive() is not None:
        pass
    assert worker.wait_for_death() == status
    executing = worker.board.executing()
    assert executing is not None
    assert (executing.serial, executing.index) == (3, 2)


def test_a_crash_shows_its_line(worker: WorkerProcess) -> None:
    worker.start(worker.load("import ctypes\nctypes.string_at(0)", filename="cell-of-mine.py"))
    assert worker.receive() is None
    assert 'File "cell-of-mine.py", line 2' in worker.raw("stderr", "cell-of-mine")


def test_dying_while_an_input_is_unpickled(worker: WorkerProcess) -> None:
    worker.start(worker.load("1", {"bomb": zoo.ExitsWhenUnpickled()}))
    assert worker.receive() is None
    assert worker.wait_for_death() == 7
    assert worker.board.executing() is not None


def test_a_sweep_that_cannot_be_unpickled(worker: WorkerProcess) -> None:
    result = worker.run("1", sweep=[zoo.RaisesWhenUnpickled()]).result
    assert result.kind is OutcomeKind.REJECTED
    assert worker.value(worker.run("1").result) == 1


def test_a_damaged_input_rejects_the_task(worker: WorkerProcess) -> None:
    run = worker.load("len(data)", {"data": bytearray(1 << 20)})
    (blob,) = [path for path in worker.folder.rglob("*") if path.is_file()]
    data = bytearray(blob.read_bytes())
    data[12345] ^= 1
    blob.chmod(0o600)
    blob.write_bytes(data)
    worker.start(run)
    result = worker.finish().result
    assert result.kind is OutcomeKind.REJECTED
    assert "not what was written" in result.note or "damaged" in result.note


@pytest.mark.parametrize("point", ["worker.task.executed", "worker.results.ready"])
def test_dying_between_the_task_and_its_result(tmp_path: Path, point: str) -> None:
    worker = WorkerProcess(tmp_path, environment={"CELLBURST_FAULT": f"{point}:kill"})
    try:
        worker.start(worker.load("print('done')\n1"))
        assert worker.receive() is None
        assert worker.wait_for_death() == -signal.SIGKILL
        assert worker.board.started == 1
        assert (worker.board.executing() is not None) == (point == "worker.task.executed")
    finally:
        worker.close()


FULL = """
from cellburst.errors import DiskFullError
from cellburst.payload.blobs import BlobFolder
def fill(put, error, left):  # a closure: the task's variables will be gone
    def full(self, data):
        nonlocal left
        if left:
            left -= 1
            raise error()
        return put(self, data)
    return full
BlobFolder.put = fill(BlobFolder.put, DiskFullError, {times})
"""


def test_a_full_disk_is_waited_for(worker: WorkerProcess) -> None:
    worker.run(FULL.format(times=2))
    begun = time.monotonic()
    result = worker.run("bytes(1 << 20)").result
    assert time.monotonic() - begun >= 2
    assert len(worker.value(result)) == 1 << 20
    assert result.seconds < 1


def test_a_disk_that_stays_full_is_said(worker: WorkerProcess) -> None:
    worker.run("import cellburst.worker.returning as r\nr.DISK_PATIENCE = 0\n" + FULL.format(times=-1))
    result = worker.run("print('kept')\nbytes(1 << 20)").result
    assert result.kind is OutcomeKind.SUCCEEDED
    assert (result.value, result.note) == (None, "result not stored: disk full")
    single = worker.run("x = bytes(1 << 20)", collect="namespace").result
    assert (single.value, single.note) == (None, "result not stored: disk full")


def test_memory_and_descriptors_do_not_leak_over_many_tasks(worker: WorkerProcess) -> None:
    source = "class Node: pass\na = Node(); a.self = a; a.data = bytearray(1 << 20)\ndef f(): return a\nprint(i)\ni"

    def run_many() -> tuple[int, int]:
        ended = worker.run(source, sweep=[{"i": i} for i in range(300)])
        assert len(ended.results) == 300
        statm = Path(f"/proc/{worker.process.pid}/statm").read_text().split()
        return int(statm[1]) * os.sysconf("SC_PAGE_SIZE"), len(os.listdir(f"/proc/{worker.process.pid}/fd"))

    run_many()
    memory, descriptors = run_many()
    more_memory, more_descriptors = run_many()
    assert more_descriptors == descriptors
    assert more_memory - memory < 200 << 20  # of 300 that a leak would be; a worker may keep 128 until it is idle


def test_endless_raw_output_does_not_stop_an_interrupt(worker: WorkerProcess) -> None:
    worker.start(worker.load("import os\nwhile True: os.write(1, b'x' * 65536)"))
    worker.wait_until_executing()
    time.sleep(0.2)
    worker.interrupt()
    assert worker.finish().result.kind is OutcomeKind.CANCELLED
