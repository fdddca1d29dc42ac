"""Processes that a task leaves behind are gone when it has ended; what the task itself does with children works."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from cellburst.model.outcome import OutcomeKind
from tests.processes import gone
from tests.unit.worker.harness import DEADLINE, WorkerProcess

# Leaves its parent twice over, in a session of its own, deaf to all polite signals, and says its pid in a file.
STUBBORN = """
import os, signal, sys, time
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
for number in range(1, 32):
    try: signal.signal(number, signal.SIG_IGN)
    except OSError: pass
with open(sys.argv[1] + ".part", "w") as file: file.write(str(os.getpid()))
os.rename(sys.argv[1] + ".part", sys.argv[1])
time.sleep(1000)
"""


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[WorkerProcess]:
    made = WorkerProcess(tmp_path)
    yield made
    made.close()


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + DEADLINE
    while not gone(pid):
        assert time.monotonic() < deadline, f"{pid} is still there"
        time.sleep(0.005)


def descendants(worker: WorkerProcess) -> list[psutil.Process]:
    return psutil.Process(worker.process.pid).children(recursive=True)


def leave_stubborn(worker: WorkerProcess, count: int, folder: Path, **fields: bool) -> list[int]:
    """Run a task that leaves so many stubborn processes; their pids."""
    files = [str(folder / f"pid{number}") for number in range(count)]
    source = "import os, subprocess, sys, time\n"
    source += "for file in files: subprocess.Popen([sys.executable, '-S', '-c', code, file])\n"
    source += "while not all(map(os.path.exists, files)): time.sleep(0.002)\n[int(open(file).read()) for file in files]"
    pids = worker.value(worker.run(source, {"files": files, "code": STUBBORN}, **fields).result)
    assert isinstance(pids, list)
    return pids


def test_stubborn_children_are_ended(worker: WorkerProcess, tmp_path: Path) -> None:
    pids = leave_stubborn(worker, 5, tmp_path)
    assert len(set(pids)) == 5
    assert [pid for pid in pids if not gone(pid)] == []
    assert descendants(worker) == []


def test_children_may_be_kept(worker: WorkerProcess, tmp_path: Path) -> None:
    (pid,) = leave_stubborn(worker, 1, tmp_path, keep_children=True)
    assert not gone(pid)
    psutil.Process(pid).kill()
    wait_until_gone(pid)


def test_children_of_a_failed_task_are_ended(worker: WorkerProcess) -> None:
    result = worker.run("import subprocess\np = subprocess.Popen(['sleep', '1000'])\nprint(p.pid)\n1 / 0").result
    assert result.kind is OutcomeKind.FAILED
    assert descendants(worker) == []


def test_a_forked_child_that_reaches_the_end_is_no_second_worker(worker: WorkerProcess) -> None:
    source = "import os\npid = os.fork()\nif pid: status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])\n"
    ended = worker.run(source + "else: print('in the child')\nstatus")
    assert ended.result.kind is OutcomeKind.SUCCEEDED
    assert worker.value(ended.result) == 1  # the child has no `status`: a NameError
    assert "in the child" in worker.raw("stdout", "in the child")
    assert "NameError" in worker.raw("stderr", "NameError")
    assert worker.value(worker.run("2").result) == 2


def test_a_forked_child_can_exit_by_itself(worker: WorkerProcess) -> None:
    source = (
        "import os, sys\npid = os.fork()\nif not pid: sys.exit(5)\nos.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])"
    )
    assert worker.value(worker.run(source).result) == 5


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing_works_again_and_again(worker: WorkerProcess, method: str) -> None:
    source = f"""
import multiprocessing
context = multiprocessing.get_context({method!r})
pool = context.Pool(2)
pool.map(abs, [-1, -2, -3])
"""
    for _ in range(2):
        assert worker.value(worker.run(source).result) == [1, 2, 3]
        assert descendants(worker) == []


def test_what_a_forked_child_prints_is_raw_output(worker: WorkerProcess) -> None:
    source = "import multiprocessing\ncontext = multiprocessing.get_context('fork')\n"
    source += "p = context.Process(target=print, args=('from a child',))\np.start(); p.join()\np.exitcode"
    ended = worker.run(source)
    assert worker.value(ended.result) == 0
    assert "from a child\n" in worker.raw("stdout", "from a child\n")


def test_joblib_works_again_after_its_workers_were_ended(worker: WorkerProcess) -> None:
    source = "from joblib import Parallel, delayed\nParallel(n_jobs=2)(delayed(abs)(i) for i in range(-3, 0))"
    for _ in range(2):
        assert worker.value(worker.run(source).result) == [3, 2, 1]
        assert descendants(worker) == []


def test_dead_children_are_reaped(worker: WorkerProcess) -> None:
    worker.run("import subprocess\nfor _ in range(5): subprocess.Popen(['true'])")
    assert descendants(worker) == []


def test_an_outliving_child_does_not_hold_the_workers_socket(worker: WorkerProcess, tmp_path: Path) -> None:
    """A worker that dies must be seen to die, also while children of its task live on."""
    file = tmp_path / "pid"
    source = "import os, time\npid = os.fork()\nif not pid:\n    os.setsid()\n    time.sleep(1000)\n"
    source += "open(file, 'w').write(str(pid))\nos._exit(3)"
    worker.start(worker.load(source, {"file": str(file)}))
    assert worker.receive() is None
    assert worker.wait_for_death() == 3
    os.kill(int(file.read_text()), 9)


def test_the_shells_own_children_are_found_by_the_kernels_lists() -> None:
    """``children`` of /proc is what the worker relies on; without it, it would look at every process."""
    if sys.platform != "linux":
        pytest.skip("Linux only")
    from cellburst.worker.children import _children

    child = subprocess.Popen(["sleep", "1000"])
    try:
        assert child.pid in _children(os.getpid())
    finally:
        child.kill()
        child.wait()
