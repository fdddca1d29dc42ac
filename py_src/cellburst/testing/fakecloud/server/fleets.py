"""CreateFleet of type instant: allocation over types and zones, with an error for each place that had nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cellburst.testing.fakecloud.server import account, types
from cellburst.testing.fakecloud.server.asked import Answer, Asked, ec2_answer
from cellburst.testing.fakecloud.server.launches import Launches, Refused, check_user_data
from cellburst.testing.fakecloud.server.templates import template_data
from cellburst.testing.fakecloud.server.types import Type

_CONFIG = re.compile(r"LaunchTemplateConfigs\.(\d+)\.(.*)")
_OVERRIDE = re.compile(r"Overrides\.(\d+)\.(.*)")
_ORDERED = ("prioritized", "capacity-optimized-prioritized")


@dataclass(frozen=True)
class Place:
    """One override of a template: a type in a zone. ``data`` is the template's with the override's changes."""

    template: dict[str, str]
    data: dict[str, Any]
    kind: Type
    zone: str
    subnet: str
    priority: float
    limit: float | None

    def told(self) -> str:
        """As EC2 writes it beside instances and errors."""
        return (
            f"<launchTemplateAndOverrides><launchTemplateSpecification>"
            f"<launchTemplateId>{self.template.get('LaunchTemplateId', '')}</launchTemplateId>"
            f"<version>{self.template.get('Version', '')}</version></launchTemplateSpecification><overrides>"
            f"<instanceType>{self.kind.name}</instanceType><availabilityZone>{self.zone}</availabilityZone>"
            f"<subnetId>{self.subnet}</subnetId></overrides></launchTemplateAndOverrides>"
        )


def create(request: Asked, launches: Launches, price: Callable[[Type, str, str], float]) -> Answer:
    """CreateFleet. ``price`` of a type, zone and market."""
    given = request.parameters
    if given.get("Type") != "instant":
        raise Refused("InvalidParameterValue", "the fake cloud has fleets of type instant only")
    places = list(_places(request, launches))
    start = "TargetCapacitySpecification."
    total = int(given.get(f"{start}TotalTargetCapacity", 0))
    default = str(given.get(f"{start}DefaultTargetCapacityType") or "on-demand")
    wanted = {"spot": int(given.get(f"{start}SpotTargetCapacity", 0))}
    wanted["on-demand"] = int(given.get(f"{start}OnDemandTargetCapacity", 0))
    wanted[default] += max(0, total - sum(wanted.values()))
    errors, made = "", ""
    for market, count in wanted.items():
        options = "SpotOptions." if market == "spot" else "OnDemandOptions."
        ordered = _ordered(places, str(given.get(f"{options}AllocationStrategy", "")), market, price)
        found, missed = _fill(request, launches, ordered, market, count)
        errors += missed
        made += found
    fleet = f"fleet-{launches.unique()}"
    inside = f"<fleetId>{fleet}</fleetId><errorSet>{errors}</errorSet><fleetInstanceSet>{made}</fleetInstanceSet>"
    return ec2_answer("CreateFleet", inside)


def _places(request: Asked, launches: Launches) -> Iterator[Place]:
    configs: dict[int, dict[str, Any]] = {}
    for name, value in request.parameters.items():
        if match := _CONFIG.match(name):
            configs.setdefault(int(match[1]), {})[match[2]] = value
    for _, config in sorted(configs.items()):
        start = "LaunchTemplateSpecification."
        template = {name.removeprefix(start): str(value) for name, value in config.items() if name.startswith(start)}
        data = template_data(request.region, template)
        check_user_data(str(data.get("UserData") or ""))
        overrides: dict[int, dict[str, Any]] = {}
        for name, value in config.items():
            if match := _OVERRIDE.match(name):
                overrides.setdefault(int(match[1]), {})[match[2]] = value
        for number, override in sorted(overrides.items()) or [(0, {})]:
            yield _place(request, launches, template, {**data, **override}, override, number)


def _place(
    request: Asked, launches: Launches, template: dict[str, str], data: dict[str, Any], override: Any, number: int
) -> Place:
    kind = types.find(str(data.get("InstanceType")))
    if kind is None:
        raise Refused("InvalidParameterValue", f"Invalid value '{data.get('InstanceType')}' for InstanceType.")
    zone = str(override.get("Placement.AvailabilityZone") or override.get("AvailabilityZone") or "")
    subnet = str(data.get("SubnetId") or "")
    if subnet:
        zone = str(account.backend("ec2", request.region).get_subnet(subnet).availability_zone)
    zone = zone or launches.some_zone(request.region, kind, "on-demand")
    limit = override.get("MaxPrice")
    priority = float(override.get("Priority", number))
    return Place(template, data, kind, zone, subnet, priority, float(limit) if limit else None)


def _ordered(places: list[Place], strategy: str, market: str, price: Callable[[Type, str, str], float]) -> list[Place]:
    """By priority if that is asked for, else the cheapest first."""
    if strategy in _ORDERED:
        return sorted(places, key=lambda place: place.priority)
    return sorted(places, key=lambda place: price(place.kind, place.zone, market))


def _fill(request: Asked, launches: Launches, places: list[Place], market: str, count: int) -> tuple[str, str]:
    made = errors = ""
    for place in places:
        if count <= 0:
            break
        try:
            launches.check_price(place.kind, place.zone, market, place.limit)
            granted = launches.granted(place.kind, place.zone, market, 1, count)
        except Refused as error:
            errors += (
                f"<item>{place.told()}<lifecycle>{market}</lifecycle><errorCode>{error.code}</errorCode>"
                f"<errorMessage>{error}</errorMessage></item>"
            )
            continue
        ids = launches.from_template(request, place.data, place.kind.name, place.zone, place.subnet, market, granted)
        count -= granted
        listed = "".join(f"<item>{name}</item>" for name in ids)
        made += (
            f"<item>{place.told()}<lifecycle>{market}</lifecycle><instanceIds>{listed}</instanceIds>"
            f"<instanceType>{place.kind.name}</instanceType></item>"
        )
    return made, errors
