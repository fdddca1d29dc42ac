"""The security group of machines: nothing comes in, encrypted web traffic goes out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cellburst._version import __version__
from cellburst.account.part import Standing
from cellburst.account.place import Place
from cellburst.aws import names
from cellburst.aws.errors import translated, unless
from cellburst.aws.session import Session
from cellburst.errors import CloudError, UsageError

_NO_RULE = "InvalidPermission.NotFound"
_HTTPS = {
    "IpProtocol": "tcp",
    "FromPort": 443,
    "ToPort": 443,
    "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
    "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
}


@dataclass(frozen=True)
class Group:
    """A group of one network: ``vpc``, or the region's default one. Further outward rules are left alone."""

    session: Session
    place: Place
    vpc: str = ""

    @property
    def title(self) -> str:
        return f"security group {names.SECURITY_GROUP}"

    def look(self) -> Standing:
        found = self._find()
        if found is None:
            return Standing(False)
        wrong = []
        if found["IpPermissions"]:
            wrong.append(f"it lets in {_told(found['IpPermissions'])}")
        if not any(map(_is_https, found["IpPermissionsEgress"])):
            wrong.append("it does not let out https")
        if any(map(_is_everything, found["IpPermissionsEgress"])):
            wrong.append("it lets out everything")
        more = [rule for rule in found["IpPermissionsEgress"] if not _is_https(rule) and not _is_everything(rule)]
        return Standing(True, tuple(wrong), (f"it lets out {_told(more)}, too, which is kept",) if more else ())

    def mend(self) -> None:
        found = self._find() or self._create()
        group, inward = found["GroupId"], found["IpPermissions"]
        everything = [rule for rule in found["IpPermissionsEgress"] if _is_everything(rule)]
        with translated(f"change the rules of the {self.title}"):
            if inward:
                with unless(_NO_RULE):
                    self._ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=_rules(inward))
            if everything:
                with unless(_NO_RULE):
                    self._ec2.revoke_security_group_egress(GroupId=group, IpPermissions=_rules(everything))
            if not any(map(_is_https, found["IpPermissionsEgress"])):
                with unless("InvalidPermission.Duplicate"):
                    self._ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[_HTTPS])

    def remove(self) -> bool:
        found = self._find()
        if found is None:
            return False
        with translated(f"delete the {self.title}"), unless("InvalidGroup.NotFound"):
            self._ec2.delete_security_group(GroupId=found["GroupId"])
        return True

    @property
    def _ec2(self) -> Any:
        return self.session.client("ec2")

    def _find(self) -> dict[str, Any] | None:
        with translated(f"look for the {self.title}"):
            found = self._ec2.describe_security_groups(Filters=self._filters())["SecurityGroups"]
        return found[0] if found else None

    def _network(self) -> str:
        if self.vpc:
            return self.vpc
        with translated("look for the default network"):
            found = self._ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
        if not found:
            raise UsageError(
                f"{self.place.region} has no default network: name one with --vpc, and its subnets in the target"
            )
        return str(found[0]["VpcId"])

    def _create(self) -> dict[str, Any]:
        tags = names.as_list({names.MADE_BY: __version__})
        with translated(f"create the {self.title}"):
            with unless("InvalidGroup.Duplicate"):
                self._ec2.create_security_group(
                    GroupName=names.SECURITY_GROUP,
                    Description="Machines of cellburst: nothing comes in",
                    VpcId=self._network(),
                    TagSpecifications=[{"ResourceType": "security-group", "Tags": tags}],
                )
            waiter = self._ec2.get_waiter("security_group_exists")
            waiter.wait(Filters=self._filters(), WaiterConfig={"Delay": 1, "MaxAttempts": 30})
        found = self._find()
        if found is None:
            raise CloudError(f"the {self.title} was made, and is not listed yet: try again")
        return found

    def _filters(self) -> list[dict[str, Any]]:
        return [
            {"Name": "group-name", "Values": [names.SECURITY_GROUP]},
            {"Name": "vpc-id", "Values": [self._network()]},
        ]


def _is_https(rule: dict[str, Any]) -> bool:
    everywhere = any(one["CidrIp"] == "0.0.0.0/0" for one in rule.get("IpRanges", ()))
    return everywhere and (rule["IpProtocol"], rule.get("FromPort"), rule.get("ToPort")) == ("tcp", 443, 443)


def _is_everything(rule: dict[str, Any]) -> bool:
    everywhere = any(one["CidrIp"] == "0.0.0.0/0" for one in rule.get("IpRanges", ()))
    everywhere = everywhere or any(one["CidrIpv6"] == "::/0" for one in rule.get("Ipv6Ranges", ()))
    return bool(rule["IpProtocol"] == "-1" and everywhere)


def _rules(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rules as EC2 tells them, as it takes them: without empty lists."""
    return [{key: value for key, value in rule.items() if value not in ([], None)} for rule in found]


def _told(rules: Iterable[dict[str, Any]]) -> str:
    """Rules in a few words: "tcp 22"."""
    return ", ".join(_one(rule) for rule in rules)


def _one(rule: dict[str, Any]) -> str:
    if rule["IpProtocol"] == "-1":
        return "everything"
    first, last = rule.get("FromPort"), rule.get("ToPort")
    return f"{rule['IpProtocol']} {first}" + ("" if first == last else f"-{last}")
