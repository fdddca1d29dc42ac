"""Calls that are awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

import cellburst
from tests.integration.called_functions import add, divide, hold, nap
from tests.integration.shared import shared_folders  # noqa: F401
from tests.integration.waiting import await_file


def run(main: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(asyncio.wait_for(main, 50))


def test_calls_are_awaited() -> None:
    async def main() -> None:
        async with cellburst.AsyncExecutor() as executor:
            assert await executor.submit(add, 1, b=2) == 3
            assert await asyncio.gather(*(executor.submit(add, n) for n in range(20))) == list(range(20))
            with pytest.raises(ZeroDivisionError):
                await executor.submit(divide, 1, 0)

    run(main())


def test_results_are_read_as_they_come() -> None:
    async def main() -> None:
        async with cellburst.AsyncExecutor() as executor:
            naps = [0.5, 0.01, 0.02]
            assert [found async for found in executor.map(nap, naps)] == naps
            assert [found async for found in executor.map(nap, naps, ordered=False)] == [0.01, 0.02, 0.5]
            assert [found async for found in executor.map(add, range(10), range(10), ahead=2)] == [
                2 * n for n in range(10)
            ]
            assert [found async for found in executor.map(add, [])] == []

    run(main())


def test_what_is_not_read_any_more_is_cancelled(tmp_path: Path) -> None:
    async def main() -> cellburst.Run:
        async with cellburst.AsyncExecutor(parallel=1) as executor:
            results = executor.map(nap, [0.01] + [0.05] * 200)
            async for _ in results:
                break
            await results.aclose()  # type: ignore[attr-defined]
            assert executor.run is not None
            return executor.run

    ended = run(main()).wait(30)
    assert ended.status.counts.cancelled > 100


def test_cancelling_the_wait_ends_the_call(tmp_path: Path) -> None:
    async def main() -> cellburst.Run:
        async with cellburst.AsyncExecutor() as executor:
            held = executor.submit(hold, str(tmp_path / "a"))
            await asyncio.to_thread(await_file, tmp_path / "a.running")
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(held, 0.05)
            assert executor.run is not None
            return executor.run

    ended = run(main()).wait(30)
    assert ended.status.counts.cancelled == 1


def test_the_loop_has_it_as_an_executor() -> None:
    async def main() -> Any:
        with cellburst.Executor() as executor:
            return await asyncio.get_running_loop().run_in_executor(executor, add, 20, 22)

    assert run(main()) == 42


def test_the_loop_goes_on_while_an_executor_ends(tmp_path: Path) -> None:
    async def main() -> None:
        async with cellburst.AsyncExecutor() as executor:
            held = executor.submit(hold, str(tmp_path / "a"))
            await asyncio.to_thread(await_file, tmp_path / "a.running")
            asyncio.get_running_loop().call_later(0.05, (tmp_path / "a.go").touch)
        assert await held == "held"

    run(main())
