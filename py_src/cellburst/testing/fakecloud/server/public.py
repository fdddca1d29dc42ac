"""Public parameters of the Systems Manager that name images, as far as moto lacks them."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from cellburst.testing.fakecloud.server import account
from cellburst.testing.fakecloud.server.asked import Answer, Asked, json_answer

_UBUNTU = re.compile(
    r"/aws/service/canonical/ubuntu/server(?:-minimal)?/(?:20\.04|22\.04|24\.04|focal|jammy|noble)/stable/current"
    r"/(amd64|arm64)/hvm/ebs-gp[23]/ami-id"
)
_DEEP = re.compile(r"/aws/service/deeplearning/ami/(x86_64|arm64)/[a-z0-9.-]+/latest/ami-id")
_AMAZON = re.compile(r"/aws/service/ami-amazon-linux-latest/al2023-ami(?:-minimal)?-kernel-[a-z0-9.]+-(x86_64|arm64)")
_ARCHITECTURES = {"amd64": "x86_64"}
_OWNERS = {"canonical": "099720109477", "deeplearning": "898082745236", "ami-amazon-linux-latest": "137112412989"}


def answer(request: Asked) -> Answer | None:
    """GetParameter and GetParameters of such names; None for what moto may know."""
    given = request.parameters
    if request.action == "GetParameter" and (found := _parameter(str(given.get("Name")), request.region)):
        return json_answer({"Parameter": found})
    if request.action == "GetParameters":
        found_all = [_parameter(name, request.region) for name in given.get("Names", ())]
        if found_all and all(found_all):
            return json_answer({"Parameters": found_all, "InvalidParameters": []})
    return None


def _parameter(name: str, region: str) -> dict[str, Any] | None:
    match = _UBUNTU.fullmatch(name) or _DEEP.fullmatch(name) or _AMAZON.fullmatch(name)
    if match is None:
        return None
    architecture = _ARCHITECTURES.get(match[1], match[1])
    identity = "ami-" + hashlib.sha256(f"{name} {region}".encode()).hexdigest()[:17]
    with account.lock:
        _register(identity, name, architecture, region)
    return {
        "Name": name,
        "Type": "String",
        "Value": identity,
        "Version": 1,
        "LastModifiedDate": 1735689600.0,
        "ARN": f"arn:aws:ssm:{region}::parameter{name}",
        "DataType": "aws:ec2:image",
    }


def _register(identity: str, name: str, architecture: str, region: str) -> None:
    from moto.ec2.models.amis import Ami

    ec2 = account.backend("ec2", region)
    if identity not in ec2.amis:
        ec2.amis[identity] = Ami(
            ec2,
            identity,
            name=name.removeprefix("/aws/service/").replace("/", "-"),
            architecture=architecture,
            virtualization_type="hvm",
            root_device_name="/dev/sda1" if "canonical" in name else "/dev/xvda",
            root_device_type="ebs",
            owner_id=_OWNERS[name.split("/")[3]],
            owner_alias="amazon",
            image_type="machine",
            public=True,
        )
