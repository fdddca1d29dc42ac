"""What a target may not be: sentences for regions, zones, prices and times that cannot be meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

from cellburst.model.machine import SpotPolicy
from cellburst.model.target import Target
from cellburst.targets.naming import nearest

SPOT_POLICIES: tuple[str, ...] = get_args(SpotPolicy)
ARCHITECTURES = ("x86_64", "arm64")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+){1,2}-\d")
_DIRECTIONS = {"north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest", "central"}
_REGIONS = (
    *(
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "us-gov-east-1",
        "us-gov-west-1",
        "ca-central-1",
        "ca-west-1",
    ),
    *("eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2"),
    *("ap-east-1", "ap-south-1", "ap-south-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3"),
    *("ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "sa-east-1", "mx-central-1"),
    *("af-south-1", "me-south-1", "me-central-1", "il-central-1", "cn-north-1", "cn-northwest-1"),
)  # to guess what was meant: AWS opens others
_INSTANCE_TYPE = re.compile(r"[a-z][a-z0-9-]*\.(?:nano|micro|small|medium|large|metal(?:-\d+xl)?|\d*xlarge)")
_SIZES = ("nano", "micro", "small", "medium", "large", "xlarge", *(f"{n}xlarge" for n in (2, 4, 8, 12, 16, 24, 48)))
_IMAGE = re.compile(r"ami-[0-9a-f]{8,17}|(?:resolve:ssm:)?/[\w./-]+")
_SUBNET = re.compile(r"subnet-[0-9a-f]{8,17}")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_LONGEST = 12 * 3600.0  # seconds; SQS keeps a message that was received for a machine no longer than this
_DISKS = (8 * 10**9, 16 * 10**12)


def name_trouble(name: str) -> str:
    """Why a target cannot be called so; "" if it can."""
    if _NAME.fullmatch(name) is None:
        return f"{name!r} is no name for a target; use lower-case letters, digits, - and _, up to 32, a letter first"
    return ""


def troubles(target: Target) -> Iterator[tuple[str, str]]:
    """(key, sentence) for everything that is wrong with the values of a target with machines."""
    if _REGION.fullmatch(target.region) is None:
        hint = f"; {target.region} is a zone of {target.region[:-1]}" if _REGION.match(target.region) else ""
        yield "region", f"{target.region!r} is no region; one looks like us-east-1 or eu-west-3{hint}"
    elif target.region.split("-")[-2] not in _DIRECTIONS:
        yield "region", f"{target.region!r} is no region{nearest(target.region, _REGIONS)}"
    for zone in target.zones:
        if not re.fullmatch(re.escape(target.region) + r"(?:[a-z]|-[a-z]{3}-\d[a-z])", zone):
            yield "zones", f"{zone!r} is no zone of {target.region}; its zones are {target.region}a and so on"
    for kind in target.instance_type:
        if _INSTANCE_TYPE.fullmatch(kind) is None:
            yield "instance_type", f"{kind!r} is no type of machine; {_typed(kind)}"
    if target.spot_policy not in SPOT_POLICIES:
        hint = nearest(target.spot_policy, SPOT_POLICIES)
        yield "spot_policy", f"{target.spot_policy!r} is none of {', '.join(SPOT_POLICIES)}{hint}"
    if target.arch and target.arch not in ARCHITECTURES:
        hint = nearest(target.arch, ARCHITECTURES)
        yield "arch", f"{target.arch!r} is none of {', '.join(ARCHITECTURES)}{hint}"
    yield from _bounds(target)
    if target.image and _IMAGE.fullmatch(target.image) is None:
        yield "image", f"{target.image!r} is no machine image; write ami-0123456789abcdef0 or the path of a parameter"
    for subnet in target.subnets:
        if _SUBNET.fullmatch(subnet) is None:
            yield "subnets", f"{subnet!r} is no subnet; one looks like subnet-0123456789abcdef0"


def _typed(kind: str) -> str:
    family, _, size = kind.partition(".")
    meant = nearest(size, _SIZES) if re.fullmatch(r"[a-z][a-z0-9-]*", family) else ""
    return meant[2:].replace("mean ", f"mean {family}.") if meant else "one looks like m7i.large or g5.xlarge"


def _bounds(target: Target) -> Iterator[tuple[str, str]]:
    if target.max_lifetime < 300:
        yield "max_lifetime", f"{target.max_lifetime:g} seconds are over before a machine is set up; give it 5m or more"
    if target.max_lifetime > _LONGEST:
        hours = f"{target.max_lifetime / 3600:g} hours are longer than the 12 for which SQS lets a machine hold a task"
        yield "max_lifetime", f"{hours}; give it 12h: another one goes on from what is in task.checkpoint_dir"
    if target.instance_type and (target.cpus or target.memory or target.gpus or target.gpu):
        yield "instance_type", "it names the machines, so cpus, memory, gpus and gpu have no say; leave one side out"
    if target.disk and not _DISKS[0] <= target.disk <= _DISKS[1]:
        yield "disk", f"{target.disk / 1e9:g} GB; a disk has 8 GB to 16 TB"
