"""What a run's machines cost, and whether they were the right ones: a few sentences for its end."""

from __future__ import annotations

from collections.abc import Sequence

from cellburst.model.machine import Fleet, Machine, MachineUse, taken_back
from cellburst.model.money import dollars
from cellburst.model.plan import Plan
from cellburst.pricing.catalogue import MachineType, bundled

_ENOUGH = 0.6  # of what was there: whoever used more had the right machine
_ROOM = 1.25  # times what was used, that a smaller machine must have
_LOST = ("AWS ended", "it said nothing", "it has said nothing", "it was not set up", "ended from", "EC2 does not know")
_WORTH = 0.75  # of the price: a smaller machine that costs more than that is not worth a word
_GIB = 1 << 30


def report(
    machines: Sequence[Machine], fleet: Fleet, now: float, tasks: int = 0, plan: Plan | None = None
) -> list[str]:
    """Sentences on machine-hours, dollars, dollars a task, and the use of what was paid; none without a machine.

    ``tasks`` is how many succeeded; ``now`` is wall seconds.
    """
    had = [machine for machine in machines if machine.billed is not None]
    if not had:
        return []
    said = [_bill(had, fleet, tasks, plan)]
    if lost := sum(machine.market == "spot" and taken_back(machine.reason) for machine in had):
        said.append(f"{lost} of {len(had)} machines {'was' if lost == 1 else 'were'} taken back by the spot market")
    if gone := [machine for machine in had if not machine.live and machine.reason.startswith(_LOST)]:
        others = f" and {len(gone) - 1} more of {len(had)} machines" if len(gone) > 1 else ""
        said.append(f"{gone[0].name}{others} failed: {gone[0].reason}")
    if saved := _saved(had, now, plan):
        said.append(saved)
    return said + _use(had)


def _bill(had: Sequence[Machine], fleet: Fleet, tasks: int, plan: Plan | None) -> str:
    each = f", {dollars(fleet.cost / tasks)} a task" if tasks > 1 else ""
    least = f" of at most {dollars(plan.worst)}" if plan is not None else ""
    count = f"{len(had)} machine" if len(had) == 1 else f"{len(had)} machines"
    live = sum(machine.live for machine in had)
    ending = f"; {live} {'has' if live == 1 else 'have'} not ended yet" if live else ""
    return f"{count}, {fleet.hours:.2f} machine-hours, {dollars(fleet.cost)}{least}{each}{ending}"


def _saved(had: Sequence[Machine], now: float, plan: Plan | None) -> str:
    """How much less than on demand spot machines were."""
    full = {offer.type: offer.dearest for offer in plan.offers if offer.market == "spot"} if plan else {}
    spot = [machine for machine in had if machine.market == "spot" and machine.type in full]
    paid = sum(machine.cost(now) for machine in spot)
    listed = sum(full[machine.type] * machine.seconds(now) / 3600 for machine in spot)
    return f"spot machines saved {dollars(listed - paid)}" if listed - paid >= 0.005 else ""


def _use(had: Sequence[Machine]) -> list[str]:
    """What was used of each type at most, and which smaller one would have done."""
    said = []
    for kind in dict.fromkeys(machine.type for machine in had):
        used = [machine.used for machine in had if machine.type == kind and machine.used is not None]
        if used:
            said += _of_type(kind, _most(used))
    return said


def _most(used: Sequence[MachineUse]) -> MachineUse:
    return MachineUse(
        max(use.cpu for use in used),
        max(use.cpus for use in used),
        max(use.memory for use in used),
        max(use.memories for use in used),
        max(use.gpu for use in used),
        max(use.gpu_memory for use in used),
        max(use.gpu_memories for use in used),
    )


def _of_type(kind: str, use: MachineUse) -> list[str]:
    parts = []
    if use.cpus:
        parts.append(f"{use.cpu:.1f} of {use.cpus} core{'s' if use.cpus > 1 else ''}")
    if use.memories:
        parts.append(f"{use.memory / _GIB:.1f} of {use.memories / _GIB:.0f} GiB")
    if use.gpu_memories:
        gpu = f"{use.gpu_memory / _GIB:.1f} of {use.gpu_memories / _GIB:.0f} GiB of GPU memory"
        count = _gpus(kind)
        parts.append(f"{use.gpu:.0%} of the GPU, {gpu}" if count == 1 else f"{use.gpu:.1f} of {count} GPUs, {gpu}")
    if not parts:
        return []
    hint = _smaller(kind, use)
    return [f"{kind}: {', '.join(parts)} used at most{': ' + hint if hint else ''}"]


def _smaller(kind: str, use: MachineUse) -> str:
    """The cheapest type that would have been enough, if it is much cheaper."""
    catalogue = bundled()
    had = catalogue.types.get(kind)
    if had is None or kind not in catalogue.on_demand or _well_used(use, _gpus(kind)):
        return ""
    price = catalogue.on_demand[kind].dollars
    enough = [
        (catalogue.on_demand[other.name].dollars, -other.cpus, other.name)
        for other in catalogue.types.values()
        if _enough(other, had, use)
    ]
    if not enough or min(enough)[0] > price * _WORTH:
        return ""
    cheaper, _, name = min(enough)
    return f"{name} would have cost {_share(cheaper / price)}"


def _gpus(kind: str) -> int:
    found = bundled().types.get(kind)
    return max(1, found.gpus) if found is not None else 1


def _well_used(use: MachineUse, gpus: int) -> bool:
    """Whether any of what was paid for was needed, as far as it is known."""
    shares = (
        use.cpu / use.cpus if use.cpus else 0.0,
        use.memory / use.memories if use.memories else 0.0,
        use.gpu / gpus,
        use.gpu_memory / use.gpu_memories if use.gpu_memories else 0.0,
    )
    return max(shares[:2]) > _ENOUGH and (not use.gpu_memories or max(shares[2:]) > _ENOUGH)


def _enough(other: MachineType, had: MachineType, use: MachineUse) -> bool:
    unused_gpu = not had.gpus or (use.gpu_memories > 0 and use.gpu < 0.01 and use.gpu_memory < _GIB / 2)
    same_gpu = other.gpu == had.gpu and other.gpus == had.gpus  # as many tasks at once, and as many for each
    return (
        other.arch == had.arch
        and not other.burstable
        and other.memory >= use.memory * _ROOM
        and other.cpus >= use.cpu * 1.1
        and (not other.gpus if unused_gpu else same_gpu)
    )


def _share(part: float) -> str:
    """``"a third"``, ``"half"``, ``"20 %"``: of the price."""
    for share, words in ((1 / 2, "half"), (1 / 3, "a third"), (1 / 4, "a quarter"), (2 / 3, "two thirds")):
        if abs(part - share) < 0.03:
            return words
    return f"{part:.0%}"
