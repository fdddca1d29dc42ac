from __future__ import annotations

import os
from pathlib import Path

import pytest

from cellburst.pool import memory


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    folder = tmp_path / "proc"
    (folder / "self").mkdir(parents=True)
    (folder / "vmstat").write_text("nr_free_pages 1\noom_kill 2\n")
    return folder


def test_the_smallest_limit_on_the_way_up_counts(tmp_path: Path, proc: Path) -> None:
    (proc / "self/cgroup").write_text("0::/a/b\n")
    inner = tmp_path / "fs/a/b"
    inner.mkdir(parents=True)
    (inner / "memory.max").write_text("max\n")
    (inner.parent / "memory.max").write_text("3000000\n")
    assert memory.limit(tmp_path / "fs", proc) == 3000000


def test_the_first_version_of_control_groups(tmp_path: Path, proc: Path) -> None:
    (proc / "self/cgroup").write_text("9:name=systemd:/\n4:memory:/job\n3:cpuset:/\n")
    group = tmp_path / "fs/memory/job"
    group.mkdir(parents=True)
    (group / "memory.limit_in_bytes").write_text("5000000\n")
    (group / "memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 7\n")
    assert memory.limit(tmp_path / "fs", proc) == 5000000
    assert memory.kills(tmp_path / "fs", proc) == 7


def test_without_groups_the_machine_is_the_limit(tmp_path: Path) -> None:
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert memory.limit(tmp_path, tmp_path) == machine
    assert memory.kills(tmp_path, tmp_path) == 0


def test_kills_outside_of_any_group_are_counted(tmp_path: Path, proc: Path) -> None:
    (proc / "self/cgroup").write_text("0::/\n")
    assert memory.kills(tmp_path, proc) == 2


def test_a_tree_uses_what_its_processes_use() -> None:
    mine = memory.tree_resident([os.getpid()])
    assert mine > 1 << 20
    assert memory.tree_resident([os.getpid(), 0]) == pytest.approx(mine, rel=0.5)
