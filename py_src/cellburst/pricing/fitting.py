"""Which types of machines fit a target, and what they are offered for, cheapest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from cellburst.errors import UsageError
from cellburst.model.plan import Offer
from cellburst.model.target import Target
from cellburst.pricing.catalogue import Catalogue, MachineType
from cellburst.targets.builtin import wants
from cellburst.targets.naming import nearest

_TYPES = 4  # that are offered where the user named none
_NEAR = 1.3  # times the cheapest one's price, for them to be offered beside it
_STEPS = (2, 4)  # times the memory, for tasks that were out of it
_LESS = {"gpus": 1, "memory": None, "cpus": None}
_LEAST = (2, 4 * 10**9)  # cores and bytes of a machine where nothing was asked for


class Fit(Struct, frozen=True):
    """A type that fits: dollars an hour on demand, and on the spot market where it is cheapest (None: not known)."""

    type: MachineType
    price: float
    spot: float | None = None


def fitting(target: Target, catalogue: Catalogue) -> tuple[Offer, ...]:
    """Offers for the target in the order in which they are to be tried.

    Raises UsageError if no type fits, its price is not known, or it is above max_price.
    """
    types = [catalogue.find(name) for name in target.instance_type] or _cheapest(target, catalogue)
    _check_one_arch(types, target)
    if target.escalate:
        types = [*types, *_larger(types, catalogue)]
    offers = [*_spot(types, target, catalogue), *_on_demand(types, target, catalogue)]
    affordable = [offer for offer in offers if target.max_price is None or offer.price <= target.max_price]
    if not affordable:
        least = min(offers, key=lambda offer: offer.price)
        said = f"max_price ${target.max_price:g} is below every offer: the cheapest is {_priced(least)}"
        spot = min(_spot(types, replace(target, spot_policy="spot"), catalogue), key=lambda offer: offer.price)
        cheaper = f"; with --spot-policy spot, {_priced(spot)}" if spot.price < least.price else ""
        raise UsageError(f"{said}{cheaper}")
    return tuple(affordable)


def _priced(offer: Offer) -> str:
    return f"{offer.type} {'on demand' if offer.market == 'on-demand' else offer.market} for ${offer.price:g} an hour"


def fits(target: Target, catalogue: Catalogue, *, burstable: bool = False) -> list[Fit]:
    """Every type with a price that the target names, or that has what it wants, the cheapest first.

    That is by spot price for spot targets.
    """
    _check_gpu(target, catalogue)
    found = [
        Fit(kind, catalogue.on_demand[name].dollars, _lowest_spot(name, target, catalogue))
        for name, kind in catalogue.types.items()
        if name in catalogue.on_demand and _fits(kind, target, burstable)
    ]
    spot = target.spot_policy != "on-demand"
    return sorted(found, key=lambda fit: (_paid(fit, spot), -fit.type.cpus, -fit.type.memory, fit.type.name))


def _paid(fit: Fit, spot: bool) -> float:
    return fit.spot if spot and fit.spot is not None else fit.price


def _cheapest(target: Target, catalogue: Catalogue) -> list[MachineType]:
    found = fits(target, catalogue)
    if not found and not catalogue.on_demand:
        raise _no_price(catalogue)
    if not found:
        said = f"no type of machine in {catalogue.region} has {wants(target) or 'what is asked for'}"
        raise UsageError(f"{said}{_nearest_to(target, catalogue)}")
    spot = target.spot_policy != "on-demand"
    most = _paid(found[0], spot) * _NEAR
    return [fit.type for fit in found if _paid(fit, spot) <= most][:_TYPES]


def _larger(types: Sequence[MachineType], catalogue: Catalogue) -> list[MachineType]:
    """For what was out of memory: the cheapest with twice the memory of the first type, and the one with four times."""
    base, most = types[0], max(kind.memory for kind in types)
    found: list[MachineType] = []
    for times in _STEPS:
        enough = [
            kind
            for kind in catalogue.types.values()
            if kind.name in catalogue.on_demand
            and kind.memory >= max(base.memory * times, most + 1)
            and (kind.arch, kind.gpu, kind.burstable) == (base.arch, base.gpu, False)
            and kind.cpus >= base.cpus
            and kind.gpus >= base.gpus
        ]
        if enough:
            found.append(min(enough, key=lambda kind: (catalogue.on_demand[kind.name].dollars, kind.name)))
    return list(dict.fromkeys(found))


def _fits(kind: MachineType, target: Target, burstable: bool) -> bool:
    if target.instance_type:
        return kind.name in target.instance_type
    return _has(kind, target) and (burstable or not kind.burstable)


def _has(kind: MachineType, target: Target) -> bool:
    gpus = target.gpus or (1 if target.gpu else 0)
    return (
        kind.cpus >= (target.cpus or _LEAST[0])
        and kind.memory >= (target.memory or _LEAST[1])
        and kind.arch == (target.arch or "x86_64")
        and (kind.gpus >= gpus if gpus else not kind.gpus)
        and (not target.gpu or kind.gpu == target.gpu)
    )


def _nearest_to(target: Target, catalogue: Catalogue) -> str:
    """What could be had if one of the wishes were smaller; "" if that is not enough."""
    for wish, unit, size in (("gpus", "GPUs", 1), ("memory", "GiB of memory", 1 << 30), ("cpus", "cores", 1)):
        if getattr(target, wish):
            smaller = replace(target, **{wish: _LESS[wish]})
            enough = [
                kind for kind in catalogue.types.values() if kind.name in catalogue.on_demand and _has(kind, smaller)
            ]
            if enough:
                best = max(enough, key=lambda kind: (getattr(kind, wish), -catalogue.on_demand[kind.name].dollars))
                return f"; the nearest is {best.name} with {getattr(best, wish) / size:g} {unit}"
    return ""


def _check_gpu(target: Target, catalogue: Catalogue) -> None:
    known = sorted({kind.gpu for kind in catalogue.types.values() if kind.gpu})
    if target.gpu and target.gpu not in known:
        raise UsageError(
            f"gpu: no machine has a {target.gpu!r}{nearest(target.gpu, known)}; there are {', '.join(known)}"
        )


def _check_one_arch(types: Sequence[MachineType], target: Target) -> None:
    first = types[0]
    for kind in types:
        if kind.arch != first.arch:
            said = f"{first.name} is {first.arch} and {kind.name} is {kind.arch}"
            raise UsageError(f"instance_type: {said}; all machines of a target are of one architecture")
    if target.arch and target.arch != first.arch:
        raise UsageError(f"arch: {first.name} is {first.arch}, not {target.arch}; leave arch out")


def _on_demand(types: Sequence[MachineType], target: Target, catalogue: Catalogue) -> Iterator[Offer]:
    if target.spot_policy == "spot":
        return
    for kind in types:
        price = _price(kind, catalogue)
        for zone in target.zones or ("",):
            yield _offer(kind, Offer(kind.name, "on-demand", price, zone))


def _spot(types: Sequence[MachineType], target: Target, catalogue: Catalogue) -> Iterator[Offer]:
    """Nothing above the on-demand price is bid, nor above max_price."""
    if target.spot_policy == "on-demand":
        return
    for kind in types:
        most = _price(kind, catalogue)
        ceiling = most if target.max_price is None else min(most, target.max_price)
        zones = {zone: price.dollars for zone, price in catalogue.spot.get(kind.name, {}).items()}
        wanted = target.zones or tuple(sorted(zones, key=lambda zone: (zones[zone], zone))) or ("",)
        for zone in wanted:
            price = min(zones.get(zone, most), most)
            yield _offer(kind, Offer(kind.name, "spot", price, zone, ceiling=max(price, ceiling)))


def _offer(kind: MachineType, offer: Offer) -> Offer:
    return Offer(
        offer.type,
        offer.market,
        offer.price,
        offer.zone,
        kind.cpus,
        kind.memory,
        kind.gpus,
        kind.gpu,
        kind.gpu_memory,
        kind.arch,
        offer.ceiling or offer.price,
    )


def _price(kind: MachineType, catalogue: Catalogue) -> float:
    found = catalogue.on_demand.get(kind.name)
    if found is None:
        raise _no_price(catalogue, kind.name)
    return found.dollars


def _no_price(catalogue: Catalogue, name: str = "") -> UsageError:
    if name in catalogue.asked:
        return UsageError(f"AWS has no {name} in {catalogue.region}; take another type, or another region")
    what = f"what {name} costs in {catalogue.region}" if name else f"the prices of {catalogue.region}"
    how = f"`cellburst targets types --region {catalogue.region} --refresh` asks AWS"
    return UsageError(f"nobody has asked yet for {what}, and nothing is started without its price; {how}")


def _lowest_spot(name: str, target: Target, catalogue: Catalogue) -> float | None:
    found = catalogue.spot.get(name, {})
    return min((price.dollars for zone, price in found.items() if zone in (target.zones or found)), default=None)
