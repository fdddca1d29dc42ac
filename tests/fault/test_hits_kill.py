"""A controller that is killed while it copies kept results: the next one goes on, and nothing is computed twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from cellburst.model.blob import Packed
from cellburst.model.run import Run, RunState
from cellburst.wire import client as wire
from tests.fault.plant import Plant, cell_run

COUNT = 300


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    plant = Plant(tmp_path)
    yield plant
    plant.stop()


def kept_run(mark: Path, count: int) -> Run:
    """Each task that is really executed leaves a byte."""
    run = cell_run(f"with open({str(mark)!r}, 'ab') as file:\n    file.write(b'x')\n7", count, cache="use")
    keys = b"".join(b"%016d" % index for index in range(count))
    return replace(run, payload=replace(run.payload, keys=Packed(keys)))


@pytest.mark.parametrize("point", ["controller.before-commit", "controller.committed"])
def test_killed_among_the_copies_the_rest_is_copied(plant: Plant, tmp_path: Path, point: str) -> None:
    mark = tmp_path / "ran"
    first = plant.start()
    channel = plant.connect()
    old = plant.submit(channel, kept_run(mark, COUNT))
    plant.wait(channel, old)
    first.kill()
    first.wait()
    second = plant.start(CELLBURST_FAULT=f"{point}:kill:3")  # the submission, some copies, some more
    channel = plant.connect()
    new = kept_run(mark, COUNT + 1)
    channel.send(wire.Submit(1, new, False, tuple((index, old, index) for index in range(COUNT))))
    second.wait()
    before = len(plant.results(new.id))
    assert 0 < before < COUNT
    plant.start()
    channel = plant.connect()
    plant.follow(channel, new.id)
    status = plant.wait(channel, new.id)
    assert (status.state, status.counts.succeeded) == (RunState.SUCCEEDED, COUNT + 1)
    copied = [result.cached for result in plant.results(new.id)]
    assert copied == [*(f"{old}/{index}" for index in range(COUNT)), ""]
    assert len(mark.read_bytes()) == COUNT + 1
    assert set(plant.values(new.id)) == {7}
