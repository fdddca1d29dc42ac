"""Where types of machines are offered, how likely a spot request is to be met, and whether we may launch at all."""

from __future__ import annotations

from collections.abc import Sequence

from cellburst.aws import names
from cellburst.aws.errors import translated
from cellburst.aws.session import Session
from cellburst.errors import CloudError

_GRANTED = "DryRunOperation"


def zones(session: Session, types: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The zones of the region that offer each type; none for one that is not offered. Raises CloudError."""
    found: dict[str, list[str]] = {name: [] for name in types}
    with translated("ask which zones offer such machines"):
        pages = session.client("ec2").get_paginator("describe_instance_type_offerings")
        asked = pages.paginate(
            LocationType="availability-zone", Filters=[{"Name": "instance-type", "Values": list(types)}]
        )
        for row in (row for page in asked for row in page["InstanceTypeOfferings"]):
            found.setdefault(row["InstanceType"], []).append(row["Location"])
    return {name: tuple(sorted(places)) for name, places in found.items()}


def spot_score(session: Session, types: Sequence[str], count: int) -> int:
    """How likely the region gives ``count`` spot machines of these types: from 1 to 10. Raises CloudError.

    EC2 answers a limited number of different questions in a day.
    """
    with translated("ask for spot placement scores"):
        answer = session.client("ec2", once=True).get_spot_placement_scores(
            InstanceTypes=list(types),
            TargetCapacity=count,
            RegionNames=[session.region_name],
            SingleAvailabilityZone=False,
        )
    return max((int(row["Score"]) for row in answer["SpotPlacementScores"]), default=1)


def check_launch(session: Session, env: str, image: str, type_: str) -> None:
    """Ask EC2 whether it would launch such a machine, without launching it. Raises CloudError, of which AccessError."""
    tags = names.as_list(names.tags(env, "check"))
    try:
        with translated("launch machines"):
            session.client("ec2").run_instances(
                DryRun=True,
                ImageId=image,
                InstanceType=type_,
                MinCount=1,
                MaxCount=1,
                MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
                TagSpecifications=[{"ResourceType": kind, "Tags": tags} for kind in ("instance", "volume")],
            )
    except CloudError as error:
        if error.code != _GRANTED:
            raise
