"""A real run, on real workers, as the page sees it while it goes on and afterwards."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

import cellburst
from cellburst.server.service import Service
from tests.server.library import API, get

pytestmark = pytest.mark.slow


def work(number: int, folder: str) -> dict[str, float]:
    """Print, wait to be let go, then fail or say how it went."""
    print(f"task {number} begins")
    cellburst.task.log(acc=number / 10)
    while not os.path.exists(f"{folder}/go"):
        time.sleep(0.01)
    if number == 2:
        raise ValueError("two is one too many")
    return {"loss": number * 0.5}


async def until(ask: Callable[[], Awaitable[Any]], good: Callable[[Any], bool]) -> Any:
    """Ask until the answer is good; the server sees what a controller has committed, and that takes its time."""
    deadline = time.monotonic() + 30
    while not good(answer := await ask()):
        assert time.monotonic() < deadline, answer
        await asyncio.sleep(0.02)
    return answer


async def test_a_run_from_its_beginning_to_its_end(jp_fetch: Any, service: Service, tmp_path: Path) -> None:
    params = [{"number": number, "folder": str(tmp_path)} for number in range(3)]
    handle = await asyncio.to_thread(cellburst.map, work, params)
    run = handle.id

    async def outputs(after: str = "") -> Any:
        return await get(jp_fetch, "runs", run, "tasks", "0", "outputs", after=after)

    first = await until(outputs, lambda answer: bool(answer["outputs"]))
    assert first["outputs"][0]["text"] == "task 0 begins\n"
    status = await get(jp_fetch, "status")
    assert status["stores"][0]["controller"]["state"] == "running"
    assert status["counts"]["runs"] == 1
    letters = (await get(jp_fetch, "runs", run, "states"))["states"]
    assert "r" in letters

    (tmp_path / "go").touch()
    ended = await until(lambda: get(jp_fetch, "runs", run), lambda answer: answer["ended"] is not None)
    assert (ended["state"], ended["counts"]["succeeded"], ended["counts"]["failed"]) == ("failed", 2, 1)
    assert ended["sweep"]["names"] == ["number", "folder"]
    assert "two is one too many" in ended["code"]
    assert (await outputs(first["next"]))["outputs"] == []
    tasks = (await get(jp_fetch, "runs", run, "tasks", sort="value:loss", order="desc"))["tasks"]
    assert [task["index"] for task in tasks] == [1, 0, 2]
    assert [task["params"]["number"] for task in tasks] == [1, 0, 2]
    assert tasks[0]["summary"] == {"loss": 0.5}
    assert tasks[0]["metrics"]["acc"] == 0.1
    failed = await get(jp_fetch, "runs", run, "tasks", "2")
    assert failed["error"] == {"ename": "ValueError", "evalue": "two is one too many"}
    assert "two is one too many" in "".join(failed["traceback"])
    assert failed["attempts"][0]["outcome"] == "failed"
    assert (await get(jp_fetch, "runs", run, "states"))["states"] == "2sf"
    log = await jp_fetch(*API, "runs", run, "tasks", "1", "log")
    assert log.body == b"task 1 begins\n"
    events = (await get(jp_fetch, "runs", run, "timeline"))["events"]
    assert events[0]["what"] == "RunSubmitted"
    assert any(event["task"] == 2 for event in events)
