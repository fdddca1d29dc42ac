"""EC2: launch, find, end, and read the console of instances.

Why RunInstances and not EC2 Fleet: one call launches up to a hundred instances of one type and zone and is answered
in whole (which instances, or why none); its client token makes a lost answer harmless; and the index that EC2 gives
each instance within a request (``ami-launch-index``) names the machines of one request apart, on the instance as well
as here. An instant fleet wants a launch template for each run, and gives no such index.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from cellburst.aws import images, names
from cellburst.aws.errors import translated
from cellburst.aws.instances import (
    Instance,
    LaunchRefusedError,
    LaunchRequest,
    LaunchUnansweredError,
    reason_of,
)
from cellburst.aws.session import Session
from cellburst.errors import CloudError, UnreachableError

MOST_AT_ONCE = 100  # instances in one request; AWS advises to split larger ones
_PAGE = 1000
_BURSTS = re.compile(r"t\d")
_ENDED_AT_ONCE = 500  # ids in one call


class Ec2:
    """The instances and volumes of one account and region. Threads may share it."""

    def __init__(self, session: Session) -> None:
        self._client = session.client("ec2")
        self._launching = session.client("ec2", once=True)  # without capacity, there are other types and zones

    def launch(self, request: LaunchRequest) -> list[Instance]:
        """At least ``least`` instances, in the order of their index.

        Raises LaunchRefusedError (nothing was launched), LaunchUnansweredError (nobody knows).
        """
        try:
            with translated("launch machines"):
                answer = self._launching.run_instances(**_arguments(request))
        except UnreachableError as error:
            raise LaunchUnansweredError(str(error)) from error
        except CloudError as error:
            raise LaunchRefusedError(reason_of(error.code, str(error)), error.code, str(error)) from error
        return sorted(map(instance_of, answer["Instances"]), key=lambda each: each.index)

    def find(self, env: str = "", *, token: str = "", ids: Sequence[str] = ()) -> list[Instance]:
        """Instances with our tag of this environment, of one request, or by id; those ended lately, too.

        Raises CloudError, of which AccessError.
        """
        filters = []
        if env:
            filters.append({"Name": f"tag:{names.ENVIRONMENT}", "Values": [env]})
        elif not token and not ids:
            filters.append({"Name": "tag-key", "Values": [names.ENVIRONMENT]})
        if token:
            filters.append({"Name": "client-token", "Values": [token]})
        if ids:
            # unlike InstanceIds, where an unknown one is an error
            filters.append({"Name": "instance-id", "Values": list(ids)})
        with translated("list machines"):
            pages = self._client.get_paginator("describe_instances").paginate(
                Filters=filters, PaginationConfig={"PageSize": _PAGE}
            )
            return [
                instance_of(each) for page in pages for group in page["Reservations"] for each in group["Instances"]
            ]

    def end(self, ids: Sequence[str]) -> None:
        """Terminate these instances; those that are gone already are no error. Raises CloudError."""
        for first in range(0, len(ids), _ENDED_AT_ONCE):
            self._end(list(ids[first : first + _ENDED_AT_ONCE]))

    def _end(self, ids: list[str]) -> None:
        try:
            with translated("end machines"):
                self._client.terminate_instances(InstanceIds=ids)
            return
        except CloudError as error:
            if error.code != "InvalidInstanceID.NotFound":
                raise
        known = [each.id for each in self.find(ids=ids)]  # one unknown id, and nothing is ended
        if known and set(known) != set(ids):
            self._end(known)

    def console(self, instance: str) -> str:
        """What an instance has written to its console, as far as EC2 has it. Raises CloudError."""
        with translated("read the console of a machine"):
            answer = self._client.get_console_output(InstanceId=instance)
        output = answer.get("Output") or ""
        try:  # the SDK decodes it; some servers encode twice
            return base64.b64decode(output, validate=True).decode(errors="replace")
        except ValueError:
            return str(output)

    def group(self, name: str, subnets: Sequence[str] = ()) -> str:
        """The id of a security group by name, of the network of ``subnets`` or the region's default one.

        Raises CloudError, also if there is none.
        """
        network = self.network(subnets)
        filters = [_filter("group-name", name), *([_filter("vpc-id", network)] if network else [])]
        with translated("look for the security group"):
            found = self._client.describe_security_groups(Filters=filters)["SecurityGroups"]
        if not found:
            where = f"network {network}" if subnets else "region"
            which = f" --vpc {network}" if subnets else ""
            raise CloudError(f"there is no security group {name!r} in this {where}; run `cellburst setup aws{which}`")
        return str(found[0]["GroupId"])

    def network(self, subnets: Sequence[str] = ()) -> str:
        """The network that subnets are part of, or the region's default one; "" if it has none. Raises CloudError."""
        with translated("look for the network"):
            if subnets:
                found = self._client.describe_subnets(SubnetIds=list(subnets[:1]))["Subnets"]
            else:
                found = self._client.describe_vpcs(Filters=[_filter("is-default", "true")])["Vpcs"]
        return str(found[0]["VpcId"]) if found else ""

    def zones(self, subnets: Sequence[str]) -> dict[str, str]:
        """Which zone each subnet is in. Raises CloudError."""
        if not subnets:
            return {}
        with translated("look for the subnets"):
            answer = self._client.describe_subnets(SubnetIds=list(subnets))
        return {each["SubnetId"]: each["AvailabilityZone"] for each in answer["Subnets"]}

    def image(self, image: str) -> tuple[str, int]:
        """The device name of an image's root volume, and its least size in gigabytes. Raises CloudError."""
        found = images.described(self._client, image)
        root = found.get("RootDeviceName") or "/dev/sda1"
        sizes = [
            each.get("Ebs", {}).get("VolumeSize", 0)
            for each in found.get("BlockDeviceMappings", ())
            if each.get("DeviceName") == root
        ]
        return root, max(sizes, default=0)

    def volumes(self, env: str = "") -> list[tuple[str, str, int, float, Mapping[str, str]]]:
        """Our volumes: id, state, gigabytes, when made, tags. Raises CloudError."""
        wanted = (
            {"Name": f"tag:{names.ENVIRONMENT}", "Values": [env]}
            if env
            else {"Name": "tag-key", "Values": [names.ENVIRONMENT]}
        )
        with translated("list volumes"):
            pages = self._client.get_paginator("describe_volumes").paginate(Filters=[wanted])
            return [
                (each["VolumeId"], each["State"], each["Size"], _seconds(each["CreateTime"]), _tags(each))
                for page in pages
                for each in page["Volumes"]
            ]

    def delete_volume(self, volume: str) -> None:
        """Raises CloudError."""
        with translated(f"delete the volume {volume}"):
            self._client.delete_volume(VolumeId=volume)


def _filter(name: str, value: str) -> dict[str, Any]:
    return {"Name": name, "Values": [value]}


def _arguments(request: LaunchRequest) -> dict[str, Any]:
    """A request in EC2's words: everything that ends the instance is part of it."""
    tags = names.as_list(dict(request.tags))
    disk = {"VolumeType": "gp3", "VolumeSize": request.disk, "Encrypted": True, "DeleteOnTermination": True}
    arguments: dict[str, Any] = {
        "ClientToken": request.token,
        "MinCount": request.least,
        "MaxCount": request.count,
        "ImageId": request.image,
        "InstanceType": request.type,
        "UserData": request.user_data,
        "InstanceInitiatedShutdownBehavior": "terminate",
        "MetadataOptions": {
            "HttpTokens": "required",
            "HttpPutResponseHopLimit": 1,
            "HttpEndpoint": "enabled",
        },
        "BlockDeviceMappings": [{"DeviceName": request.root, "Ebs": disk}],
        "TagSpecifications": [{"ResourceType": kind, "Tags": tags} for kind in ("instance", "volume")],
    }
    if _BURSTS.match(request.type):
        # unlimited, which is what these types have if nobody says otherwise, costs more than the price an hour
        arguments["CreditSpecification"] = {"CpuCredits": "standard"}
    if request.profile:
        arguments["IamInstanceProfile"] = {"Name": request.profile}
    if request.group:
        arguments["SecurityGroupIds"] = [request.group]
    if request.subnet:
        arguments["SubnetId"] = request.subnet
    elif request.zone:
        arguments["Placement"] = {"AvailabilityZone": request.zone}
    if request.market == "spot":
        spot: dict[str, Any] = {"SpotInstanceType": "one-time", "InstanceInterruptionBehavior": "terminate"}
        if request.max_price is not None:
            spot["MaxPrice"] = f"{request.max_price:.6f}"
        arguments["InstanceMarketOptions"] = {"MarketType": "spot", "SpotOptions": spot}
    return arguments


def instance_of(found: Mapping[str, Any]) -> Instance:
    """From a part of EC2's answer."""
    reason = found.get("StateReason") or {}
    return Instance(
        id=found["InstanceId"],
        state=found["State"]["Name"],
        type=found.get("InstanceType", ""),
        zone=(found.get("Placement") or {}).get("AvailabilityZone", ""),
        market="spot" if found.get("InstanceLifecycle") == "spot" else "on-demand",
        token=found.get("ClientToken", ""),
        index=int(found.get("AmiLaunchIndex") or 0),
        launched=_seconds(found.get("LaunchTime")),
        why=str(reason.get("Message") or found.get("StateTransitionReason") or ""),
        code=str(reason.get("Code") or ""),
        tags=_tags(found),
    )


def _tags(found: Mapping[str, Any]) -> dict[str, str]:
    return names.as_dict(found.get("Tags"))


def _seconds(moment: Any) -> float:
    return moment.timestamp() if isinstance(moment, datetime) else 0.0


def by_token(found: Iterable[Instance]) -> dict[str, list[Instance]]:
    """Instances by the request that launched them, in the order of their index."""
    groups: dict[str, list[Instance]] = {}
    for each in sorted(found, key=lambda each: each.index):
        groups.setdefault(each.token or each.tags.get(names.TOKEN, ""), []).append(each)
    return groups
