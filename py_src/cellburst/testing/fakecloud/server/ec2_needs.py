"""Which permissions a request to EC2 needs: of everything that it makes, uses, tags and passes on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cellburst.testing.fakecloud.server import account
from cellburst.testing.fakecloud.server.asked import Asked
from cellburst.testing.fakecloud.server.policies import Needed

_READS = ("Describe", "Get", "List", "Search")
_IDS = re.compile(r"(i|vol|sg|sgr|subnet|vpc|fleet|lt|eni|sir)-[0-9a-f]+$")
_KINDS = {
    "i": "instance",
    "vol": "volume",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "subnet": "subnet",
    "vpc": "vpc",
    "fleet": "fleet",
    "lt": "launch-template",
    "eni": "network-interface",
    "sir": "spot-instances-request",
}
_MADE = {
    "CreateSecurityGroup": "security-group",
    "CreateLaunchTemplate": "launch-template",
    "CreateFleet": "fleet",
    "CreateVolume": "volume",
}


def needs(request: Asked) -> list[Needed]:
    """For one action of EC2."""
    action = f"ec2:{request.action}"
    if request.action.startswith(_READS):
        return [Needed(action)]
    tagged = list(_tagging(request))
    if request.action == "RunInstances":
        return [*_launch(request), *tagged]
    found = [Needed(action, arn, _resource_tags(request.region, name)) for name, arn in _named(request)]
    if made := _MADE.get(request.action):
        found.append(Needed(action, _arn(request, made, "*"), _tags_of(request, made)))
    return [*(found or [Needed(action)]), *tagged]


def _arn(request: Asked, kind: str, name: str, owner: str = account.NUMBER) -> str:
    return f"arn:aws:ec2:{request.region}:{owner}:{kind}/{name}"


def _launch(request: Asked) -> Iterator[Needed]:
    given = request.parameters
    action = "ec2:RunInstances"
    context = {
        "ec2:instancetype": str(given.get("InstanceType", "")),
        "ec2:instancemarkettype": str(given.get("InstanceMarketOptions.MarketType") or "on-demand"),
        **_tags_of(request, "instance"),
    }
    if given.get("MetadataOptions.HttpTokens"):
        context["ec2:metadatahttptokens"] = str(given["MetadataOptions.HttpTokens"])
    if given.get("IamInstanceProfile.Name") or given.get("IamInstanceProfile.Arn"):
        profile = _profile(given)
        context["ec2:instanceprofile"] = profile.arn if profile else ""
        if profile and profile.roles:
            yield Needed("iam:PassRole", profile.roles[0].arn, {"iam:passedtoservice": "ec2.amazonaws.com"})
    yield Needed(action, _arn(request, "instance", "*"), context)
    yield Needed(action, _arn(request, "volume", "*"), _tags_of(request, "volume"))
    yield Needed(action, _arn(request, "network-interface", "*"))
    yield Needed(action, _arn(request, "image", str(given.get("ImageId", "*")), ""))
    yield Needed(action, _arn(request, "subnet", str(given.get("SubnetId") or "*")))
    groups = [value for name, value in given.items() if name.startswith("SecurityGroupId.")]
    yield from (Needed(action, _arn(request, "security-group", name)) for name in groups or ["*"])


def _profile(given: dict[str, Any]) -> Any:
    for profile in list(account.backend("iam", "aws").instance_profiles.values()):
        if given.get("IamInstanceProfile.Name") == profile.name or given.get("IamInstanceProfile.Arn") == profile.arn:
            return profile
    return None


def _specifications(given: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """The kinds of things that are tagged as they are made, and their tags."""
    for name, kind in given.items():
        if name.startswith("TagSpecification.") and name.endswith(".ResourceType"):
            start = name.removesuffix("ResourceType")
            keys = {key: value for key, value in given.items() if key.startswith(start) and key.endswith(".Key")}
            yield str(kind), {str(v): str(given.get(f"{k.removesuffix('Key')}Value", "")) for k, v in keys.items()}


def _tags_of(request: Asked, wanted: str) -> dict[str, str]:
    for kind, tags in _specifications(request.parameters):
        if kind == wanted:
            return {f"aws:requesttag/{name.lower()}": value for name, value in tags.items()}
    return {}


def _tagging(request: Asked) -> Iterator[Needed]:
    for kind, tags in _specifications(request.parameters):
        if tags:
            context = {"ec2:createaction": request.action, **_tags_of(request, kind)}
            yield Needed("ec2:CreateTags", _arn(request, kind, "*"), context)


def _named(request: Asked) -> Iterator[tuple[str, str]]:
    """The things that a request names by their ids."""
    for field, value in request.parameters.items():
        match = _IDS.match(str(value))
        if match and field not in ("ClientToken",) and not field.startswith(("IpPermissions.", "Filter.")):
            yield str(value), _arn(request, _KINDS[match[1]], str(value))


def _resource_tags(region: str, name: str) -> dict[str, str]:
    tags = account.backend("ec2", region).tags.get(name, {})
    found = {f"ec2:resourcetag/{key.lower()}": str(value) for key, value in tags.items()}
    return found | {key.replace("ec2:", "aws:", 1): value for key, value in found.items()}
