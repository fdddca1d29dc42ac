"""What more money or more time for a run comes to at worst."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from cellburst.client.connecting.connection import Connection
from cellburst.client.machines.replanning import with_more
from cellburst.errors import UsageError
from cellburst.model.machine import Machine, MachineState
from cellburst.model.plan import Plan
from tests.unit.fleet.house import RUN, START, a_plan, a_run

HAD = Machine(RUN, "m1", "t1", MachineState.ENDED, START, START + 3600, price=0.1, billed=START, ended=START + 3600)


def _more(plan: Plan | None, cost: Any = None, lifetime: Any = None, *, machines: Any = (HAD,)) -> Plan:
    run = replace(a_run(a_plan(), 1), plan=plan)
    reader = SimpleNamespace(machines=lambda run: machines)
    return with_more(run, cast(Connection, SimpleNamespace(reader=reader)), cost, lifetime, yes=True)


def test_what_was_spent_counts_beside_as_many_machines_as_before() -> None:
    plan = _more(a_plan(machines=2, worst=0.2), lifetime="2h")
    assert (plan.max_lifetime, plan.max_cost) == (7200.0, None)
    assert plan.worst == pytest.approx(0.1 + 2 * 0.1 * 2, rel=0.01)
    assert plan.notes == ("of that it has cost $0.10",)


def test_the_money_is_for_all_of_the_run() -> None:
    assert _more(a_plan(machines=2, max_cost=0.1, worst=0.1), "0.25").worst == 0.25
    with pytest.raises(UsageError, match=r"has cost \$0.10, and max_cost \$0.10 .* at least \$0.12"):
        _more(a_plan(machines=2, max_cost=0.1, worst=0.1), lifetime="2h")


def test_what_cannot_be_meant_is_refused() -> None:
    with pytest.raises(UsageError, match="no machines of its own"):
        _more(None, 3)
    with pytest.raises(UsageError, match="max_cost"):
        _more(a_plan(), "much")
    with pytest.raises(UsageError, match="12h"):
        _more(a_plan(), lifetime="40h")
