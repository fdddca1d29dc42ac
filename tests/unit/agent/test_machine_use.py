"""What a machine is used for, against what is there."""

from __future__ import annotations

from pathlib import Path

from cellburst.agent.machine_use import UseMeter
from cellburst.pool.gpu import GpuUse


def write(proc: Path, busy: int, available: int) -> None:
    (proc / "stat").write_text(f"cpu  {busy} 0 0 900 50 0 0 0 0 0\ncpu0 1 2 3\n")
    (proc / "meminfo").write_text(f"MemTotal:       1000 kB\nMemAvailable:    {available} kB\n")


def test_it_is_the_most_at_once(tmp_path: Path) -> None:
    now = [0.0]
    gpus = [GpuUse(0.5, 10, 100)]
    write(tmp_path, 0, 900)
    meter = UseMeter(tmp_path, lambda: now[0], lambda: gpus[0])
    for busy, available, gpu in ((100, 300, GpuUse(1.5, 70, 100)), (150, 800, GpuUse(0.1, 20, 100))):
        now[0] += 2.0
        gpus[0] = gpu
        write(tmp_path, busy, available)
        found = meter.look()
    assert found.cpu == min(0.5, found.cpus)  # 100 ticks of 10 ms in 2 s
    assert found.memory == 700 * 1024
    assert (found.gpu, found.gpu_memory, found.gpu_memories) == (1.5, 70, 100)
    assert found.cpus >= 1
    assert found.memories > 0


def test_where_the_system_does_not_say_it_is_nothing(tmp_path: Path) -> None:
    found = UseMeter(tmp_path, gpus=lambda: None).look()
    assert (found.cpu, found.memory, found.gpu, found.gpu_memories) == (0.0, 0, 0.0, 0)
