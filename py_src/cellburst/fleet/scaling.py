"""How many machines a run wants now, and which of them it can do without."""

from __future__ import annotations

from cellburst.fleet import launching, offers, watching
from cellburst.fleet.effects import Effect
from cellburst.fleet.state import ALIVE, Life, Served
from cellburst.model.machine import MachineState
from cellburst.model.plan import Plan

IDLE = 40.0
"""Seconds without a task after which a machine that is one too many is ended: three beats, so that it is certain."""
_LOOKS = 2  # at the bucket, after which it is known what machines of before have done
_TWICE = 2  # losses on spot machines, after which on-demand ones are asked for


def wanted(served: Served, plan: Plan) -> list[int]:
    """Machines by how many steps larger they have to be: all in all, for tasks that ran out of memory once, twice..."""
    steps = len(offers.sizes(plan)) if plan.escalate else 1
    counts = [0] * max(steps, 1)
    for index in served.tasks:
        counts[min(served.memory.get(index, 0), steps - 1) if plan.escalate else 0] += 1
    each = launching.workers(plan, plan.offers[0]) if plan.offers else 1
    machines, rest = [], 0
    for count in reversed(counts):
        rest += count
        machines.append(min(plan.machines, -(-rest // each)))
    return machines[::-1]


def hopeless(served: Served, plan: Plan) -> list[tuple[int, int]]:
    """Tasks that ran out of memory on the largest machine that the plan has."""
    if not plan.escalate:
        return []
    steps = len(offers.sizes(plan))
    return [(i, g) for i, g in served.tasks.items() if served.memory.get(i, 0) >= steps]


def on_demand(served: Served, plan: Plan) -> bool:
    """Whether a task was lost on spot machines so often that the others are taken."""
    often = (served.losses.get(index, 0) >= _TWICE for index in served.tasks)
    return plan.spot_policy == "spot_with_fallback" and any(often)


def step(served: Served, now: float, new_token: launching.NewToken) -> list[Effect]:
    """Ask for machines that are missing, and let those go that are too many."""
    plan = served.plan
    assert plan is not None
    effects: list[Effect] = []
    needs = wanted(served, plan)
    effects += _fewer(served, plan, needs, now)
    parked = launching.waiting(served)
    there = sum(not each.dying for each in served.alive() if each not in parked)
    have = [each for each in served.alive() if each.state is not MachineState.ENDING and each not in parked]
    for larger in range(len(needs) - 1, -1, -1):
        fit = [each for each in have if offers.step_of(plan, each.machine.type) >= larger]
        missing = min(needs[larger] - len(fit), plan.machines - there)
        if missing <= 0:
            continue
        unread = served.resumed and served.looks < _LOOKS
        missing -= len(served.unread(now))  # what these were to do may be done
        if served.halted or served.paused > now or not served.prepared or unread or missing <= 0:
            return effects
        launching.ask(served, missing, larger, on_demand(served, plan), now, new_token)
        _show(served, missing, now)
        return effects  # the rest with the next turn, when these are known
    served.waits = ""
    launching.release(served, len(launching.waiting(served)), now)
    return effects


def _show(served: Served, missing: int, now: float) -> None:
    """Machines that wait to be asked for say why; more of them than are missing wait for nothing."""
    parked = launching.waiting(served)
    launching.release(served, len(parked) - missing, now)
    for life in launching.waiting(served):
        life.change(reason=served.waits or life.machine.reason)


def _fewer(served: Served, plan: Plan, needs: list[int], now: float) -> list[Effect]:
    """End machines that have had nothing to do for some time, when fewer tasks wait than machines are idle."""
    up = [life for life in served.alive() if life.state in ALIVE]
    idle = sorted((life for life in up if _idle(life, served.read)), key=lambda life: -life.machine.price)
    total = max(needs, default=0)
    surplus = len(up) - max(total, len(up) - len(idle))
    effects = (
        watching.end(served, idle[:surplus], "fewer tasks wait than machines are idle", now) if surplus > 0 else []
    )
    largest = next((step for step in range(len(needs) - 1, 0, -1) if needs[step]), 0)
    if largest and len(up) >= plan.machines and not surplus:  # what waits needs more memory than an idle one has
        small = [life for life in idle if offers.step_of(plan, life.machine.type) < largest]
        effects += watching.end(served, small[: needs[largest]], "what waits needs a larger machine", now)
    return effects


def _idle(life: Life, read: float) -> bool:
    return life.idle is not None and life.state is MachineState.RUNNING and read - life.idle >= IDLE
