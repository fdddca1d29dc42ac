"""Machines of a run, in a store of any kind."""

from __future__ import annotations

import time

import pytest
from msgspec.structs import replace

from cellburst.abc import RunStore
from cellburst.errors import UnknownRunError
from cellburst.model.events import MachinesChanged, RunStateChanged
from cellburst.model.machine import Machine, MachineState, fleet_of
from cellburst.model.run import RunState
from tests.contract.stores import Case
from tests.unit.store.builders import T0, run_id

RUN = run_id(1)
HOUR = 3600.0


def machine(name: str, state: MachineState = MachineState.RUNNING, **more: object) -> Machine:
    return Machine(RUN, name, f"t-{name}", state, T0, T0 + 7200, type="m7i.large", price=0.1, **more)  # type: ignore[arg-type]


def test_a_machine_is_as_told_last(case: Case, store: RunStore) -> None:
    asked = machine("m1", MachineState.REQUESTING)
    store.commit([MachinesChanged(RUN, (asked, machine("m2")), T0)])
    there = replace(asked, state=MachineState.BOOTING, id="i-1", billed=T0)
    store.commit([MachinesChanged(RUN, (there,), T0 + 1), MachinesChanged("0000009-abcd", (there,), T0)])
    for now in case.before_and_after():
        assert now.machines(RUN) == [there, machine("m2")]
        assert now.live_machines() == [there, machine("m2")]
        with pytest.raises(UnknownRunError):
            now.machines("0000009-abcd")


def test_machines_that_ended_are_remembered_with_what_they_cost(case: Case, store: RunStore) -> None:
    short = machine("m1", MachineState.ENDED, billed=T0, ended=T0 + 5)
    long = machine("m2", MachineState.ENDED, billed=T0, ended=T0 + 2 * HOUR)
    free = machine("m3", MachineState.ENDED, ended=T0 + 2 * HOUR)
    store.commit([MachinesChanged(RUN, (short, long, free, machine("m4", billed=T0)), T0)])
    for now in case.before_and_after():
        assert [one.name for one in now.live_machines()] == ["m4"]
        expected = 0.1 / 60 + 0.2 + 0.3  # a minute at least, and m4 goes on
        meters = now.meters([RUN, run_id(2)])
        assert {run: meter.cost(T0 + 3 * HOUR) for run, meter in meters.items()} == {RUN: pytest.approx(expected)}
        assert meters[RUN].rate == 0.1
        assert fleet_of(now.machines(RUN), T0 + 3 * HOUR).cost == pytest.approx(expected)


def test_the_first_minute_of_a_machine_costs_the_same_wherever_it_is_shown(case: Case, store: RunStore) -> None:
    began = time.time()
    store.commit([MachinesChanged(RUN, (machine("m1", billed=began), machine("m2", billed=began - 50)), began)])
    for now in case.before_and_after():
        meter = now.meters([RUN])[RUN]
        for later in (0.0, 5.0, 20.0, 59.0, 61.0, 3600.0):
            whole = fleet_of(now.machines(RUN), began + later).cost
            assert meter.cost(began + later) == pytest.approx(whole, abs=1e-7)


def test_a_run_with_machines_is_not_pruned_before_they_have_ended(case: Case, store: RunStore) -> None:
    store.commit([MachinesChanged(RUN, (machine("m1"),), T0), RunStateChanged(RUN, RunState.CANCELLED, T0)])
    assert RUN not in store.prune(0.0, 0, T0 + 1e9)
    store.commit([MachinesChanged(RUN, (machine("m1", MachineState.ENDED),), T0)])
    assert RUN in store.prune(0.0, 0, T0 + 1e9)
