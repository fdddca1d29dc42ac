from __future__ import annotations

import os
import signal
import subprocess

from cellburst import processes
from cellburst.pool.table import Process, descendants, read_process, read_table, send_signal, tree_of


def test_we_are_in_the_table_as_the_system_says() -> None:
    found = read_table()[os.getpid()]
    assert found == read_process(os.getpid())
    assert found.parent == os.getppid()
    assert found.start == processes.start_time(os.getpid())
    assert not found.dead
    assert not found.stopped


def test_descendants_are_found_at_any_depth_and_loops_end() -> None:
    table = {pid: Process(pid, parent, "S", 1) for pid, parent in [(2, 1), (3, 2), (4, 3), (5, 1), (6, 9), (9, 6)]}
    assert [process.pid for process in descendants(table, [2])] == [3, 4]
    assert {process.pid for process in descendants(table, [6])} == {9}


def test_a_tree_is_read_quickly_too() -> None:
    child = subprocess.Popen(["sh", "-c", "sleep 3600 & echo ready; wait"], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    try:
        assert len(tree_of(child.pid)) == 2
        assert set(tree_of(child.pid)) < set(tree_of(os.getpid()))
    finally:
        for pid in tree_of(child.pid):
            os.kill(pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()


def test_a_process_that_took_over_a_pid_is_not_signalled() -> None:
    innocent = subprocess.Popen(["sleep", "3600"])
    try:
        found = read_process(innocent.pid)
        assert found is not None
        assert not send_signal(found._replace(start=found.start - 1), signal.SIGKILL)
        assert innocent.poll() is None
        assert send_signal(found, signal.SIGKILL)
        assert innocent.wait(5) == -signal.SIGKILL
        assert not send_signal(found, signal.SIGKILL)
    finally:
        innocent.kill()
        innocent.wait()
