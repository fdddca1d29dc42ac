"""How many cores ("vCPUs") of a kind an account may have at once, as Service Quotas knows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from cellburst.aws.errors import translated
from cellburst.aws.session import Session
from cellburst.model.machine import Market


def cores(session: Session, region: str, codes: Collection[str]) -> dict[str, float]:
    """By the quota's code ("L-1216C47A"); what the account has no figure for is left out. Raises CloudError."""
    found: dict[str, float] = {}
    with translated("ask for quotas"):
        pages = session.client("service-quotas", region).get_paginator("list_service_quotas")
        for page in pages.paginate(ServiceCode="ec2"):
            found.update((row["QuotaCode"], row["Value"]) for row in page["Quotas"] if row["QuotaCode"] in codes)
            if len(found) == len(codes):
                break
    return found


def running(session: Session, region: str) -> Counter[tuple[str, Market]]:
    """How many instances of each type the account has now, whoever started them: they count against its quotas.

    Raises CloudError.
    """
    found: Counter[tuple[str, Market]] = Counter()
    states = [{"Name": "instance-state-name", "Values": ["pending", "running"]}]
    with translated("count machines"):
        pages = session.client("ec2", region).get_paginator("describe_instances")
        for page in pages.paginate(Filters=states, PaginationConfig={"PageSize": 1000}):
            for group in page["Reservations"]:
                for each in group["Instances"]:
                    market: Market = "spot" if each.get("InstanceLifecycle") == "spot" else "on-demand"
                    found[each["InstanceType"], market] += 1
    return found
