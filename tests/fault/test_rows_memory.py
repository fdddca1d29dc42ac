"""Rows 9, 10 and 34: tasks that take what there is and give it back late, seen from a client of a real controller."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from cellburst.model.outcome import OutcomeKind
from tests.fault.plant import Plant
from tests.unit.pool.driver import eventually


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    plant = Plant(tmp_path)
    plant.start()
    yield plant
    plant.stop()


def test_a_task_that_asks_for_too_much_memory_fails_and_its_neighbours_do_not(plant: Plant) -> None:
    source = (
        "import resource\n"
        "if task.index == 1:\n"
        "    size = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "    resource.setrlimit(resource.RLIMIT_AS, (size + (64 << 20), resource.RLIM_INFINITY))\n"
        "    data = [bytearray(8 << 20) for _ in range(64)]\n"
        "task.index"
    )
    results = plant.finish(source, 4)
    assert [result.kind.value for result in results] == ["succeeded", "failed", "succeeded", "succeeded"]
    assert results[1].error is not None
    assert results[1].error.ename == "MemoryError"


def test_a_limit_that_a_task_sets_does_not_reach_the_next(plant: Plant) -> None:
    source = (
        "import resource\nbefore = resource.getrlimit(resource.RLIMIT_AS)[0]\n"
        "resource.setrlimit(resource.RLIMIT_AS, (8 << 30, resource.RLIM_INFINITY))\nbefore"
    )
    assert len({result.summary for result in plant.finish(source, 6)}) == 1


@pytest.mark.skipif(os.getuid() != 0, reason="needs a user who may raise no limit")
def test_a_worker_whose_limit_cannot_be_put_back_leaves(plant: Plant) -> None:
    source = (
        "import os, resource\nbefore = resource.getrlimit(resource.RLIMIT_NOFILE)[1]\n"
        "os.setresuid(65534, 65534, 0)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (before // 2, before // 2))\nbefore"
    )
    results = plant.finish(source, 6)
    assert len({result.summary for result in results}) == 1
    assert {(result.kind, result.attempt) for result in results} == {(OutcomeKind.SUCCEEDED, 1)}


@pytest.fixture
def small_machine() -> Iterator[Path]:
    """A control group with 300 MB; the file that takes processes in."""
    for root, limit in (("memory", "memory.limit_in_bytes"), (".", "memory.max")):
        group = Path("/sys/fs/cgroup", root, f"cellburst-test-{os.getpid()}")
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            (group / limit).write_text(str(300_000_000))
            yield group / "cgroup.procs"
            return
        except OSError:
            continue
        finally:
            eventually(partial(_removed, group))
    pytest.skip("no control group can be made here")


def _removed(group: Path) -> bool:
    for pid in (group / "cgroup.procs").read_text().split():
        os.kill(int(pid), signal.SIGKILL)
    try:
        group.rmdir()
    except OSError:
        return False
    return True


def test_a_task_that_the_system_kills_for_memory_is_explained_and_not_tried_again(
    tmp_path: Path, small_machine: Path
) -> None:
    plant = Plant(tmp_path)
    try:
        controller = plant.start("sh", "-c", 'echo $$ > "$0" && exec "$@"', str(small_machine))
        results = plant.finish("data = bytearray(b'x') * (400 << 20) if task.index == 2 else b''\ntask.index", 6)
        assert [result.kind.value for result in results] == ["succeeded"] * 2 + ["failed"] + ["succeeded"] * 3
        assert {result.attempt for result in results} == {1}
        error = results[2].error
        assert error is not None
        assert re.match(
            r"killed by SIGKILL, likely out of memory: peak 0\.[0-3]\d of 0\.30 GB; not tried", error.evalue
        )
        assert results[2].peak_rss > 100 << 20
        assert controller.poll() is None
    finally:
        plant.stop()


@pytest.mark.skipif(not Path("/proc/self/oom_score_adj").exists(), reason="Linux says who goes first")
def test_workers_go_before_the_controller_when_memory_ends(plant: Plant) -> None:
    plant.finish("1")

    def score(pid: int | None) -> int:
        return int(Path(f"/proc/{pid}/oom_score_adj").read_text())

    here = score(os.getpid())
    assert {score(process.pid) for process in _workers(plant)} == {500}
    assert score(plant.pool_pid()) == here
    assert score(plant.started[0].pid) == _lowest(here)


LEAKS = {
    "descriptors": "import os\nos.pipe(); os.pipe()",
    "memory": "import sys\nsys.modules.setdefault('leak', []).append(bytearray(b'x' * (1 << 18)))",
}


@pytest.mark.slow
@pytest.mark.parametrize("leak", LEAKS)
def test_a_worker_that_leaks_is_replaced_within_a_thousand_tasks(tmp_path: Path, leak: str) -> None:
    plant = Plant(tmp_path, CELLBURST_WORKERS="1", CELLBURST_RSS_GROWTH=str(48 << 20))
    try:
        plant.start()
        source = f"{LEAKS[leak]}\nimport time; time.sleep(0.002)\ntask.index"
        results = plant.finish(source, 1000)
        assert [result.summary for result in results] == list(range(1000))
        assert {result.attempt for result in results} == {1}, "replaced between tasks, not in one"
        assert len({result.worker for result in results}) >= 2
    finally:
        plant.stop()


def _workers(plant: Plant) -> list[psutil.Process]:
    return psutil.Process(plant.pool_pid()).children()


def _lowest(here: int) -> int:
    """The score of a process that asks for -500: lowering it needs a privilege."""
    code = "from pathlib import Path; Path('/proc/self/oom_score_adj').write_text('-500')"
    done = subprocess.run([sys.executable, "-c", code], stderr=subprocess.DEVNULL, check=False)
    return -500 if done.returncode == 0 else here
