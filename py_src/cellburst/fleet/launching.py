"""Getting machines: the intent first, then the call, then what came of it. Nothing is ever asked for twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from cellburst.aws.ec2 import MOST_AT_ONCE
from cellburst.fleet import money, offers
from cellburst.fleet.effects import Effect, Launch
from cellburst.fleet.state import Call, CallState, Life, Served, number
from cellburst.model.machine import Machine, MachineState
from cellburst.model.money import dollars
from cellburst.model.plan import Offer, Plan

SURE = 120.0
"""Seconds of descriptions without an instance, after which a request without an answer has launched none."""
_LEAST_LIFE = 300.0  # seconds; a request is not repeated for machines that would live shorter

NewToken = Callable[[], str]


def ask(served: Served, count: int, larger: int, no_spot: bool, now: float, new_token: NewToken) -> None:
    """Make intents for so many machines more, as far as there are offers and money; else say why not."""
    plan = served.plan
    assert plan is not None
    choice = [o for o in offers.eligible(plan, larger, no_spot) if served.cooling.get(o, (0.0, ""))[0] < offers.FOREVER]
    if not choice:
        _no_offer(served, plan, larger, no_spot)
        return
    there = Counter(life.machine.zone for life in served.alive())
    batches = offers.spread(choice, served.cooling, now, count, MOST_AT_ONCE, there)
    if not batches:
        served.waits = f"{offers.waiting(choice, served.cooling)}; asked again every few minutes"
        return
    for offer, share in batches:
        machines = [life.machine for life in served.lives.values()]
        paid, lifetime = money.affordable(plan, machines, offer, share)
        if paid <= 0:
            served.waits = _no_money(plan, machines, now)
            if not any(life.machine.id for life in served.alive()) and not served.calls:
                more = "--max-lifetime" if plan.max_cost is None else "--max-cost"
                served.halted = f"{served.waits}; results so far are kept, `%remote retry {more}` goes on with more"
            return
        served.waits = ""
        _intend(served, plan, offer, paid, now + lifetime, now, new_token)


def _intend(
    served: Served, plan: Plan, offer: Offer, count: int, deadline: float, now: float, new_token: NewToken
) -> None:
    """One request's intent: machines without a gap in their numbers, under one token."""
    names = _names(served, count)
    if len(names) < count:
        rest = count - len(names)
        _request(served, plan, offer, names, deadline, now, new_token)
        _intend(served, plan, offer, rest, deadline, now, new_token)
        return
    _request(served, plan, offer, names, deadline, now, new_token)


def _request(
    served: Served,
    plan: Plan,
    offer: Offer,
    names: Sequence[str],
    deadline: float,
    now: float,
    new_token: NewToken,
) -> None:
    whole = len(names) if served.cooling.get(offer, (0.0, ""))[1] == "" else 1
    token = f"{new_token()}-{len(names)}-{whole}"
    for name in names:
        life = served.lives.get(name)
        fields = {
            "token": token,
            "requested": now,
            "deadline": float(int(deadline)),
            "type": offer.type,
            "region": plan.region,
            "zone": offer.zone,
            "market": offer.market,
            "price": offer.price,
            "workers": workers(plan, offer),
            "reason": "",
        }
        if life is None:
            machine = Machine(served.id, name, state=MachineState.REQUESTING, **fields)  # type: ignore[arg-type]
            served.lives[name] = Life(machine, changed=True)
        else:
            life.change(**fields)
    served.calls[token] = Call(token, tuple(names), offer, whole, CallState.INTENT)


def workers(plan: Plan, offer: Offer) -> int:
    """How many tasks run on a machine at once."""
    return plan.workers or offer.gpus or offer.cpus or 1


def _names(served: Served, count: int) -> list[str]:
    """Machines that were asked for in vain and wait, if some follow on each other; else new ones."""
    parked = sorted(number(life.machine.name) for life in waiting(served))
    if parked:
        row = [parked[0]]
        for each in parked[1:]:
            if each != row[-1] + 1 or len(row) == count:
                break
            row.append(each)
        return [f"m{each}" for each in row[:count]]
    first = max((number(name) for name in served.lives), default=0) + 1
    return [f"m{each}" for each in range(first, first + count)]


def waiting(served: Served) -> list[Life]:
    """Machines for which no request is under way."""
    busy = served.calling()
    return [
        life
        for life in served.lives.values()
        if life.state is MachineState.REQUESTING and life.machine.name not in busy
    ]


def _no_offer(served: Served, plan: Plan, larger: int, no_spot: bool) -> None:
    said = offers.waiting(offers.eligible(plan, larger, no_spot), served.cooling)
    served.halted = f"no machine of the plan can be had: {said or 'it has none that fits'}"


def _no_money(plan: Plan, machines: Sequence[Machine], now: float) -> str:
    cost = dollars(sum(machine.cost(now) for machine in machines))
    live = any(machine.id and machine.live for machine in machines)
    rest = f"{cost} spent, the rest may be needed by those that run" if live else f"{cost} spent"
    number, minutes = f"{plan.machines} machine{'s' if plan.machines > 1 else ''}", plan.max_lifetime / 60
    most = f"{dollars(money.limit(plan))} of this run ({number} for {minutes:.3g} min)"
    return f"the {most} do not pay for another machine ({rest})"


# what was committed, and what was answered


def committed(served: Served, serial: int, now: float) -> list[Effect]:
    """Intents with this serial are on record: now EC2 may be asked, if that is still wanted."""
    effects: list[Effect] = []
    for call in [each for each in served.calls.values() if each.state is CallState.INTENT and each.serial == serial]:
        if served.over:
            park(served, call, "not needed any more")
        else:
            effects.append(_send(served, call, now))
    return effects


def _send(served: Served, call: Call, now: float) -> Launch:
    call.state = CallState.SENT
    call.tries += 1
    machines = tuple(served.lives[name].machine for name in call.names)
    plan = served.plan
    assert plan is not None
    return Launch(served.id, call.token, machines, call.least, call.offer, offers.step_of(plan, call.offer.type))


def repeat(served: Served, wanted: bool, now: float) -> list[Effect]:
    """Ask again, with the same token, what was not answered; give up what nobody has heard of for long enough."""
    effects: list[Effect] = []
    for call in list(served.calls.values()):
        unknown = call.state is CallState.UNKNOWN
        if call.state is CallState.HELD and served.over:
            park(served, call, "not needed any more")
        elif (unknown and wanted and _may_repeat(served, call, now)) or _held_long_enough(call, now):
            effects.append(_send(served, call, now))
        elif unknown and now - call.since >= SURE and served.seen >= call.since + SURE:
            del served.calls[call.token]
            for name in call.names:  # the token stays theirs, should an instance come up after all
                _never(served.lives[name], now)
    return effects


def _held_long_enough(call: Call, now: float) -> bool:
    return call.state is CallState.HELD and now >= call.again


def _may_repeat(served: Served, call: Call, now: float) -> bool:
    deadline = served.lives[call.names[0]].machine.deadline
    ready = served.prepared and bool(call.offer.type) and not call.last
    return ready and now >= call.again and deadline - now > _LEAST_LIFE


def _never(life: Life, now: float) -> None:
    if life.state is MachineState.REQUESTING:
        life.change(state=MachineState.ENDED, ended=now, reason="it was not launched")


def recall(served: Served, now: float) -> None:
    """Requests that somebody before us may have sent."""
    groups: dict[str, list[str]] = {}
    for life in served.lives.values():
        if life.machine.token:
            groups.setdefault(life.machine.token, []).append(life.machine.name)
    for token, names in groups.items():
        first = next((served.lives[n].machine for n in names if served.lives[n].state is MachineState.REQUESTING), None)
        if first is not None:
            least = int(token.rpartition("-")[2]) if token.rpartition("-")[2].isdigit() else len(names)
            ordered = tuple(sorted(names, key=number))
            call = Call(token, ordered, _offer_of(served.plan, first), least, CallState.UNKNOWN, since=now)
            served.calls[token] = call


def _offer_of(plan: Plan | None, machine: Machine) -> Offer:
    for offer in plan.offers if plan else ():
        if (offer.type, offer.market, offer.zone) == (machine.type, machine.market, machine.zone):
            return offer
    return Offer("", machine.market, machine.price, machine.zone)  # nobody asks for this one


def park(served: Served, call: Call, text: str) -> None:
    """The machines of a request that launched nothing wait, or are let go."""
    del served.calls[call.token]
    park_names(served, call.names, text)


def park_names(served: Served, names: Sequence[str], text: str) -> None:
    """Let machines wait that were asked for in vain."""
    for name in names:
        life = served.lives[name]
        if life.state is MachineState.REQUESTING:
            life.change(token="", reason=text)


def release(served: Served, count: int, now: float, why: str = "not needed any more") -> None:
    """Let machines go that wait to be asked for, the newest first."""
    for life in sorted(waiting(served), key=lambda life: -number(life.machine.name))[:count]:
        life.change(state=MachineState.ENDED, ended=now, reason=why)
