"""RunInstances and CreateFleet as EC2 answers them: tokens, limits, capacity; then moto makes the instances."""

from __future__ import annotations

import base64
import binascii
import hashlib
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from cellburst.testing.fakecloud.server import account, types
from cellburst.testing.fakecloud.server.asked import Answer, Asked, Reply, refusal
from cellburst.testing.fakecloud.server.lifecycle import Lifecycle
from cellburst.testing.fakecloud.server.limits import Limits
from cellburst.testing.fakecloud.server.templates import finish, instance_tags, template_data
from cellburst.testing.fakecloud.server.types import Type

MOST_USER_DATA = 16384
_RESERVATION = re.compile(rb"<reservationId>(r-[0-9a-f]+)</reservationId>")
_MARKET = "InstanceMarketOptions.MarketType"
_ZONE = "Placement.AvailabilityZone"


class Refused(Exception):
    """EC2 does not do it; ``code`` is its error's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Launches:
    """``kept`` maps a client token to the digest of its parameters and the answer."""

    lifecycle: Lifecycle
    limits: Limits
    seed: int
    kept: dict[tuple[str, str, str], tuple[str, Answer | Reply]] = field(default_factory=dict)

    def answered(self, request: Asked, make: Callable[[], Answer | Reply]) -> Answer | Reply:
        """Answer a launch, the same for the same client token; ``make`` launches."""
        token = str(request.parameters.get("ClientToken", ""))
        place = (request.region, request.action, token)
        digest = _digest(request.parameters)
        with account.lock:
            if token and place in self.kept:
                kept, answer = self.kept[place]
                return answer if kept == digest else refusal(request, "IdempotentParameterMismatch", _MISMATCH)
            try:
                answer = make()
            except Refused as error:
                return refusal(request, error.code, str(error))
            if answer.status == 200 and token:
                self.kept[place] = (digest, answer)
            return answer

    def run(self, request: Asked, moto: Callable[[], Reply]) -> Reply:
        """RunInstances."""
        given = request.parameters
        template = self._template(request)
        market = given.get(_MARKET) or template.get("InstanceMarketOptions", {}).get("MarketType") or "on-demand"
        check_user_data(given.get("UserData", ""))
        kind = _kind(given.get("InstanceType") or template.get("InstanceType") or "m1.small")
        least, most = int(given.get("MinCount", 1)), int(given.get("MaxCount", 1))
        zone = self._zone(request, kind)
        self.check_price(kind, zone, market, given.get("InstanceMarketOptions.SpotOptions.MaxPrice"))
        count = self.granted(kind, zone, market, least, most)
        changed = {**given, "MinCount": str(count), "MaxCount": str(count)}
        if not any(name.startswith(("SubnetId", "NetworkInterface")) for name in given):
            changed["SubnetId"] = default_subnet(request.region, zone)  # else moto's addresses are from anywhere
        request.replace_body(urlencode(changed).encode())
        reply = moto()
        if reply.status == 200:
            self._keep(request.region, _RESERVATION.findall(reply.body)[0].decode(), market, given, template)
        return reply

    def check_price(self, kind: Type, zone: str, market: str, limit: str | float | None) -> None:
        """Raise Refused if spot instances cost more than what somebody wants to pay at most."""
        price = self.lifecycle.price(kind, zone, market)
        if market == "spot" and limit and float(limit) < price:
            raise Refused("SpotMaxPriceTooLow", _PRICE.format(limit=limit, price=price))

    def granted(self, kind: Type, zone: str, market: str, least: int, most: int) -> int:
        """How many instances there will be; at least ``least`` or Refused."""
        allowed = self.limits.allowed(kind, market, self.lifecycle.live())
        if allowed < least:
            if market == "spot":
                raise Refused("MaxSpotInstanceCountExceeded", "Max spot instance count exceeded")
            raise Refused("VcpuLimitExceeded", _VCPU.format(kind=kind.name))
        free = self.limits.free(kind.name, zone, market, self.lifecycle.live())
        if free < least:
            raise Refused("InsufficientInstanceCapacity", _CAPACITY.format(kind=kind.name, zone=zone))
        return min(allowed, free, most)

    def _template(self, request: Asked) -> dict[str, Any]:
        names = {
            name.rpartition(".")[2]: value for name, value in request.parameters.items() if "LaunchTemplate." in name
        }
        return template_data(request.region, names) if names else {}

    def _zone(self, request: Asked, kind: Type) -> str:
        given = request.parameters
        names = ("SubnetId", "NetworkInterface.1.SubnetId", "NetworkInterface.0.SubnetId")
        subnet = next((given[name] for name in names if given.get(name)), "")
        if subnet:
            return str(account.backend("ec2", request.region).get_subnet(subnet).availability_zone)
        if given.get(_ZONE):
            return str(given[_ZONE])
        return self.some_zone(request.region, kind, given.get(_MARKET) or "on-demand")

    def some_zone(self, region: str, kind: Type, market: str) -> str:
        """What EC2 chooses: a zone with room."""
        zones = account.zones(region)
        random.Random(f"{self.seed} {len(self.lifecycle.records)}").shuffle(zones)
        return max(zones, key=lambda zone: self.limits.free(kind.name, zone, market, self.lifecycle.live()))

    def from_template(
        self, request: Asked, data: dict[str, Any], kind: str, zone: str, subnet: str, market: str, count: int
    ) -> list[str]:
        """Launch ``count`` instances by the data of a template, with the tags that a fleet gives; their ids."""
        ec2 = account.backend("ec2", request.region)
        groups = data.get("SecurityGroupIds") or []
        reservation = ec2.run_instances(
            data.get("ImageId"),
            count,
            data.get("UserData"),
            list(data.get("SecurityGroups") or []),
            instance_type=kind,
            is_instance_type_default=False,
            region_name=request.region,
            placement=None,
            subnet_id=subnet or default_subnet(request.region, zone),
            key_name=data.get("KeyName"),
            security_group_ids=list(groups),
            tags=instance_tags(request.parameters, data),
            metadata_options=dict(data.get("MetadataOptions") or {}),
            client_token=request.parameters.get("ClientToken", ""),
        )
        profile = dict(data.get("IamInstanceProfile") or {})
        for model in reservation.instances:
            finish(ec2, model, data.get("InstanceInitiatedShutdownBehavior"), profile, {}, market)
            self.lifecycle.launched(model, request.region, market)
        return [str(model.id) for model in reservation.instances]

    def unique(self) -> str:
        """For the name of something new."""
        return hashlib.sha256(f"{self.seed} {len(self.kept)} {len(self.lifecycle.records)}".encode()).hexdigest()[:17]

    def _keep(self, region: str, reservation: str, market: str, given: dict[str, Any], data: dict[str, Any]) -> None:
        """Give each instance what moto gives only to the first, or drops, and hand it over to be booted."""
        ec2 = account.backend("ec2", region)
        behaviour = given.get("InstanceInitiatedShutdownBehavior") or data.get("InstanceInitiatedShutdownBehavior")
        profile = {
            name: given.get(f"IamInstanceProfile.{name}") or data.get("IamInstanceProfile", {}).get(name)
            for name in ("Arn", "Name")
        }
        for model in ec2.reservations[reservation].instances:
            finish(ec2, model, behaviour, profile, data.get("MetadataOptions", {}), market)
            self.lifecycle.launched(model, region, market)


def default_subnet(region: str, zone: str) -> str:
    """The subnet into which EC2 puts an instance of a zone when it is told nothing else."""
    subnet = account.backend("ec2", region).get_default_subnets().get(zone)
    if subnet is None:
        raise Refused("InvalidInput", f"No default subnet for availability zone: '{zone}'.")
    return str(subnet.id)


def check_user_data(text: str) -> None:
    """Raise Refused unless EC2 takes such user data."""
    try:
        size = len(base64.b64decode(text))
    except binascii.Error:
        raise Refused("InvalidParameterValue", "Invalid BASE64 encoding of user data") from None
    if size > MOST_USER_DATA:
        raise Refused("InvalidParameterValue", "User data is limited to 16384 bytes")


def _kind(name: str) -> Type:
    kind = types.find(name)
    if kind is None:
        raise Refused("InvalidParameterValue", f"Invalid value '{name}' for InstanceType.")
    return kind


def _digest(parameters: dict[str, Any]) -> str:
    return hashlib.sha256(repr(sorted(parameters.items())).encode()).hexdigest()


_PRICE = (
    "Your Spot request price of {limit} is lower than the minimum required Spot request fulfillment price of {price}."
)
_MISMATCH = "Arguments on this idempotent request are inconsistent with arguments used in previous request(s)."
_VCPU = (
    "You have requested more vCPU capacity than your current vCPU limit allows for the instance bucket that the"
    " specified instance type ({kind}) belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request"
    " an adjustment to this limit."
)
_CAPACITY = (
    "We currently do not have sufficient {kind} capacity in the Availability Zone you requested ({zone}). Our system"
    " will be working on provisioning additional capacity."
)
