"""Executors, joblib and asyncio in a real kernel."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

import cellburst
from cellburst.model.run import RunState
from cellburst.paths import Folders
from tests.integration.kernels import Kernel

pytestmark = pytest.mark.slow


@pytest.fixture
def kernel(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    monkeypatch.setenv("CELLBURST_WORKERS", "2")
    kernel = Kernel()
    yield kernel
    kernel.close()


def test_functions_of_the_notebook_are_called_with_what_they_use(kernel: Kernel) -> None:
    kernel.run("import cellburst, math\nbase = 10\ndef f(x):\n    print('f', x)\n    return base + math.sqrt(x)")
    kernel.run("executor = cellburst.Executor(name='mine')")
    found = kernel.run("print([executor.submit(f, n * n).result() for n in range(3)])")
    assert "[10.0, 11.0, 12.0]" in found.stdout
    assert "f 4" in found.stdout
    kernel.run("base = 20")
    assert "[20.0, 21.0]" in kernel.run("list(executor.map(f, [0, 1]))").value
    error = kernel.run("executor.submit(f, -1).result()")
    assert error.error["ename"] == "ValueError"
    assert "return base + math.sqrt(x)" in error.traceback
    assert "direct cause" in error.traceback
    run = cellburst.runs()[0]
    assert (run.name, run.state) == ("mine", RunState.RUNNING)
    kernel.run("executor.shutdown()")
    assert run.wait(30).state is RunState.FAILED  # as one of its calls did


def test_an_interrupt_in_a_block_ends_its_calls(kernel: Kernel) -> None:
    asked = kernel.start(
        "import cellburst, time\n"
        "with cellburst.Executor() as executor:\n"
        "    calls = [executor.submit(time.sleep, 600) for _ in range(2)]\n"
        "    while not all(call.running() for call in calls): pass\n"
        "    print('runs')\n"
        "    calls[0].result()"
    )
    _until_printed(kernel, asked)
    kernel.manager.interrupt_kernel()
    began = time.monotonic()
    found = kernel.finish(asked)
    assert found.error["ename"] == "KeyboardInterrupt"
    assert time.monotonic() - began < 20
    assert cellburst.runs()[0].wait(30).counts.cancelled == 2


def test_top_level_await_and_scikit_learn(kernel: Kernel) -> None:
    code = "import cellburst\nasync with cellburst.AsyncExecutor() as e:\n    print(await e.submit(lambda: 6 * 7))"
    assert kernel.run(code).stdout == "42\n"
    found = kernel.run(
        "import joblib\nfrom sklearn.datasets import make_classification\n"
        "from sklearn.linear_model import LogisticRegression\nfrom sklearn.model_selection import GridSearchCV\n"
        "X, y = make_classification(100, 5, random_state=1)\n"
        "def fitted(): return GridSearchCV(LogisticRegression(), {'C': [0.1, 1.0]}, n_jobs=-1).fit(X, y).best_score_\n"
        "with joblib.parallel_config('cellburst'):\n    ours = fitted()\n"
        "with joblib.parallel_config('sequential'):\n    theirs = fitted()\nbool(ours == theirs)"
    )
    assert found.value == "True", found


def _until_printed(kernel: Kernel, asked: str) -> None:
    deadline = time.monotonic() + 50
    while time.monotonic() < deadline:
        message = kernel.client.get_iopub_msg(timeout=50)
        if message["parent_header"].get("msg_id") == asked and message["msg_type"] == "stream":
            return
    raise AssertionError("nothing was printed")
