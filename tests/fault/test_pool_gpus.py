"""Tasks with GPUs of their own, of which there are two (pretended)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from cellburst.model.payload import Payload
from cellburst.paths import Folders
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.pickling import pack
from cellburst.pool import launch
from cellburst.settings import Settings
from cellburst.wire import pool as wire
from tests.unit.pool.driver import Controller, running_pool

_SEES = "import os, time\ntime.sleep({})\nos.environ.get('CUDA_VISIBLE_DEVICES')"


@pytest.fixture
def pool(folders: Folders, settings: Settings) -> Iterator[Controller]:
    with running_pool(folders, replace(settings, fake_gpus=2), launch.WORKER) as controller:
        yield controller


def define(pool: Controller, folders: Folders, settings: Settings, run: str, gpus: int, seconds: float = 0.0) -> None:
    inputs = pack({}, BlobFolder(folders.blobs), settings)
    payload = Payload("cell", inputs, source=_SEES.format(seconds))
    pool.send(wire.DefineRun(run, payload, 10, 1, None, gpus))


def seen(pool: Controller, count: int) -> dict[int, object]:
    found: dict[int, object] = {}
    while len(found) < count:
        found.update({result.index: result.summary for result in pool.results()})
    return found


def test_each_task_sees_its_own(pool: Controller, folders: Folders, settings: Settings) -> None:
    first, second = pool.start_workers(2)
    define(pool, folders, settings, "r", 1, 0.3)
    pool.send(wire.Assign(first, "r", (0, 1), (1, 1), 1), wire.Assign(second, "r", (2,), (1,), 1))
    found = seen(pool, 3)
    assert {found[0], found[2]} == {"0", "1"}
    assert found[1] == found[0]


def test_who_wants_both_waits_until_they_are_free(pool: Controller, folders: Folders, settings: Settings) -> None:
    first, second = pool.start_workers(2)
    define(pool, folders, settings, "one", 1, 0.5)
    define(pool, folders, settings, "both", 2)
    pool.send(wire.Assign(first, "one", (0,), (1,), 1), wire.Assign(second, "both", (5,), (1,), 1))
    assert seen(pool, 2) == {0: "0", 5: "0,1"}


def test_others_see_what_the_pool_sees(pool: Controller, folders: Folders, settings: Settings) -> None:
    (worker,) = pool.start_workers()
    define(pool, folders, settings, "own", 1)
    pool.send(wire.Assign(worker, "own", (0,), (1,), 1))
    assert seen(pool, 1) == {0: "0"}
    define(pool, folders, settings, "none", 0)
    pool.send(wire.Assign(worker, "none", (1,), (1,), 1))
    assert seen(pool, 1) == {1: None}


def test_gpus_of_a_worker_that_is_gone_are_free(pool: Controller, folders: Folders, settings: Settings) -> None:
    first, second = pool.start_workers(2)
    define(pool, folders, settings, "both", 2, 60)
    pool.send(wire.Assign(first, "both", (0,), (1,), 1))
    define(pool, folders, settings, "next", 2)
    pool.send(wire.Assign(second, "next", (1,), (1,), 1))
    pool.send(wire.CancelTasks("both", (0,)))  # which it may not have begun
    while 1 not in (found := seen(pool, 1)):
        pass
    assert found[1] == "0,1"
