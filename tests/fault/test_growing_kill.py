"""Controllers that are killed while runs grow: what was added is there, once, and what was not is not."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cellburst.model.blob import Packed
from cellburst.model.ids import new_run_id
from cellburst.model.payload import Payload
from cellburst.model.run import Run, RunOptions, RunState
from cellburst.model.sweep import SweepPart, SweepView
from cellburst.wire import client as wire
from cellburst.wire.frames import Channel
from tests.fault.plant import Plant, cell_run


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    plant = Plant(tmp_path)
    yield plant
    plant.stop()


def calls_run() -> Run:
    run = new_run_id(time.time())
    payload = Payload("function", Packed(), cwd=os.getcwd(), path=tuple(sys.path))
    return Run(run, run, "calls", "local", payload, SweepView("calls", 0), RunOptions(), time.time(), open=True)


def calls(start: int, *given: Any, key: str = "") -> SweepPart:
    """What is called in each task: function, arguments, keywords."""
    packed = tuple(Packed(pickle.dumps(each)) for each in given)
    return SweepPart(start, SweepView("copies", len(given)), packed, key)


def ask(channel: Channel[Any], message: Any) -> Any:
    """The answer; None if the controller dies before it."""
    channel.send(message)
    while (answer := channel.receive()) is not None:
        if isinstance(answer, (wire.Done, wire.Refusal)) and answer.request == message.request:
            return answer
    return None


@pytest.mark.parametrize("point", ["controller.before-commit", "controller.committed"])
def test_killed_at_an_extension_its_tasks_are_added_once(plant: Plant, tmp_path: Path, point: str) -> None:
    mark = tmp_path / "ran"
    process = plant.start(CELLBURST_FAULT=f"{point}:kill:2")  # the first is the submission
    channel = plant.connect()
    run = plant.submit(channel, calls_run())
    part = calls(0, *[(_marked, (str(mark), number), {}) for number in range(5)], key="my part")
    extend = wire.Extend(9, run, part)
    assert ask(channel, extend) is None
    process.wait()
    plant.start()
    channel = plant.connect()
    assert isinstance(ask(channel, wire.Hold(3, run)), wire.Done)
    plant.follow(channel, run)
    assert ask(channel, extend).data == {"start": 0}
    channel.send(wire.Close(4, run))
    assert plant.wait(channel, run).state is RunState.SUCCEEDED
    assert plant.values(run) == list(range(5))
    assert sorted(mark.read_bytes()) == list(range(5))


def test_killed_over_and_over_while_calls_come_every_one_is_answered_once(plant: Plant) -> None:
    process = plant.start()
    channel = plant.connect()
    run = plant.submit(channel, calls_run())
    count = 0
    for _ in range(4):
        part = calls(count, *[(_slowly, (count + place,), {}) for place in range(10)], key=f"part {count}")
        assert ask(channel, wire.Extend(9, run, part)).data == {"start": count}
        count += 10
        plant.wait_for(channel, wire.TasksChanged)
        process.kill()
        process.wait()
        process = plant.start()
        channel = plant.connect()
        assert isinstance(ask(channel, wire.Hold(2, run)), wire.Done)
        plant.follow(channel, run)
    channel.send(wire.Close(4, run))
    assert plant.wait(channel, run).state is RunState.SUCCEEDED
    assert plant.values(run) == list(range(count))


def test_a_client_that_is_gone_with_its_controller_leaves_a_run_that_ends(plant: Plant) -> None:
    plant.start()
    channel = plant.connect()
    run = plant.submit(channel, calls_run())
    assert isinstance(ask(channel, wire.Hold(2, run)), wire.Done)
    assert isinstance(ask(channel, wire.Extend(3, run, calls(0, (_slowly, (1,), {})))), wire.Done)
    watcher = plant.connect()
    plant.follow(watcher, run)
    channel.close()
    assert plant.wait(watcher, run).state is RunState.SUCCEEDED
    assert plant.values(run) == [1]


def test_an_ended_run_grows_after_a_kill(plant: Plant) -> None:
    process = plant.start()
    channel = plant.connect()
    run = plant.submit(channel, cell_run("task.index + task.count * 100", 2))
    plant.wait(channel, run)
    process.send_signal(signal.SIGKILL)
    process.wait()
    plant.start()
    channel = plant.connect()
    assert ask(channel, wire.Extend(1, run, SweepPart(2, SweepView("copies", 2)))).data == {"start": 2}
    plant.follow(channel, run)
    assert plant.wait(channel, run).state is RunState.SUCCEEDED
    assert plant.values(run) == [200, 201, 402, 403]


def _marked(path: str, number: int) -> int:
    with open(path, "ab") as ran:
        ran.write(bytes([number]))
    return number


def _slowly(number: int) -> int:
    time.sleep(0.05)
    return number
