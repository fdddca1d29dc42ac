"""What came of a request to launch: machines, none for certain, or nobody knows."""

from __future__ import annotations

from collections.abc import Sequence

from cellburst.aws.instances import DEAD, Instance, Refused
from cellburst.fleet import launching, offers
from cellburst.fleet.effects import Effect, End
from cellburst.fleet.facts import Answered, Declined, Unanswered
from cellburst.fleet.state import CallState, Served
from cellburst.model.machine import MachineState

_AGAIN = 5.0  # seconds between two askings with the same token
_PAUSE = 2.0  # seconds after the first refusal for too many calls; doubled with each, up to
_LONGEST_PAUSE = 60.0
_DENIED = 60.0  # seconds; somebody may change what is allowed
_NEW_PROFILE = 3.0  # seconds between tries with a profile that IAM has just made
_NEW_PROFILE_TRIES = 40


def answered(served: Served, fact: Answered, now: float) -> list[Effect]:
    """Instances were launched: those that are no longer wanted end at once."""
    call = served.calls.pop(fact.token, None)
    if call is None:
        return []
    served.pauses = 0
    effects = adopt(served, call.names, fact.instances, now)
    missing = [name for name in call.names if served.lives[name].state is MachineState.REQUESTING]
    if missing:
        text = "no capacity for more"
        plan = served.plan
        if plan is not None:
            served.cooling.update(offers.cooled(plan, call.offer, Refused.CAPACITY, text, now))
        launching.park_names(served, missing, text)
    else:
        served.cooling.pop(call.offer, None)
    return effects


def adopt(served: Served, names: Sequence[str], instances: Sequence[Instance], now: float) -> list[Effect]:
    """Machines get the instances of their request, each by its place in it."""
    unwanted = []
    for each in instances:
        life = served.lives.get(names[each.index]) if each.index < len(names) else None
        if life is None or (life.machine.id and life.machine.id != each.id) or not life.machine.live:
            if each.state not in DEAD:
                unwanted.append(each.id)
            continue
        if not life.machine.id:
            life.change(
                id=each.id,
                state=MachineState.BOOTING,
                billed=each.launched or now,
                zone=each.zone or life.machine.zone,
                reason="waits until it has booted",
            )
        if served.over and each.state not in DEAD:
            life.asked = now
            life.change(state=MachineState.ENDING, reason="not needed any more")
            unwanted.append(each.id)
    return [End(tuple(unwanted))] if unwanted else []


def declined(served: Served, fact: Declined, now: float) -> None:
    """Nothing was launched, for certain: the same again later, fewer, something else, or nothing more at all."""
    call = served.calls.get(fact.token)
    plan = served.plan
    if call is None:
        return
    if call.since or fact.reason is Refused.MISMATCH:  # an earlier asking may have launched what this one did not
        call.since = call.since or now
        call.state, call.last = CallState.UNKNOWN, True
        return
    if fact.reason is Refused.NOT_YET and call.tries < _NEW_PROFILE_TRIES and not served.over:
        call.state, call.again = CallState.HELD, now + _NEW_PROFILE
        return
    if fact.reason in {Refused.THROTTLED, Refused.EXPIRED, Refused.DENIED} and not served.over:
        _pause(served, fact, now)
        launching.park(served, call, served.waits)
        return
    text = _plain(fact)
    launching.park(served, call, text)
    if plan is None:
        return
    if fact.reason in {Refused.CAPACITY, Refused.QUOTA} and call.least > 1:
        served.cooling[call.offer] = (now, text)  # at once again, for as many as there are
    else:
        served.cooling.update(offers.cooled(plan, call.offer, fact.reason, text, now))


def _pause(served: Served, fact: Declined, now: float) -> None:
    served.pauses += 1
    pause = min(_PAUSE * 2**served.pauses, _LONGEST_PAUSE)
    served.paused = now + (_DENIED if fact.reason is Refused.DENIED else pause)
    served.waits = (
        f"AWS wants fewer calls for now ({fact.code}); asked again within a minute"
        if fact.reason is Refused.THROTTLED
        else fact.text
    )


def _plain(fact: Declined) -> str:
    said = {
        Refused.CAPACITY: "no capacity",
        Refused.QUOTA: "the account's quota of cores is used up",
        Refused.PRICE: "the spot price is above the limit",
        Refused.UNSUPPORTED: "not offered there",
    }
    way = "; AWS's Service Quotas console raises it" if fact.reason is Refused.QUOTA else ""
    return f"{said[fact.reason]} ({fact.code}{way})" if fact.reason in said else fact.text


def unanswered(served: Served, fact: Unanswered, now: float) -> None:
    """Nobody knows: asked again with the same token, and looked for by it."""
    call = served.calls.get(fact.token)
    if call is not None:
        call.since = call.since or now
        call.state, call.again = CallState.UNKNOWN, now + _AGAIN
        for name in call.names:
            served.lives[name].change(reason="EC2 has not answered; it is asked again")
