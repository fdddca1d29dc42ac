"""What is asked of EC2 for a machine, and what it says of one: plain data, without the SDK."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from cellburst.model.machine import Market

DEAD = frozenset({"shutting-down", "terminated", "stopping", "stopped"})  # none of these will run a task again
GONE = frozenset({"terminated", "stopped"})  # and these cost nothing more


@dataclass(frozen=True)
class LaunchRequest:
    """``count`` instances at once, ``least`` of them or none. Asking again with the same ``token`` is safe.

    ``max_price`` is dollars an hour (spot only); ``disk`` gigabytes of the encrypted
    root volume, at least the image's. ``profile`` is the
    instance profile's name, ``group`` the security group's id, ``user_data`` what the instance executes.
    """

    token: str
    count: int
    least: int
    type: str
    market: Market
    image: str
    user_data: str
    zone: str = ""
    subnet: str = ""
    max_price: float | None = None
    profile: str = ""
    group: str = ""
    disk: int = 30
    root: str = "/dev/sda1"
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Instance:
    """An instance as EC2 describes it. ``index`` is its place in its launch request; ``launched`` wall seconds."""

    id: str
    state: str
    type: str = ""
    zone: str = ""
    market: Market = "on-demand"
    token: str = ""
    index: int = 0
    launched: float = 0.0
    why: str = ""
    code: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


class Refused(Enum):
    """Why EC2 did not launch; what is done about it depends on this alone."""

    CAPACITY = "no capacity"
    PRICE = "spot price above the limit"
    QUOTA = "quota"
    UNSUPPORTED = "not offered there"
    THROTTLED = "too many calls"
    NOT_YET = "something was made just now and is not known everywhere"
    MISMATCH = "asked before, with other words"
    EXPIRED = "credentials have expired"
    DENIED = "not allowed"
    WRONG = "a request that cannot be served"


class LaunchRefusedError(Exception):
    """EC2 has answered, and launched nothing: ``code`` and ``text`` are its own words."""

    def __init__(self, reason: Refused, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.reason = reason
        self.code = code
        self.text = text


class LaunchUnansweredError(Exception):
    """Nobody knows whether EC2 has launched anything."""


_REASONS = {
    "InsufficientInstanceCapacity": Refused.CAPACITY,
    "InsufficientHostCapacity": Refused.CAPACITY,
    "InsufficientReservedInstanceCapacity": Refused.CAPACITY,
    "InsufficientCapacity": Refused.CAPACITY,
    "InsufficientFreeAddressesInSubnet": Refused.CAPACITY,
    "InsufficientVolumeCapacity": Refused.CAPACITY,
    "SpotMaxPriceTooLow": Refused.PRICE,
    "MaxSpotInstanceCountExceeded": Refused.QUOTA,
    "MaxSpotFleetRequestCountExceeded": Refused.QUOTA,
    "VcpuLimitExceeded": Refused.QUOTA,
    "InstanceLimitExceeded": Refused.QUOTA,
    "VolumeLimitExceeded": Refused.QUOTA,
    "MaxIOPSLimitExceeded": Refused.QUOTA,
    "Unsupported": Refused.UNSUPPORTED,
    "UnsupportedOperation": Refused.UNSUPPORTED,
    "UnsupportedInstanceAttribute": Refused.UNSUPPORTED,
    "InvalidParameterCombination": Refused.UNSUPPORTED,
    "InvalidInstanceType": Refused.UNSUPPORTED,
    "UnsupportedHostConfiguration": Refused.UNSUPPORTED,
    "RequestLimitExceeded": Refused.THROTTLED,
    "Throttling": Refused.THROTTLED,
    "ThrottlingException": Refused.THROTTLED,
    "ResourceCountExceeded": Refused.THROTTLED,
    "IdempotentParameterMismatch": Refused.MISMATCH,
    "ExpiredToken": Refused.EXPIRED,
    "ExpiredTokenException": Refused.EXPIRED,
    "RequestExpired": Refused.EXPIRED,
    "InvalidClientTokenId": Refused.EXPIRED,
    "AuthFailure": Refused.EXPIRED,
    "RequestTimeTooSkewed": Refused.EXPIRED,
    "UnauthorizedOperation": Refused.DENIED,
    "AccessDenied": Refused.DENIED,
    "AccessDeniedException": Refused.DENIED,
    "OptInRequired": Refused.DENIED,
    "PendingVerification": Refused.DENIED,
    "Blocked": Refused.DENIED,
}


def reason_of(code: str, text: str) -> Refused:
    """What an error code of RunInstances means for us; no code: there are no credentials."""
    if not code:
        return Refused.EXPIRED
    if code == "NoSuchEntity" or ("Instance Profile" in text and code.startswith("Invalid")):
        return Refused.NOT_YET  # IAM takes some seconds until every service knows a new profile
    if code == "InvalidParameterValue" and "instance type" in text.lower():
        return Refused.UNSUPPORTED
    return _REASONS.get(code, Refused.WRONG)
