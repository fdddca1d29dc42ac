"""The parameter grid in a real kernel: cells that take it, the Run button's request, and the next kernel."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from tests.integration.kernels import Kernel

pytestmark = pytest.mark.slow

BEGIN = """
import cellburst, time
from cellburst.widgets import assets, keeping
from cellburst.widgets.requests import answer
if not (assets._FOLDER / "widget.js").exists():  # nobody has built the page here: an empty one does
    import pathlib, tempfile
    assets._FOLDER = pathlib.Path(tempfile.mkdtemp())
    for name in ("widget.js", "widget.css"): (assets._FOLDER / name).write_text("")
grid = cellburst.ParameterGrid("study")
"""


@pytest.fixture
def kernel(folders: object) -> Any:
    kernel = Kernel()
    yield kernel
    kernel.run("keeping.flush_all()")
    kernel.close()


def value(kernel: Kernel, expression: str) -> Any:
    found = kernel.run(expression)
    assert not found.error, found.traceback
    return ast.literal_eval(found.value)


def test_a_cell_takes_the_grid_and_the_button_runs_it_again(kernel: Kernel) -> None:
    assert not kernel.run(BEGIN).error
    assert not kernel.run("grid.add('n', [1, 2, 3]).add('m', 'values', when='n > 1')").error
    assert "NameError" in value(kernel, "grid.facts['rows']['p1']['error']")
    assert not kernel.run("values = [10, 20]\nlimit = 2").error
    assert value(kernel, "grid.facts['count']") == 5, "the variable is there now, and nobody had to ask"

    done = kernel.run("%%remote local --over grid --into found --quiet\n(n, m or 0, limit)")
    assert not done.error, done.traceback
    assert value(kernel, "list(found)") == [(1, 0, 2), (2, 10, 2), (2, 20, 2), (3, 10, 2), (3, 20, 2)]
    assert value(kernel, "grid.wait(20) and grid.progress['counts']") == {"succeeded": 5}

    assert not kernel.run("grid.where('n < 3')\nlimit = 7").error
    assert value(kernel, "answer(grid, {'kind': 'run'})") == {"kind": "heard"}
    assert value(kernel, "grid.wait(30); list(found)") == [(1, 0, 7), (2, 10, 7), (2, 20, 7)]
    assert value(kernel, "grid.points['columns']['n'], grid.points['total']") == ([1, 2, 2], 3)
    assert value(kernel, "grid.facts['bound']") == "the cell “(n, m or 0, limit)”"
    assert "about" in value(kernel, "grid.facts['time']")


def test_a_grid_that_a_cell_makes_again_listens_alone(kernel: Kernel) -> None:
    again = "import cellburst\nother = cellburst.ParameterGrid('other').add('n', 'later')"
    assert not kernel.run(BEGIN).error
    for _ in range(3):
        assert not kernel.run(again).error
    assert (
        value(kernel, "sum('after_cells' in f.__qualname__ for f in get_ipython().events.callbacks['post_run_cell'])")
        == 2
    )
    assert not kernel.run("later = [1, 2]").error
    assert value(kernel, "other.facts['count']") == 2


def test_the_button_tells_what_a_cell_cannot_send(kernel: Kernel) -> None:
    assert not kernel.run(BEGIN + "grid.add('n', [1, 2])\ngrid.bind_cell('n + nothing')").error
    said = value(kernel, "answer(grid, {'kind': 'run'})")
    assert said["kind"] == "refused"
    assert "nothing" in said["message"]


def test_a_run_is_cancelled_from_the_page(kernel: Kernel) -> None:
    assert not kernel.run(BEGIN + "def slow(n):\n    time.sleep(60)\ngrid.bind(slow).add('n', range(4))").error
    assert value(kernel, "answer(grid, {'kind': 'run'})") == {"kind": "heard"}
    assert value(kernel, "grid.progress['live']") is True
    assert value(kernel, "answer(grid, {'kind': 'cancel'})") == {"kind": "heard"}
    assert value(kernel, "grid.wait(30) and grid.progress['state']") == "cancelled"


def test_the_next_kernel_has_the_grid_and_its_results(kernel: Kernel, folders: object) -> None:
    assert not kernel.run(BEGIN + "def double(n):\n    return 2 * n\ngrid.bind(double).add('n', [4, 5])").error
    assert value(kernel, "answer(grid, {'kind': 'run'}); grid.wait(30); grid.points['scores']") == {"value": [8, 10]}
    assert not kernel.run("keeping.flush_all()").error
    other = Kernel()
    try:
        assert not other.run(BEGIN).error
        assert value(other, "grid.facts['count'], grid.points['scores']") == (2, {"value": [8, 10]})
        assert value(other, "grid.progress['state']") == "succeeded"
        assert value(other, "list(grid.results)") == [8, 10]
        assert value(other, "cellburst.explore('last').points['columns']") == {"n": [4, 5]}
    finally:
        other.close()


def test_results_are_live_while_the_run_goes_on(kernel: Kernel, tmp_path: Path) -> None:
    gate = str(tmp_path / "gate")
    held = (
        f"def held(n):\n    import os\n    while n and not os.path.exists({gate!r}): time.sleep(0.01)\n    return n\n"
    )
    assert not kernel.run(BEGIN + held + "grid.bind(held).add('n', [0, 1])\nrun = grid.run()").error
    live = """
deadline = time.time() + 30
while "succeeded" not in grid.points["states"] and time.time() < deadline: time.sleep(0.05)"""
    assert not kernel.run(live).error
    assert value(kernel, "grid.points['live'], grid.points['scores'], grid.progress['ended']") == (
        True,
        {"value": [0, None]},
        1,
    )
    (tmp_path / "gate").touch()
    assert value(kernel, "grid.wait(30); grid.points['live'], grid.points['scores']") == (False, {"value": [0, 1]})
