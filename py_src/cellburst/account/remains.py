"""What runs have left in an account and region: machines that live, queues and roles."""

from __future__ import annotations

from dataclasses import dataclass

from cellburst.account import run_role
from cellburst.account.place import Place
from cellburst.aws import names
from cellburst.aws.errors import translated
from cellburst.aws.session import Session
from cellburst.errors import CloudError

_LIVE = ["pending", "running", "shutting-down", "stopping", "stopped"]


@dataclass(frozen=True)
class Remains:
    """``machines`` are ids of instances, ``queues`` their addresses; ``elsewhere`` are roles of other regions."""

    machines: tuple[str, ...]
    queues: tuple[str, ...]
    roles: tuple[run_role.RunRole, ...]
    elsewhere: tuple[run_role.RunRole, ...]


def remains(session: Session, place: Place) -> Remains:
    """Look for everything. Raises CloudError."""
    roles = run_role.there(session)
    here = tuple(role for role in roles if role.region in ("", place.region))
    return Remains(live_machines(session), _queues(session), here, tuple(role for role in roles if role not in here))


def clear(session: Session, found: Remains) -> None:
    """Remove the queues and roles of runs in this region. Raises CloudError."""
    sqs = session.client("sqs")
    for queue in found.queues:
        try:
            with translated("delete a queue"):
                sqs.delete_queue(QueueUrl=queue)
        except CloudError as error:
            if "NonExistentQueue" not in error.code and "QueueDoesNotExist" not in error.code:
                raise
    for role in found.roles:
        run_role.remove(session, role.run)


def live_machines(session: Session) -> tuple[str, ...]:
    """Ids of instances with a run's tag that may still cost something. Raises CloudError."""
    filters = [
        {"Name": "tag-key", "Values": [names.RUN]},
        {"Name": "instance-state-name", "Values": _LIVE},
    ]
    with translated("look for machines"):
        pages = session.client("ec2").get_paginator("describe_instances").paginate(Filters=filters)
        groups = [group for page in pages for group in page["Reservations"]]
    return tuple(instance["InstanceId"] for group in groups for instance in group["Instances"])


def _queues(session: Session) -> tuple[str, ...]:
    """Those with our name and our tag."""
    sqs = session.client("sqs")
    with translated("look for queues"):
        pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=f"{names.PREFIX}-")
        found = [address for page in pages for address in page.get("QueueUrls", ())]
        return tuple(address for address in found if names.RUN in sqs.list_queue_tags(QueueUrl=address).get("Tags", {}))
