"""Samples of what a task uses: when, and how much."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from ctypes import c_uint
from pathlib import Path
from typing import Any

import pytest

from cellburst.pool import gpu, usage
from cellburst.pool.gpu import GpuUse
from cellburst.pool.table import cpu_seconds
from cellburst.pool.usage import Meter

ME = (os.getpid(),)


def samples(seconds: float, step: float = 0.1) -> list[float]:
    """When samples of a task are taken that is looked at every ``step`` seconds."""
    meter, found = Meter(), []
    for number in range(1, int(seconds / step)):
        taken = usage.sample(meter, 1, number * step, (), 0, gpus=lambda: None)
        if taken is not None:
            found.append(taken.at)
    return found


def test_a_short_task_has_no_curve() -> None:
    assert samples(1.0) == []
    assert len(samples(3.0)) == 2


def test_a_long_one_has_a_curve_of_bounded_length() -> None:
    assert len(samples(60)) > 50
    assert len(samples(86_400, step=1.0)) < 1000


def test_another_task_of_the_same_worker_begins_anew() -> None:
    meter = Meter()
    for elapsed in (0.3, 1.4):
        last = usage.sample(meter, 1, elapsed, ME, 7)
    assert last is not None
    assert (last.at, last.rss) == (1.4, 7)
    assert usage.sample(meter, 2, 5.0, ME, 7) is None
    assert usage.sample(meter, 2, 6.5, ME, 7) is not None


def test_cpu_time_is_that_of_the_tree_and_never_less_than_nothing() -> None:
    before = cpu_seconds(ME)
    subprocess.run([sys.executable, "-c", "import time\nwhile time.process_time() < 0.3: pass"], check=True)
    assert cpu_seconds(ME) - before >= 0.25  # in ticks of 10 ms
    meter = Meter(serial=1, at=1.0, cpu=1e9)
    found = usage.sample(meter, 1, 3.0, ME, 0)
    assert found is not None
    assert found.cpu == 0
    assert cpu_seconds((2**22 + 1,)) == 0


def test_a_busy_core_is_one() -> None:
    meter, began = Meter(), time.process_time()
    usage.sample(meter, 1, 0.2, ME, 0)
    while time.process_time() - began < 0.5:
        pass
    found = usage.sample(meter, 1, 1.2, ME, 0)
    assert found is not None
    assert 0.4 <= found.cpu <= 0.7  # half a second of work in one


class FakeNvml:
    """NVML with devices of these loads in percent; ``broken`` calls fail."""

    def __init__(self, loads: list[int], broken: str = "") -> None:
        self.loads, self.broken = loads, broken

    def nvmlDeviceGetCount_v2(self, count: Any) -> int:  # noqa: N802
        count._obj.value = len(self.loads)
        return int(self.broken == "count")

    def nvmlDeviceGetHandleByIndex_v2(self, number: int, device: Any) -> int:  # noqa: N802
        device._obj.value = number + 1
        return int(self.broken == "handle")

    def nvmlDeviceGetUtilizationRates(self, device: Any, found: Any) -> int:  # noqa: N802
        found._obj.gpu = c_uint(self.loads[device.value - 1]).value
        return int(self.broken == "rates")

    def nvmlDeviceGetMemoryInfo(self, device: Any, found: Any) -> int:  # noqa: N802
        found._obj.total, found._obj.used = 10_000, 1000 * device.value
        return 0


def test_the_load_of_several_gpus_is_added_up() -> None:
    assert gpu.use_of(FakeNvml([100, 50])) == GpuUse(1.5, 3000, 20_000)
    assert gpu.use_of(FakeNvml([0, 70]), {"1"}) == GpuUse(0.7, 2000, 10_000)


def test_tasks_may_have_the_gpus_that_are_visible(monkeypatch: pytest.MonkeyPatch) -> None:
    assert gpu.gpus(pretended=3) == ("0", "1", "2")
    monkeypatch.setattr(gpu, "_library", lambda: FakeNvml([0, 0, 0]))
    assert gpu.gpus() == ("0", "1", "2")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2, 0")
    assert gpu.gpus() == ("2", "0")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert gpu.gpus() == ()


def test_why_gpus_cannot_be_used_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(gpu, "_DRIVER", str(tmp_path / "none"))
    assert "no NVIDIA driver" in gpu.trouble()
    monkeypatch.setattr(gpu, "_DRIVER", str(tmp_path))
    monkeypatch.setattr(gpu, "_LIBRARY", "libnone.so.1")
    assert "libnone.so.1 is not" in gpu.trouble()


def test_gpus_that_do_not_say_are_none() -> None:
    assert gpu.use_of(FakeNvml([])) is None
    for broken in ("count", "handle", "rates"):
        assert gpu.use_of(FakeNvml([10], broken)) is None
