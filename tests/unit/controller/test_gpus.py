"""Tasks that want GPUs for themselves: no more of them run than there are GPUs for."""

from __future__ import annotations

from tests.unit.controller.house import House, a_run


def test_as_many_run_as_there_are_gpus_for() -> None:
    house = House(capacity=8)
    house.backend.own_gpus = 4
    run = house.submit(a_run(10, gpus=2))
    assert house.backend.started == 2
    house.workers(2)
    status = house.status(run)
    assert (status.counts.running, status.counts.queued) == (2, 8)
    assert status.reason == "all 4 GPUs are busy"
    house.finish_all(0.001)
    assert house.store.status(run.id).counts.succeeded == 10


def test_why_a_task_waits_for_ever_is_said() -> None:
    house = House()
    house.backend.own_gpus = 1
    run = house.submit(a_run(1, gpus=2))
    assert house.backend.started == 0
    house.submit(a_run(1))
    house.workers(1)
    house.turn()
    assert house.status(run).reason == "each task wants 2 GPUs, and there are 1"
