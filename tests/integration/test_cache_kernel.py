"""Kept results, points that are added and runs that are awaited, in real kernels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.kernels import Kernel
from tests.integration.shared import shared_folders  # noqa: F401

SETUP = """
import numpy as np
def squared(x):
    return x ** 2
class Scale:
    def __init__(self, by): self.by = by
    def __call__(self, x): return self.by * x
scale = Scale(10)
weights = np.arange(20_000.0)
words = {"alpha", "beta", "gamma"}
"""
CELL = """%%remote local -p n={values} --cache --into scores
with open({path!r}, "a") as file:
    file.write(f"{{n}}\\n")  # {comment}
print("computed", n)
scale(squared(n)) + weights.sum() * 0 + len(words) * 0 + task.seed * 0"""


@pytest.fixture(scope="module")
def kernels() -> Iterator[tuple[Kernel, Kernel]]:
    found = Kernel(), Kernel()
    yield found
    for kernel in found:
        kernel.close()


def test_another_kernel_finds_what_one_has_computed(kernels: tuple[Kernel, Kernel], tmp_path: Path) -> None:
    one, other = kernels
    path = tmp_path / "calls"
    for kernel, before in ((one, ""), (other, "1 + 1\n")):
        if before:
            assert not kernel.run(before).error
        assert not kernel.run(SETUP).error
    assert not one.run(CELL.format(values="[1, 2]", path=str(path), comment="first")).error
    found = other.run(CELL.format(values="[3, 2, 1]", path=str(path), comment="the same code"))
    assert not found.error
    assert sorted(path.read_text().split()) == ["1", "2", "3"]
    assert other.run("list(map(int, scores))").value == "[90, 40, 10]"
    assert "2 cached" in found.shown
    table = other.run("scores").value
    assert "cached" in table.splitlines()[1]
    assert other.run("scores.task(1).cached.split('/')[1]").value == "'1'"
    assert "computed 2" in other.run("%remote logs last 1").stdout


def test_a_changed_function_or_input_is_computed_again(kernels: tuple[Kernel, Kernel], tmp_path: Path) -> None:
    kernel, path = kernels[0], tmp_path / "calls"
    cell = CELL.format(values="[1]", path=str(path), comment="")
    for change in ("", "scale.by = 11", "weights[7] = 0", "def squared(x): return x * x", "words.add('delta')"):
        assert not kernel.run(change or SETUP).error
        for _ in range(2):
            assert not kernel.run(cell).error
    assert path.read_text().split() == ["1"] * 5


def test_a_plain_cell_is_refused_with_the_way_out(kernels: tuple[Kernel, Kernel]) -> None:
    found = kernels[0].run("%%remote local --cache\na = 1")
    assert "--cache: a plain cell may change any variable" in found.stderr + found.traceback + found.stdout


def test_points_are_added_by_magic(kernels: tuple[Kernel, Kernel]) -> None:
    kernel = kernels[0]
    assert not kernel.run("k = 5\n%load_ext cellburst").error
    assert not kernel.run("%%remote local -p a=[1, 2] -p b=[3]\na * b + k").error
    added = kernel.run("%remote add last -p a=[1, 2, 4] -p b=[3, 6] --where 'a < 4 or b > 3'")
    assert "has 3 tasks more" in added.stdout
    assert "has all of these points already" in kernel.run("%remote add last -p a=[1] -p b=[3]").stdout
    assert not kernel.run("%remote attach last --into r").error
    assert kernel.run("list(r)").value == "[8, 11, 11, 17, 29]"
    wrong = kernel.run("%remote add last -p a=[1]")
    assert "has no value for b" in wrong.stderr + wrong.traceback


def test_runs_are_awaited_in_the_loop_of_a_notebook(kernels: tuple[Kernel, Kernel]) -> None:
    kernel = kernels[0]
    assert not kernel.run("import asyncio, cellburst\ndef slow(n):\n    import time; time.sleep(0.1); return n").error
    found = kernel.run(
        "ticks = 0\n"
        "async def tick():\n    global ticks\n    while True:\n        ticks += 1\n        await asyncio.sleep(0.01)\n"
        "beside = asyncio.ensure_future(tick())\n"
        "came = [task.value async for task in cellburst.map(slow, [1, 2, 3])]\n"
        "value = await cellburst.submit(slow, 4)\n"
        "beside.cancel()\n"
        "print(sorted(came), value, ticks > 5)"
    )
    assert not found.error
    assert found.stdout == "[1, 2, 3] 4 True\n"


def test_arguments_and_options_of_libraries_count(kernels: tuple[Kernel, Kernel], tmp_path: Path) -> None:
    kernel, path = kernels[0], tmp_path / "calls"
    cell = f"%%remote local -p n=[1] --cache\nimport sys\nopen({str(path)!r}, 'a').write('x'); str(sys.argv)"
    changes = ["import sys; before = list(sys.argv)", "sys.argv[1:] = ['one.json']", "sys.argv[1:] = ['two.json']"]
    changes += [
        "import warnings; warnings.simplefilter('ignore', ResourceWarning)",
        "import os; os.environ['MINE'] = '1'",
    ]
    for change in changes:
        for code in (change, cell, cell):
            assert not kernel.run(code).error
    assert path.read_text() == "x" * 5
    assert not kernel.run("sys.argv[:] = before; del os.environ['MINE']").error


def test_an_interrupt_reaches_a_cell_that_awaits_a_run(kernels: tuple[Kernel, Kernel], tmp_path: Path) -> None:
    kernel, gate = kernels[0], tmp_path / "go"
    setup = "import cellburst, os, time\ndef held(path):\n    while not os.path.exists(path): time.sleep(0.01)\n"
    assert not kernel.run(f"{setup}run = cellburst.submit(held, {str(gate)!r})").error
    asked = kernel.start("display('it waits'); await run")
    kernel.until_shown(asked, "it waits")
    kernel.interrupt()
    found = kernel.finish(asked)  # while nothing happens to the run
    assert "goes on" in found.error["evalue"]
    gate.touch()
    assert kernel.run("run.wait().state.value").value == "'succeeded'"


def test_points_that_are_added_in_another_kernel_are_found(kernels: tuple[Kernel, Kernel], tmp_path: Path) -> None:
    adding, kernel = kernels
    path = tmp_path / "calls"
    assert not kernel.run(SETUP).error
    for values in ("[4, 5]", "[6]"):
        assert not kernel.run(CELL.format(values=values, path=str(path), comment="")).error
    assert not adding.run("%remote add last -p n=[5,6,7]").error
    assert not adding.run("import cellburst; cellburst.attach('last').wait(60)").error
    assert not kernel.run(CELL.format(values="[7]", path=str(path), comment="")).error
    assert sorted(path.read_text().split()) == ["4", "5", "6", "7"]
