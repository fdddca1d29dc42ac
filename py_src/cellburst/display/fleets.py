"""The machines of a run in words: how many are how far, what they cost until now and at most."""

from __future__ import annotations

from collections.abc import Sequence

from cellburst.display.formatting import counted
from cellburst.model.machine import Fleet, Machine, MachineState
from cellburst.model.money import dollars

_AS_PLANNED = ("the run has ended", "not needed", "fewer tasks", "what waits needs", "it ended itself")
_LINES = 12
_ORDER = ("running", "setting up", "booting", "requesting", "ending")


def fleet_words(fleet: Fleet | None, now: float) -> list[str]:
    """``["3 of 5 machines running, 2 booting", "$0.42, $1.50 an hour, at most $4.00"]`` at wall second ``now``."""
    if fleet is None:
        return []
    live = {state: number for state, number in fleet.states.items() if state != MachineState.ENDED.value}
    total = sum(live.values())
    words = []
    if total:
        first, *others = [f"{live[state]} {state}" for state in _ORDER if state in live]
        number, _, state = first.partition(" ")
        head = counted(total, "machine") if number == str(total) else f"{number} of {counted(total, 'machine')}"
        words.append(", ".join([f"{head} {state}", *others]))
    cost = fleet.cost + fleet.rate * max(0.0, now - fleet.at) / 3600
    if cost or total:
        prices = [dollars(cost)]
        prices += [f"{dollars(fleet.rate)} an hour"] if fleet.rate else []
        prices += [f"at most {dollars(fleet.limit)}"] if fleet.limit and total else []
        words.append(", ".join(prices))
    return words


def machine_lines(machines: Sequence[Machine]) -> list[str]:
    """What there is to say of machines one by one: those that live, and those that ended otherwise than planned.

    Alike ones are one line: ``"m1, m2  requesting  m7i.large on-demand  no capacity ..."``.
    """
    alike: dict[tuple[str, ...], list[str]] = {}
    failed = [machine for machine in machines if not (machine.live or machine.reason.startswith(_AS_PLANNED))]
    for machine in machines:
        if machine.live or (machine in failed and len(failed) > 1):  # one is in the bill
            where = f"{machine.type} {machine.market} {machine.zone}".strip()
            alike.setdefault((machine.state.value, where, machine.reason), []).append(machine.name)
    lines = ["  ".join(filter(None, (_names(names), *parts))) for parts, names in alike.items()]
    return lines[:_LINES] + ([f"... {len(lines) - _LINES} more (`cellburst ps`)"] if len(lines) > _LINES else [])


def _names(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
