"""Values of tasks, and how cells are executed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cellburst.model.outcome import OutcomeKind
from tests.unit.worker.harness import WorkerProcess, notebook
from tests.unit.worker.zoo import RaisesWhenUnpickled


def value_of(worker: WorkerProcess, source: str, **fields: Any) -> Any:
    return worker.value(worker.run(source, **fields).result)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("1 + 1", 2),
        ("x = 3\nx * 2", 6),
        ("x = 3", None),
        ("", None),
        ("# only a comment", None),
        ("5;", 5),
        ("(\n5\n)", 5),
        ("if True:\n    7", None),
        ("__name__", "__main__"),
        ("import sys\nsys.modules['__main__'].__dict__ is globals()", True),
        ("def f():\n    return g()\ndef g():\n    return 9\nf()", 9),
        ("class A:\n    x = 4\nA().x", 4),
        ("[i * j for i in range(2) for j in range(2)]", [0, 0, 0, 1]),
        ("'ä€😀'", "ä€😀"),
    ],
)
def test_the_value_is_the_last_expression(worker: WorkerProcess, source: str, value: object) -> None:
    assert value_of(worker, source) == value


def test_futures_of_the_cell_hold_for_its_last_expression(worker: WorkerProcess) -> None:
    source = "from __future__ import annotations\ndef f(x: nowhere): ...\nf.__annotations__['x']"
    assert value_of(worker, source) == "nowhere"
    assert worker.run("def f(x: nowhere): ...").result.kind is OutcomeKind.FAILED


def test_inputs_are_variables(worker: WorkerProcess) -> None:
    array = np.arange(200_000.0)
    found = worker.run("array[0] = 5\narray.sum() + extra", {"array": array, "extra": 1}).result
    assert worker.value(found) == array.sum() + 6
    assert array[0] == 0


def test_functions_see_the_cells_variables(worker: WorkerProcess) -> None:
    inputs = notebook("def count():\n    global n\n    n += 1\n    return n")
    assert value_of(worker, "n = 10\ncount()\nn", inputs=inputs) == 11


def test_every_task_has_a_namespace_of_its_own(worker: WorkerProcess) -> None:
    sweep = [{"step": step} for step in range(4)]
    found = worker.run(
        "items.append(step)\nseen = 'left' in globals()\nleft = 1\n(items, seen)", {"items": []}, sweep=sweep
    )
    assert [worker.value(result) for result in found.results] == [([step], False) for step in range(4)]


def test_parameters_are_copies(worker: WorkerProcess) -> None:
    shared = {"list": [1]}
    sweep = [{"config": shared, "step": step} for step in range(3)]
    found = worker.run("config['list'].append(step)\nconfig", sweep=sweep)
    assert [worker.value(result) for result in found.results] == [{"list": [1, step]} for step in range(3)]


def test_functions_of_a_sweep_see_the_tasks_variables(worker: WorkerProcess) -> None:
    inputs = notebook("def twice():\n    return 2 * base")
    sweep = [{"f": inputs["twice"], "base": base} for base in (1, 5)]
    found = worker.run("f()", inputs, sweep=sweep)
    assert [worker.value(result) for result in found.results] == [2, 10]


def test_functions_are_called_with_their_arguments(worker: WorkerProcess) -> None:
    inputs = notebook("def f(a, b=2, *, c=3):\n    return a, b, c")
    assert value_of(worker, "", call=(inputs["f"], (1,), {"c": 9})) == (1, 2, 9)
    sweep = [{"a": 1, "b": 5}, {"a": 2, "b": 6}, {"a": 3, "b": 7}]
    found = worker.run(call=(inputs["f"], (), {}), sweep=sweep)
    assert [worker.value(result) for result in found.results] == [(1, 5, 3), (2, 6, 3), (3, 7, 3)]
    found = worker.run(call=(inputs["f"], (), {}), sweep=[{"item": 4}], positional=True)
    assert worker.value(found.result) == (4, 2, 3)


def test_tasks_from_memory_are_as_separate_as_unpickled_ones(worker: WorkerProcess) -> None:
    inputs = notebook(
        "def f(step, seen=()):\n    f.count = getattr(f, 'count', 0) + step\n    return f.count, g(step)\ng = str"
    )
    found = worker.run(call=(inputs["f"], (), {}), sweep=[{"step": step} for step in range(5)])
    assert [worker.value(result) for result in found.results] == [(step, str(step)) for step in range(5)]
    found = worker.run("f(step)", inputs, sweep=[{"step": step} for step in range(5)])
    assert [worker.value(result) for result in found.results] == [(step, str(step)) for step in range(5)]


def test_two_names_of_one_function_stay_one(worker: WorkerProcess) -> None:
    inputs = notebook("def f(): ...\ng = f")
    found = worker.run("f is g", inputs, sweep=[{"step": step} for step in range(3)])
    assert [worker.value(result) for result in found.results] == [True] * 3


def test_awaiting_at_top_level(worker: WorkerProcess) -> None:
    source = "import asyncio\nawait asyncio.sleep(0)\nloop = asyncio.get_running_loop()\nawait asyncio.sleep(0, 'done')"
    assert value_of(worker, source) == "done"
    assert value_of(worker, "import asyncio\nasync def f():\n    return 3\nasyncio.run(f())") == 3
    source = "async def three():\n    for i in range(3):\n        yield i\n[i async for i in three()]"
    assert value_of(worker, source) == [0, 1, 2]


def test_what_is_left_running_in_the_loop_is_cancelled(worker: WorkerProcess) -> None:
    source = """
import asyncio
async def forever():
    try:
        await asyncio.sleep(1000)
    finally:
        print("cancelled")
left = asyncio.ensure_future(forever())
await asyncio.sleep(0)
await asyncio.sleep(0)
"""
    assert worker.run(source).text() == "cancelled\n"


def test_coroutine_functions_are_awaited(worker: WorkerProcess) -> None:
    inputs = notebook("async def f(a):\n    return a + 1")
    assert value_of(worker, "", call=(inputs["f"], (1,), {})) == 2


def test_named_variables_come_with_the_value(worker: WorkerProcess) -> None:
    ended = worker.run("a = 1\nb = [2]\n'value'", out=("a", "b"))
    assert worker.value(ended.result) == ("value", {"a": 1, "b": [2]})
    assert ended.result.summary == "value"
    ended = worker.run("a = 1", out=("a", "missing"))
    assert worker.value(ended.result) == (None, {"a": 1})
    assert "missing" in ended.result.note
    assert ended.result.summary == "a=1"


def test_results_say_when_and_where(worker: WorkerProcess) -> None:
    run = worker.load('import time\ntime.sleep(0.05)\nb = b"x" * (400 << 20)\nlen(b)')
    worker.start(run, 0, generation=3, attempt=2)
    result = worker.finish().result
    assert (result.index, result.generation, result.attempt) == (0, 3, 2)
    assert 0.05 <= result.seconds < 10
    assert result.peak_rss > 400 << 20
    assert result.summary == 400 << 20
    after = worker.run("1").result
    assert after.peak_rss <= result.peak_rss


def test_inputs_that_cannot_be_unpickled_reject_the_task(worker: WorkerProcess) -> None:
    result = worker.run("1", {"model": {"part": RaisesWhenUnpickled()}}).result
    assert result.kind is OutcomeKind.REJECTED
    assert "model" in result.note
    assert "no unpickling" in result.note
    assert result.error is not None
    assert result.error.ename == "PayloadError"
    assert worker.value(worker.run("2").result) == 2


def test_unknown_runs_are_rejected(worker: WorkerProcess) -> None:
    worker.start("nowhere")
    assert worker.finish().result.kind is OutcomeKind.REJECTED


def test_a_record_of_scalars_is_its_own_summary(worker: WorkerProcess) -> None:
    assert worker.run("{'kind': 'tree', 'score': 0.5, 'n': 3}").result.summary == {"kind": "tree", "score": 0.5, "n": 3}
    assert worker.run("{'kind': [1]}").result.summary == "dict of 1"
    assert worker.run("{1: 2}").result.summary == "dict of 1"
    assert worker.run("{f'f{i}': i for i in range(9)}").result.summary == "dict of 9"
