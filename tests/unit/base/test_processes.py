"""Identity of processes, capacity, fault points."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cellburst import processes
from cellburst.pool.capacity import usable_cores


def test_a_reused_pid_is_not_taken_for_the_old_process() -> None:
    mine = processes.start_time(os.getpid())
    assert mine is not None
    assert processes.is_running(os.getpid(), mine, processes.boot_id())
    assert not processes.is_running(os.getpid(), mine - 1, processes.boot_id())
    assert not processes.is_running(os.getpid(), mine, "another boot")


def test_a_zombie_does_not_run() -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert processes.start_time(child.pid) is None
    child.wait()


def test_the_peer_of_a_socket_is_this_user() -> None:
    ours, theirs = socket.socketpair()
    assert processes.is_ours(ours)
    ours.close()
    theirs.close()


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"cpu.max": "150000 100000"}, 2),
        ({"cpu.max": "50000 100000"}, 1),
        ({"cpu/cpu.cfs_quota_us": "100000", "cpu/cpu.cfs_period_us": "100000"}, 1),
    ],
)
def test_cores_are_what_the_control_group_allows(tmp_path: Path, files: dict[str, str], expected: int) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert usable_cores(tmp_path) == min(expected, len(os.sched_getaffinity(0)))


def test_without_a_limit_cores_are_those_of_the_affinity(tmp_path: Path) -> None:
    (tmp_path / "cpu.max").write_text("max 100000")
    assert usable_cores(tmp_path) == len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("fault", "code"),
    [("here:kill", -signal.SIGKILL), ("here:exit", 1), ("elsewhere:kill", 0), ("here:kill:3", 0), ("here:kill:2", -9)],
)
def test_a_fault_point_acts_only_when_armed(fault: str, code: int) -> None:
    script = "from cellburst.faults import point; point('here'); point('here')"
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "CELLBURST_FAULT": fault}, check=False, timeout=30
    )
    assert done.returncode == code
