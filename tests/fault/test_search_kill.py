"""Searches whose searcher, controller or kernel is killed: the same trials, as many as asked for, none twice."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from cellburst.model.blob import Packed
from cellburst.model.ids import new_run_id
from cellburst.model.payload import Payload
from cellburst.model.run import Run, RunOptions, RunState, RunStatus
from cellburst.model.search import Search, Until
from cellburst.model.sweep import SweepView
from cellburst.sweeps.ranges import loguniform, randint
from cellburst.sweeps.space import Space
from cellburst.wiring import open_reader
from tests.fault.plant import Plant

MARK = "import os\nwith open({path!r}, 'ab') as ran:\n    ran.write(b'%d ' % task.index)\n"
LOSS = "import math\nloss = (math.log10(lr) + 3) ** 2 + abs(depth - 5)\n"
COIN = "import random, time\ntime.sleep(0.002)\nrandom.random()"
SPACE = Space({"lr": loguniform(1e-5, 1e-1), "depth": randint(2, 8)})
TRIALS = 14
SEARCH = Search("tpe", TRIALS, "loss", "minimize", SPACE.dimensions())
UNTIL = Until("stderr < 0.04", 500, "value", 10)

pytestmark = pytest.mark.slow


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    plant = Plant(tmp_path)
    yield plant
    plant.stop()


def search_run(search: Search | Until, source: str, *, parallel: int = 1) -> Run:
    run = new_run_id(time.time())
    payload = Payload(
        "cell",
        Packed(pickle.dumps({})),
        source=source,
        sweep=Packed(pickle.dumps(SPACE)) if isinstance(search, Search) else None,
        objective="loss" if isinstance(search, Search) else "value",
        cwd=os.getcwd(),
        path=tuple(sys.path),
    )
    options = RunOptions(parallel=parallel, seed=11, search=search)
    return Run(run, run, "search", "local", payload, SweepView("search", 0), options, time.time(), open=True)


def given(plant: Plant, run: str) -> list[dict[str, Any]]:
    reader = open_reader(plant.folders)
    try:
        return [row.params for row in reader.tasks(run)]
    finally:
        reader.close()


def numbers(plant: Plant, run: str, metric: str) -> list[float]:
    return [(result.metrics or {})[metric] for result in plant.results(run) if result.metrics]


def executed(mark: Path) -> Counter[int]:
    return Counter(map(int, mark.read_bytes().split()))


def ended(plant: Plant, run: str) -> int:
    return len(plant.results(run))


def await_that(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 40
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.005)


def searchers(controller: subprocess.Popen[bytes]) -> list[psutil.Process]:
    found = []
    for child in psutil.Process(controller.pid).children():
        try:
            if "cellburst.search" in child.cmdline():
                found.append(child)
        except psutil.Error:
            continue
    return found


def undisturbed(plant: Plant, run: Run) -> str:
    """What the run does if nobody dies; in the same environment, before."""
    channel = plant.connect()
    again = plant.submit(channel, run)
    assert plant.wait(channel, again).state is RunState.SUCCEEDED
    return again


def finish(plant: Plant, run: str) -> RunStatus:
    channel = plant.connect()
    plant.follow(channel, run)
    return plant.wait(channel, run)


@pytest.mark.parametrize("fault", ["search.asked:kill:2", "search.added:kill:2", "search.told:kill:5"])
def test_a_searcher_that_is_killed_goes_on_as_if_nothing_had_been(plant: Plant, tmp_path: Path, fault: str) -> None:
    mark, other = tmp_path / "ran", tmp_path / "other"
    first = plant.start()
    expected = given(plant, undisturbed(plant, search_run(SEARCH, MARK.format(path=str(other)) + LOSS)))
    first.kill()
    first.wait()
    controller = plant.start(CELLBURST_FAULT=fault)
    channel = plant.connect()
    run = plant.submit(channel, search_run(SEARCH, MARK.format(path=str(mark)) + LOSS))
    await_that(lambda: searchers(controller), "no searcher")
    if fault.startswith("search.a"):  # each searcher dies at its second extension: too many for the controller
        await_that(lambda: ended(plant, run) >= 3, "no progress")
        await_that(lambda: not searchers(controller), "it was not killed")
        controller.kill()
        controller.wait()
        plant.start()
    assert finish(plant, run).state is RunState.SUCCEEDED
    assert given(plant, run) == expected
    assert executed(mark) == Counter(range(TRIALS))


def test_killed_at_any_moment_the_copies_are_the_same(plant: Plant, tmp_path: Path) -> None:
    mark, other = tmp_path / "ran", tmp_path / "other"
    controller = plant.start()
    lived = undisturbed(plant, search_run(UNTIL, MARK.format(path=str(other)) + COIN))
    expected = numbers(plant, lived, "value")
    assert len(expected) > 40
    channel = plant.connect()
    run = plant.submit(channel, search_run(UNTIL, MARK.format(path=str(mark)) + COIN))
    for count in (3, 25):
        await_that(lambda count=count: ended(plant, run) >= count, "no progress")  # type: ignore[misc]
        await_that(lambda: searchers(controller), "no searcher")
        searchers(controller)[0].kill()
    assert plant.wait(channel, run).state is RunState.SUCCEEDED
    assert numbers(plant, run, "value") == expected
    assert executed(mark) == Counter(range(len(expected)))


@pytest.mark.parametrize("parallel", [1, 2])
def test_controllers_that_are_killed_one_after_another_change_nothing(
    plant: Plant, tmp_path: Path, parallel: int
) -> None:
    mark, other = tmp_path / "ran", tmp_path / "other"
    controller = plant.start()
    expected = given(plant, undisturbed(plant, search_run(SEARCH, MARK.format(path=str(other)) + LOSS)))
    channel = plant.connect()
    run = plant.submit(channel, search_run(SEARCH, MARK.format(path=str(mark)) + LOSS, parallel=parallel))
    for count in (1, 4, 9):
        await_that(lambda count=count: ended(plant, run) >= count, "no progress")  # type: ignore[misc]
        controller.send_signal(signal.SIGKILL)
        controller.wait()
        controller = plant.start()
    status = finish(plant, run)
    assert (status.state, status.counts.succeeded, status.counts.total) == (RunState.SUCCEEDED, TRIALS, TRIALS)
    assert executed(mark) == Counter(range(TRIALS))
    assert given(plant, run) == expected or parallel > 1


def test_a_searcher_that_dies_before_it_closes_leaves_that_to_the_next(plant: Plant, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    controller = plant.start(CELLBURST_FAULT="search.closing:kill")
    channel = plant.connect()
    run = plant.submit(channel, search_run(SEARCH, MARK.format(path=str(mark)) + LOSS))
    await_that(lambda: ended(plant, run) == TRIALS, "no progress")
    await_that(lambda: not searchers(controller), "it was not killed")
    controller.kill()
    controller.wait()
    plant.start()
    assert finish(plant, run).state is RunState.SUCCEEDED
    assert executed(mark) == Counter(range(TRIALS))


KERNEL = """
import os, signal, cellburst
from cellburst.sweeps import uniform

def slowly(x):
    import time
    time.sleep(0.05)
    return x

run = cellburst.map(slowly, {"x": uniform(0, 1)}, search="random", trials=20, minimize="value")
print(run.id, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_kernel_that_is_killed_leaves_its_search_alone(plant: Plant) -> None:
    plant.start()
    places = {"CELLBURST_DATA_DIR": str(plant.data), "CELLBURST_RUNTIME_DIR": str(plant.runtime)}
    kernel = subprocess.run(
        [sys.executable, "-c", KERNEL],
        env={**plant.environment, **places},
        capture_output=True,
        text=True,
        check=False,
    )
    assert kernel.returncode == -signal.SIGKILL, kernel.stderr
    run = kernel.stdout.strip()
    assert finish(plant, run).counts.succeeded == 20
