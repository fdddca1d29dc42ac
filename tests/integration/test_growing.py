"""Real controllers, pools and workers: what added tasks are given, what they report, and how they end early."""

from __future__ import annotations

import os
import pickle
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cellburst.model.blob import Packed
from cellburst.model.ids import new_run_id
from cellburst.model.outcome import OutcomeKind
from cellburst.model.payload import Payload
from cellburst.model.run import Run, RunOptions, RunState
from cellburst.model.sweep import SweepPart, SweepView
from cellburst.wire import client as wire
from cellburst.wiring import open_reader
from tests.fault.plant import Plant, cell_run

REPORTS = """
import time
try:
    for step in range(2000):
        task.report(step, 1.0 / (step + 1))
        time.sleep(0.01)
finally:
    print("tidied up")
"""


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    plant = Plant(tmp_path)
    plant.start()
    yield plant
    plant.stop()


def calls_run(**options: Any) -> Run:
    run = new_run_id(time.time())
    payload = Payload("function", Packed(), cwd=os.getcwd(), path=tuple(sys.path))
    return Run(
        run, run, "calls", "local", payload, SweepView("calls", 0), RunOptions(**options), time.time(), open=True
    )


def test_a_task_whose_reports_are_hopeless_ends_in_order_and_early(plant: Plant) -> None:
    channel = plant.connect()
    run = plant.submit(channel, cell_run(REPORTS))
    first = plant.wait_for(channel, wire.TaskReported)
    assert (first.index, first.reports[0].step, first.reports[0].values) == (0, 0, {"value": 1.0})
    channel.send(wire.EndEarly(5, run, (0,)))
    heard = list(first.reports)
    while not isinstance(message := channel.receive(), wire.Status) or message.status.counts.pruned == 0:
        assert message is not None
        heard += message.reports if isinstance(message, wire.TaskReported) else ()
    status = message.status if message.status.ended else plant.wait(channel, run)
    assert status.state is RunState.SUCCEEDED
    (result,) = plant.results(run)
    assert result.kind is OutcomeKind.PRUNED
    reader = open_reader(plant.folders)
    assert [report.step for report in reader.reports(run, 0, 1)] == [report.step for report in heard]
    assert [report.step for report in heard] == list(range(len(heard)))
    assert reader.outputs(run, 0)[0]["text"] == "tidied up\n"
    reader.close()


def test_thousands_of_calls_that_come_one_after_the_other(plant: Plant) -> None:
    channel = plant.connect()
    run = plant.submit(channel, calls_run())
    channel.send(wire.Hold(2, run))
    for first in range(0, 2000, 50):
        given = tuple(Packed(pickle.dumps((pow, (index, 2), {}))) for index in range(first, first + 50))
        channel.send(wire.Extend(3, run, SweepPart(first, SweepView("copies", 50), given, f"from {first}")))
    channel.send(wire.Close(4, run))
    assert plant.wait(channel, run).state is RunState.SUCCEEDED
    assert plant.values(run) == [index**2 for index in range(2000)]


def test_calls_that_may_run_once_are_given_what_they_are_called_with(plant: Plant) -> None:
    channel = plant.connect()
    run = plant.submit(channel, calls_run(at_most_once=True))
    given = tuple(Packed(pickle.dumps((pow, (index, 2), {}))) for index in range(5))
    channel.send(wire.Extend(3, run, SweepPart(0, SweepView("copies", 5), given)))
    channel.send(wire.Close(4, run))
    assert plant.wait(channel, run).state is RunState.SUCCEEDED
    assert plant.values(run) == [0, 1, 4, 9, 16]


def test_results_that_are_there_are_taken_over_with_their_output(plant: Plant) -> None:
    channel = plant.connect()
    old = plant.submit(channel, cell_run("print('x' * 40000)\ntask.index + 10", 3))
    plant.wait(channel, old)
    new = cell_run("task.index + 20", 4)
    channel.send(wire.Submit(7, new, hits=tuple((index, old, 2 - index) for index in range(3))))
    assert plant.wait(channel, new.id).state is RunState.SUCCEEDED
    assert plant.values(new.id) == [12, 11, 10, 23]
    reader = open_reader(plant.folders)
    assert [row.cached for row in reader.tasks(new.id)] == [f"{old}/2", f"{old}/1", f"{old}/0", ""]
    assert [len(reader.outputs(new.id, index)[0]["text"]) for index in range(3)] == [40001] * 3
    reader.close()


def test_tasks_of_a_live_run_that_has_grown_know_how_many_there_are(plant: Plant, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    wait = f"import os, time\nprint('begun', flush=True)\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.01)\n"
    channel = plant.connect()
    run = plant.submit(channel, cell_run(wait + "task.count", 3))
    begun: set[int] = set()
    while len(begun) < 2:
        begun.add(plant.wait_for(channel, wire.OutputArrived).index)
    channel.send(wire.Extend(3, run, SweepPart(3, SweepView("copies", 2))))
    plant.wait_for(channel, wire.Done)
    gate.touch()
    assert plant.wait(channel, run).state is RunState.SUCCEEDED
    assert plant.values(run) == [3, 3, 5, 5, 5]
