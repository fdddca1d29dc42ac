"""The event loop that cells find running."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from cellburst.worker.cell_loop import CellLoop
from cellburst.worker.cellcode import compile_cell, run_single


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def loop(said: list[str]) -> Iterator[CellLoop]:
    found = CellLoop(said.append)
    yield found
    found.enter()
    found.close()


def run(source: str, loop: CellLoop, namespace: dict[str, object] | None = None) -> object:
    code = compile_cell(source, "<cell>", 1, apart=True)
    return run_single(code, {"asyncio": asyncio} if namespace is None else namespace, loop)


def test_a_cell_runs_inside_of_a_loop(loop: CellLoop) -> None:
    assert run("asyncio.get_running_loop().is_running()", loop) is True
    with pytest.raises(RuntimeError, match=r"no running event loop"):
        asyncio.get_running_loop()


def test_a_second_loop_is_refused_as_in_a_kernel(loop: CellLoop) -> None:
    source = (
        "c = asyncio.sleep(0)\ntry:\n    asyncio.run(c)\nexcept RuntimeError as e:\n    text = str(e)\nc.close()\ntext"
    )
    assert run(source, loop) == "asyncio.run() cannot be called from a running event loop"


def test_awaits_of_a_cell_share_its_loop(loop: CellLoop) -> None:
    source = "a = asyncio.get_running_loop()\nawait asyncio.sleep(0)\nb = asyncio.get_running_loop()\na is b"
    assert run(source, loop) is True


def test_one_await_is_one_turn(loop: CellLoop) -> None:
    source = (
        "log = []\nasync def work():\n    while True:\n        log.append(1)\n        await asyncio.sleep(0)\n"
        "task = asyncio.ensure_future(work())\nawait asyncio.sleep(0)\nlen(log)"
    )
    assert run(source, loop) == 1


def test_what_is_ready_goes_on_when_the_cell_has_ended(loop: CellLoop, said: list[str]) -> None:
    namespace: dict[str, object] = {"asyncio": asyncio}
    source = "log = []\nasync def work():\n    await asyncio.sleep(0)\n    log.append(1)\nasyncio.ensure_future(work())"
    run(source, loop, namespace)
    assert namespace["log"] == [1]
    assert said == []


def test_what_waits_is_cancelled_and_said(loop: CellLoop, said: list[str]) -> None:
    task = run("asyncio.ensure_future(asyncio.sleep(60))", loop)
    assert isinstance(task, asyncio.Task)
    assert task.cancelled()
    assert len(said) == 1
    assert said[0].startswith("a task of asyncio went on when the cell had ended")
    assert run("1 + 1", loop) == 2
