"""One plain sentence for what a run's waiting tasks wait for."""

from __future__ import annotations

from cellburst.aws.errors import NO_ANSWER, NO_NETWORK
from cellburst.fleet import launching, offers, watching
from cellburst.fleet.state import ALIVE, Served
from cellburst.model.machine import MachineState

_UNREAD = 45.0  # seconds since the bucket was last read; that is done each second or two
_SLOW = 180.0  # seconds; EC2 boots a machine in less than one minute, as a rule


def standing(served: Served, now: float) -> str:
    """ "" when tasks wait for their turn alone, or nothing waits."""
    if not served.tasks:
        return ""
    if served.disturbed:
        return away(served.disturbed, any(life.machine.id for life in served.alive()), served.made_up)
    if served.over:
        return ""
    if served.read and now - served.read > _UNREAD:
        return away(NO_ANSWER, any(life.machine.id for life in served.alive()), served.made_up)
    if not served.prepared:
        doing = "its bucket is being read" if served.guest else "what the tasks need is being sent"
        return served.halted or served.waits or doing
    states = [life.state for life in served.alive()]
    if served.guest and not states:
        return "no machine of it is left; where it was started others may be got, and `%remote cancel` ends it here"
    return "; ".join(filter(None, (_there(served, states, now), _missing(served, states)))) or _soon(states)


def _soon(states: list[MachineState]) -> str:
    """Nothing is there yet, and nothing is in the way."""
    if not states or MachineState.RUNNING in states:
        return ""
    if MachineState.REQUESTING in states:
        return "machines are being requested"
    return "its machine is about to go; then another one is asked for"


def away(text: str, machines: bool, made_up: bool = False) -> str:
    """Why the cloud cannot be asked; a network that is gone here is of no concern to machines that are there."""
    for said in (NO_NETWORK, NO_ANSWER):
        if text.startswith(said):
            if made_up:
                return "the made-up cloud does not answer; it is asked again"
            then = "Machines go on; what they do is fetched when it is back" if machines else "It is asked again"
            return f"{said}: is there a network? {then}"
    return text


def _there(served: Served, states: list[MachineState], now: float) -> str:
    """What those machines do that do not work yet, or do not seem to."""
    if MachineState.RUNNING in states:
        quiet = [life.machine.name for life in watching.quiet(served)]
        if not quiet:
            return ""
        names = ", ".join(quiet[:3]) + (f" and {len(quiet) - 3} more" if len(quiet) > 3 else "")
        after = f"replaced after {watching.FROZEN / 60:.0f} minutes"
        said = "has" if len(quiet) == 1 else "have"
        return f"{names} {said} said nothing for over a minute: tasks go to others, {after}"
    for state, said in ((MachineState.SETTING_UP, "being set up"), (MachineState.BOOTING, "booting")):
        if count := states.count(state):
            return f"{count} {'machines are' if count > 1 else 'machine is'} {said}{_slow(served, state, now)}"
    return ""


def _slow(served: Served, state: MachineState, now: float) -> str:
    """A word on machines that take longer to boot than they should."""
    if state is not MachineState.BOOTING:
        return ""
    if any(life.state is state and now - (life.machine.billed or now) > _SLOW for life in served.alive()):
        return f" for over {_SLOW / 60:.0f} minutes; after {watching.BOOTS_WITHIN / 60:.0f} it is replaced"
    return ""


def _larger(served: Served) -> str:
    """Tasks were out of memory, and the machine that they want is not there yet."""
    plan, tasks = served.plan, sum(bool(served.memory.get(index)) for index in served.tasks)
    if plan is None or not plan.escalate or not tasks:
        return ""
    if any(offers.step_of(plan, life.machine.type) for life in served.alive() if life.state in ALIVE):
        return ""
    return f"{tasks} {'task was' if tasks == 1 else 'tasks were'} out of memory: waits for a larger machine"


def _missing(served: Served, states: list[MachineState]) -> str:
    """Why there are not more."""
    why = served.halted or served.waits or _larger(served)
    waiting = len(launching.waiting(served))
    if not why or not waiting or len(states) == waiting:
        return why
    return f"{waiting} more {'machines wait' if waiting > 1 else 'machine waits'}: {why}"
