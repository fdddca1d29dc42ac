from __future__ import annotations

from typing import Any

import msgspec

from cellburst.model.machine import Machine, MachineState, MachineUse, fleet_of
from cellburst.model.plan import Offer, Plan
from cellburst.pricing import report

_GIB = 1 << 30


def machine(number: int = 1, **given: Any) -> Machine:
    told: dict[str, Any] = {"type": "m7i.2xlarge", "price": 0.4032, "billed": 0.0, "ended": 3600.0, **given}
    return Machine("r", f"m{number}", "t", MachineState.ENDED, 0.0, 7200.0, **told)


def said(*machines: Machine, tasks: int = 10, plan: Plan | None = None) -> list[str]:
    return report(machines, fleet_of(machines, 3600.0), 3600.0, tasks, plan)


def test_the_bill() -> None:
    assert said(machine(), machine(2, ended=1800.0), tasks=6) == ["2 machines, 1.50 machine-hours, $0.60, $0.10 a task"]
    assert said(machine(), tasks=1) == ["1 machine, 1.00 machine-hours, $0.40"]
    assert said(machine(), plan=Plan("ec2", "us-east-1", (), 1, worst=5.0)) == [
        "1 machine, 1.00 machine-hours, $0.40 of at most $5.00, $0.040 a task"
    ]


def test_what_goes_on_is_said() -> None:
    running = msgspec.structs.replace(machine(), state=MachineState.ENDING, ended=None)
    assert said(machine(), running)[0].endswith("$0.081 a task; 1 has not ended yet")


def test_without_a_machine_there_is_nothing_to_say() -> None:
    assert said() == []
    assert said(machine(billed=None)) == []


def test_what_was_not_used_is_said_with_what_had_been_enough() -> None:
    used = MachineUse(cpu=1.2, cpus=8, memory=5 * _GIB, memories=32 * _GIB)
    line = said(machine(used=used))[-1]
    assert line.startswith("m7i.2xlarge: 1.2 of 8 cores, 5.0 of 32 GiB used at most: ")
    assert line.endswith("would have cost a quarter") or "would have cost 2" in line


def test_a_machine_that_was_needed_gets_no_advice() -> None:
    busy = MachineUse(cpu=7.5, cpus=8, memory=5 * _GIB, memories=32 * _GIB)
    assert said(machine(used=busy))[-1].endswith("used at most")
    full = MachineUse(cpu=1.0, cpus=8, memory=30 * _GIB, memories=32 * _GIB)
    assert said(machine(used=full))[-1].endswith("used at most")


def test_the_most_of_all_machines_counts() -> None:
    small = MachineUse(cpu=1.0, cpus=8, memory=2 * _GIB, memories=32 * _GIB)
    large = MachineUse(cpu=1.0, cpus=8, memory=28 * _GIB, memories=32 * _GIB)
    assert "28.0 of 32 GiB" in said(machine(used=small), machine(2, used=large))[-1]


def test_a_gpu_that_nobody_used_is_said() -> None:
    idle = MachineUse(cpu=1.0, cpus=4, memory=2 * _GIB, memories=16 * _GIB, gpu=0.0, gpu_memories=22 * _GIB)
    line = said(machine(type="g5.xlarge", price=1.006, used=idle))[-1]
    assert "0% of the GPU, 0.0 of 22 GiB of GPU memory" in line
    assert "would have cost" in line
    busy = MachineUse(cpu=1.0, cpus=4, memory=2 * _GIB, memories=16 * _GIB, gpu=0.9, gpu_memories=22 * _GIB)
    assert "would have cost" not in said(machine(type="g5.xlarge", price=1.006, used=busy))[-1]


def test_several_gpus_are_counted_and_a_machine_with_fewer_is_no_advice() -> None:
    use = MachineUse(
        cpu=2.0, cpus=48, memory=9 * _GIB, memories=192 * _GIB, gpu=3.5, gpu_memory=_GIB, gpu_memories=64 * _GIB
    )
    line = said(machine(type="g4dn.12xlarge", price=3.912, used=use))[-1]
    assert "3.5 of 4 GPUs, 1.0 of 64 GiB of GPU memory" in line
    assert "g4dn.xlarge" not in line


def test_spot_machines_say_what_they_saved() -> None:
    plan = Plan("ec2", "us-east-1", (Offer("g5.xlarge", "spot", 0.4, ceiling=1.006),), 2, worst=4.0)
    spot = machine(type="g5.xlarge", market="spot", price=0.4)
    assert "spot machines saved $0.61" in said(spot, plan=plan)


def test_a_machine_that_failed_is_named_with_its_reason() -> None:
    lost = machine(reason="AWS ended it (Server.InternalError)")
    assert "m1 failed: AWS ended it (Server.InternalError)" in said(lost, machine(2))
    assert "m1 and 1 more of 3 machines failed: AWS ended it (Server.InternalError)" in said(lost, lost, machine(3))


def test_machines_that_were_taken_back_are_counted() -> None:
    taken = machine(market="spot", reason="reclaimed: AWS took the spot machine back")
    assert "1 of 2 machines was taken back by the spot market" in said(taken, machine(2))
    told = machine(2, market="spot", reason="spot machine taken away at 04:50:09 UTC")
    assert "2 of 3 machines were taken back by the spot market" in said(taken, told, machine(3))
