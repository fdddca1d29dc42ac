"""A run that somebody else's computer has started: its machines are followed, never launched, fed or replaced.

What its user's side says of them is the table in the bucket; EC2 says what became of them since. All that is done to
such a run from here is to end it.
"""

from __future__ import annotations

import re
from typing import Any

from msgspec.structs import asdict, replace

from cellburst.aws import names
from cellburst.aws.instances import Instance
from cellburst.fleet import effects as fx
from cellburst.fleet import facts, watching
from cellburst.fleet.effects import Effect
from cellburst.fleet.state import Life, Served
from cellburst.model.machine import Machine, MachineState, name_after
from cellburst.model.outcome import ErrorInfo, OutcomeKind, TaskResult
from cellburst.wire import fleet as wire

CANCELLED = "cancelled from another computer"
TAKEN = (wire.Enqueue, wire.CancelTasks, wire.PruneTasks, wire.Finish, facts.Tabled)
"""What is otherwise done with for such a run, by ``take``."""
_NAME = re.compile(r"m[1-9]\d{0,5}")
_SURE = 120.0  # seconds after its launch in which EC2 may not know an instance everywhere
_AGAIN = 5.0  # seconds between two looks at all outcomes of a run that is to end
_TIME_TO_SAY = 10.0  # seconds in which whoever started the run may say himself how its tasks end


def take(served: Served, fact: Any) -> list[Effect]:
    """What the controller wants of such a run, and what its user's side tells."""
    match fact:
        case wire.Enqueue():
            served.tasks.update(zip(fact.indices, fact.generations, strict=True))
        case wire.CancelTasks():
            served.revoked = True
            return [fx.Ask(served.id)]
        case wire.Finish():
            served.finishing = True
            served.tasks.clear()
        case facts.Tabled():
            for machine in fact.machines:
                _tabled(served, machine)
    return []


def _tabled(served: Served, machine: Machine) -> None:
    if not _NAME.fullmatch(machine.name):
        return
    machine = replace(machine, run=served.id)
    life = served.lives.get(machine.name)
    if life is None:
        served.lives[machine.name] = Life(machine, changed=True)
    elif life.machine.live or not machine.live:
        life.change(**asdict(machine))


def seen(served: Served, fact: facts.Seen, now: float) -> list[Effect]:
    """Take in how EC2 describes the machines of the run; some of them may be in no table."""
    served.seen = max(served.seen, fact.asked)
    for each in fact.instances:
        life = _life_of(served, each, now)
        if life is not None:
            life.missing = None
            watching.described(served, life, each, now)
    there = {each.id for each in fact.instances}
    for life in served.alive():
        if life.machine.id not in there:
            life.missing = life.missing or fact.asked
    return []


def _life_of(served: Served, found: Instance, now: float) -> Life | None:
    for life in served.lives.values():
        if life.machine.id == found.id:
            return life
    name = _name_of(found)
    known = served.lives.get(name)
    if not name or (known is not None and known.machine.id):
        return None
    what = {"id": found.id, "type": found.type, "zone": found.zone, "market": found.market, "billed": found.launched}
    if known is not None:
        known.change(state=MachineState.BOOTING, price=known.machine.price or _price(served, found), **what)
        return known
    region = served.plan.region if served.plan else ""
    deadline = names.deadline_of(found.tags) or now
    state, asked = MachineState.BOOTING, found.launched
    machine = Machine(served.id, name, found.token, state, asked, deadline, region=region, price=_price(served, found))
    served.lives[name] = Life(replace(machine, **what), changed=True)
    return served.lives[name]


def _name_of(found: Instance) -> str:
    first = found.tags.get(names.MACHINE, "")
    return name_after(first, found.index) if _NAME.fullmatch(first) else ""


def _price(served: Served, found: Instance) -> float:
    offers = [each for each in (served.plan.offers if served.plan else ()) if each.type == found.type]
    same = [each.price for each in offers if each.market == found.market]
    return max(same or [each.price for each in offers], default=0.0)


def step(served: Served, now: float) -> list[Effect]:
    """What is due at ``now``: machines that EC2 has forgotten have ended; those of a cancelled run are ended."""
    for life in list(served.alive()):
        _forgotten(served, life, now)
    if not served.revoked or served.finishing:
        return []
    served.revoked_at = served.revoked_at or now
    effects = watching.end(served, served.alive(), CANCELLED, now)
    if not any(served.alive()) and now - served.looked_again >= _AGAIN:
        served.looked_again = now
        effects.append(fx.LookAgain(served.id))
    return effects


def _forgotten(served: Served, life: Life, now: float) -> None:
    """EC2 knows an instance for about an hour after its end; when that was, its last news tell."""
    since = life.machine.billed or life.machine.requested
    if life.missing is None or now - since < _SURE or served.read < life.missing:
        return
    if life.machine.id:
        last = min(now, life.machine.deadline) if life.heard is None else life.heard
        life.change(state=MachineState.ENDED, ended=max(since, last), reason="EC2 does not know it any more")
    else:
        life.change(state=MachineState.ENDED, ended=now, reason="it was not launched")
    life.held = frozenset()


def ended_here(served: Served, now: float) -> tuple[TaskResult, ...]:
    """What is missing when the machines of a cancelled run have ended and all outcomes were looked at."""
    if not served.revoked or served.finishing or not served.tasks or any(served.alive()):
        return ()
    asked = served.looked_again
    if not asked or served.read <= asked or now - served.revoked_at < _TIME_TO_SAY:
        return ()
    error = ErrorInfo("RunCancelled", "cancelled here: the run was started on another computer")
    return tuple(TaskResult(i, g, 0, OutcomeKind.CANCELLED, now, 0.0, error=error) for i, g in served.tasks.items())


def over(served: Served) -> bool:
    """Whether there is nothing left to follow."""
    told = not any(life.changed for life in served.lives.values())
    return served.guest and served.finishing and told and not any(served.alive())
