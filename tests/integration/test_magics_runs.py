"""``%%remote`` and ``%remote`` in real kernels, with a real controller and real workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cellburst.display.view import MIME
from cellburst.paths import Folders
from tests.integration.kernels import Kernel

pytestmark = pytest.mark.slow

WAITING = """%%remote local -p i=range(4) --into scores {options}
import os, time
while i >= 2 and not os.path.exists({gate!r}):
    time.sleep(0.05)
i * 10
"""


@pytest.fixture
def start_kernel(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Kernel]]:
    monkeypatch.setenv("CELLBURST_WORKERS", "2")
    kernels: list[Kernel] = []

    def start() -> Kernel:
        kernels.append(Kernel())
        return kernels[-1]

    yield start
    for kernel in kernels:
        kernel.close()


@pytest.fixture
def kernel(start_kernel: Callable[[], Kernel]) -> Kernel:
    return start_kernel()


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """A file that lets waiting tasks go on."""
    return tmp_path / "gate"


def test_a_cell_leaves_the_kernel_as_if_it_had_run_there(kernel: Kernel) -> None:
    kernel.run("items = [1]; gone = 1")
    found = kernel.run(
        "%%remote local\n"
        "import sys\n"
        "print('out'); print('err', file=sys.stderr); print('out again')\n"
        "handle = display('first', display_id='d1')\n"
        "items.append(2); new = {'a': items}; del gone\n"
        "sum(items)\n"
    )
    assert not found.error
    assert (found.stdout, found.stderr) == ("out\nout again\n", "err\n")
    assert found.value == "3"
    own = [content["data"] for _, _, content in found.displays if MIME not in content["data"]]  # or a worker's start
    assert [data["text/plain"] for data in own] == ["'first'"]
    assert kernel.run("new['a'] is items, items, 'gone' in globals(), _").value == "(True, [1, 2], False, 3)"


def test_an_exception_shows_the_cells_own_lines_and_nothing_of_ours(kernel: Kernel) -> None:
    found = kernel.run("%%remote local\nbefore = 1\ndef f():\n    return 1 / 0\nf()\n")
    assert (found.error["ename"], found.error["evalue"]) == ("ZeroDivisionError", "division by zero")
    assert "return 1 / 0" in found.traceback
    assert "cellburst" not in found.traceback
    assert kernel.run("before").value == "1"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%%remote gpu\n1", "there is no target 'gpu'; there are local, fakecloud"),
        ("%%remote -p x=[]\nx", "it has no values"),
        ("%%remote\nmissing + 1", "NameError: name 'missing' is not defined"),
        ("%%remote\nx = = 1", "SyntaxError: invalid syntax"),
    ],
)
def test_refusals_are_short_and_start_nothing(kernel: Kernel, folders: Folders, cell: str, expected: str) -> None:
    found = kernel.run(cell)
    assert expected in found.traceback
    assert "cellburst/" not in found.traceback
    assert len(found.traceback.splitlines()) <= 6
    assert not folders.controller_file.exists()


def test_a_sweep_shows_itself_while_it_runs_and_gives_its_results(kernel: Kernel, gate: Path) -> None:
    asked = kernel.start(WAITING.format(options="", gate=str(gate)))
    early = kernel.until_shown(asked, "2 of 4 tasks done · 2 running")
    assert early.displays[0][2]["data"][MIME]["version"] == 1
    gate.touch()
    found = kernel.finish(asked)
    assert not found.error
    assert {kind for _, kind, _ in found.displays} == {"update_display_data"}
    assert "all 4 tasks done" in found.shown
    assert "4 tasks: 4 succeeded" in found.value
    assert kernel.run("list(scores), scores is _").value == "([0, 10, 20, 30], True)"


def test_the_stop_button_cancels_and_a_retry_goes_on(kernel: Kernel, gate: Path) -> None:
    asked = kernel.start(WAITING.format(options="", gate=str(gate)))
    kernel.until_shown(asked, "2 of 4 tasks done")
    kernel.interrupt()
    found = kernel.finish(asked)
    assert found.error["ename"] == "KeyboardInterrupt"
    assert "2 of 4 results are kept" in found.traceback
    assert "cellburst/" not in found.traceback
    assert "runs the rest" in found.traceback
    assert kernel.run("list(scores.ok)").value == "[0, 10]"
    gate.touch()
    assert "goes on" in kernel.run("%remote retry last").stdout
    assert not kernel.run("%remote attach last --into scores").error
    assert kernel.run("list(scores)").value == "[0, 10, 20, 30]"


def test_the_stop_button_may_leave_the_run_alone(kernel: Kernel, gate: Path) -> None:
    asked = kernel.start(WAITING.format(options="--on-interrupt detach", gate=str(gate)))
    kernel.until_shown(asked, "2 of 4 tasks done")
    kernel.interrupt()
    found = kernel.finish(asked)
    assert found.error["ename"] == "KeyboardInterrupt"
    assert "goes on; `%remote attach" in found.traceback
    gate.touch()
    kernel.run("%remote attach last --into scores")
    assert kernel.run("list(scores)").value == "[0, 10, 20, 30]"


def test_another_kernel_takes_the_run_of_a_killed_one_up(start_kernel: Callable[[], Kernel], gate: Path) -> None:
    first = start_kernel()
    asked = first.start(WAITING.format(options="", gate=str(gate)))
    first.until_shown(asked, "2 of 4 tasks done")
    first.kill()
    first.close()
    second = start_kernel()
    asked = second.start("found = %remote attach last")
    second.until_shown(asked, "2 of 4 tasks done · 2 running")
    gate.touch()
    assert not second.finish(asked).error
    assert second.run("list(found)").value == "[0, 10, 20, 30]"


@pytest.mark.parametrize("way", ["restart", "shutdown"])
def test_a_kernel_that_is_restarted_leaves_its_run_alone(
    start_kernel: Callable[[], Kernel], gate: Path, way: str
) -> None:
    first = start_kernel()
    asked = first.start(WAITING.format(options="", gate=str(gate)))
    first.until_shown(asked, "2 of 4 tasks done")
    if way == "restart":
        first.manager.restart_kernel()  # interrupts it first, as JupyterLab's button does
    else:
        first.manager.shutdown_kernel()
    second = start_kernel()
    asked = second.start("found = %remote attach last")
    second.until_shown(asked, "2 of 4 tasks done · 2 running")
    gate.touch()
    assert not second.finish(asked).error
    assert second.run("list(found)").value == "[0, 10, 20, 30]"


def test_detached_it_returns_at_once(kernel: Kernel, gate: Path) -> None:
    found = kernel.run(WAITING.format(options="--detach", gate=str(gate)))
    assert not found.error
    assert "%remote attach" in found.shown
    assert "goes on" not in found.stdout
    assert kernel.run("scores.state.value in ('queued', 'running')").value == "True"
    assert kernel.run("%remote cancel last").stdout.startswith("run ")
    assert "cancelled" in kernel.run("%remote wait last").shown


def test_logs_of_a_sweep(kernel: Kernel) -> None:
    kernel.run("%%remote -p x=[1, 2] --quiet\nprint('hello', x)\n")
    assert kernel.run("%remote logs").stdout == "── task 0 (x=1)\nhello 1\n── task 1 (x=2)\nhello 2\n"
    assert kernel.run("%remote logs last 1").stdout == "hello 2\n"
