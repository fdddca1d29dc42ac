"""What a page is told of machines and their cost."""

from __future__ import annotations

import time
from typing import Any

import msgspec
import pytest

from cellburst.model.events import MachinesChanged, RunStateChanged, RunSubmitted, TasksStarted
from cellburst.model.machine import Machine, MachineState
from cellburst.model.plan import Plan
from cellburst.model.run import Elsewhere, RunState
from cellburst.paths import Folders
from cellburst.server.schemas.machines import MachinesAnswer
from cellburst.server.schemas.status import StatusAnswer
from cellburst.server.service import Service
from tests.server.library import RUN, elsewhere, get, keep, some_run
from tests.unit.store.builders import T0, make_run, run_id


def machine(name: str, state: MachineState, **more: Any) -> Machine:
    return Machine(RUN, name, name, state, T0, T0 + 7200, type="g5.xlarge", price=1.2, **more)


async def test_machines_are_told_with_what_they_cost(jp_fetch: Any, service: Service, folders: Folders) -> None:
    ended = machine("m1", MachineState.ENDED, billed=T0, ended=T0 + 1800, reason="no task was left")
    waits = machine("m2", MachineState.REQUESTING, reason="no g5.xlarge is to be had in us-east-1a")
    keep(folders, *some_run()[1], MachinesChanged(RUN, (ended, waits), T0), TasksStarted(RUN, (3,), 1, "m2.0", T0 + 4))
    answer = await get(jp_fetch, "runs", RUN, "machines")
    msgspec.convert(answer, MachinesAnswer)
    first, second = answer["machines"]
    assert (first["state"], first["cost"], first["reason"]) == ("ended", pytest.approx(0.6), "no task was left")
    assert (second["state"], second["cost"]) == ("requesting", 0.0)
    assert (first["tasks"], second["tasks"]) == (0, 1)  # one more is on a worker of this computer
    (row,) = (await get(jp_fetch, "runs"))["runs"]
    assert row["meter"] == {"base": pytest.approx(0.6), "rate": 0.0, "fresh": []}
    assert (await get(jp_fetch, "runs", RUN))["meter"] == row["meter"]


async def test_a_meter_that_runs_is_a_line_over_time(jp_fetch: Any, service: Service, folders: Folders) -> None:
    keep(folders, *some_run()[1], MachinesChanged(RUN, (machine("m1", MachineState.RUNNING, billed=T0),), T0))
    meter = (await get(jp_fetch, "runs", RUN))["meter"]
    assert (meter["rate"], meter["fresh"]) == (1.2, [])
    assert meter["base"] + meter["rate"] * (T0 + 900) / 3600 == pytest.approx(0.3, abs=1e-6)


async def test_the_first_minute_is_paid_as_a_whole(jp_fetch: Any, service: Service, folders: Folders) -> None:
    began = time.time()
    keep(folders, *some_run()[1], MachinesChanged(RUN, (machine("m1", MachineState.RUNNING, billed=began),), began))
    (fresh,) = (await get(jp_fetch, "runs", RUN))["meter"]["fresh"]
    assert fresh == pytest.approx([began + 60, 1.2])


async def test_a_run_that_has_ended_says_what_it_came_to(jp_fetch: Any, service: Service, folders: Folders) -> None:
    ended = machine("m1", MachineState.ENDED, billed=T0, ended=T0 + 1800)
    keep(folders, *some_run()[1], MachinesChanged(RUN, (ended,), T0))
    assert (await get(jp_fetch, "runs", RUN, "machines"))["report"] == []
    keep(folders, RunStateChanged(RUN, RunState.FAILED, T0 + 1800))
    (said, *_) = (await get(jp_fetch, "runs", RUN, "machines"))["report"]
    assert "$0.60" in said


async def test_a_run_without_machines_has_none(jp_fetch: Any, service: Service, folders: Folders) -> None:
    keep(folders, *some_run()[1])
    answer = await get(jp_fetch, "runs", RUN, "machines")
    assert (answer["machines"], answer["limit"], answer["report"]) == ([], None, [])
    assert (await get(jp_fetch, "runs", RUN))["meter"] is None


async def test_what_costs_something_now_is_told_of_all_runs(jp_fetch: Any, service: Service, folders: Folders) -> None:
    ends = machine("m1", MachineState.ENDED, billed=T0, ended=T0 + 1800)
    runs, waits = machine("m2", MachineState.RUNNING, billed=T0), machine("m3", MachineState.REQUESTING)
    keep(folders, *some_run(name="Every rate")[1], MachinesChanged(RUN, (ends, runs, waits), T0))
    other = msgspec.structs.replace(waits, run=run_id(2))
    keep(elsewhere(folders), *some_run(2)[1], MachinesChanged(run_id(2), (other,), T0))
    answer = await get(jp_fetch, "status")
    msgspec.convert(answer, StatusAnswer)
    first, second = answer["machines"]
    assert (first["run"], first["title"], first["machines"], first["rate"]) == (RUN, "Every rate", 2, 1.2)
    assert first["states"] == {"running": 1, "requesting": 1}
    assert (second["run"], second["rate"]) == (run_id(2), 0.0)


async def test_a_run_says_what_it_may_start(jp_fetch: Any, service: Service, folders: Folders) -> None:
    plan = Plan("ec2", "us-east-1", (), 3, worst=5.0, max_lifetime=3600.0, notes=("prices of now",))
    keep(folders, *some_run(plan=plan)[1])
    told = (await get(jp_fetch, "runs", RUN))["plan"]
    assert (told["machines"], told["worst"], told["max_lifetime"]) == (3, 5.0, 3600.0)
    assert (told["provider"], told["expected"], told["notes"]) == ("ec2", None, ["prices of now"])


async def test_a_run_that_is_followed_from_another_computer_says_so(
    jp_fetch: Any, service: Service, folders: Folders
) -> None:
    keep(folders, *some_run()[1], RunSubmitted(make_run(7, elsewhere=Elsewhere("0123456789ab", b"public key"))))
    told = {row["id"]: row["elsewhere"] for row in (await get(jp_fetch, "runs"))["runs"]}
    assert told == {RUN: False, run_id(7): True}
    for run, said in told.items():
        assert (await get(jp_fetch, "runs", run))["elsewhere"] is said
