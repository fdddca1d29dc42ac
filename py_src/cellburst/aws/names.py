"""What everything of ours in an account is called, and the tags by which it is found again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone

PREFIX = "cellburst"
ROLE_PATH = "/cellburst/"  # of roles, instance profiles and the boundary
BOUNDARY = "cellburst-machine"  # the most that the role of any run may do
SECURITY_GROUP = "cellburst-machines"

ENVIRONMENT = "cellburst:environment"  # twelve hexadecimal digits, as in paths.Folders.env
RUN = "cellburst:run"
DEADLINE = "cellburst:deadline"  # when a machine ends itself, ISO 8601, UTC
MACHINE = "cellburst:machine"
TOKEN = "cellburst:token"
REGION = "cellburst:region"  # on roles, which belong to no region
KEYS = "-keys"  # ends the name of a queue in which machines leave word of their keys
MADE_BY = "cellburst:made-by"  # on what `cellburst setup` made: its version

_FORM = "%Y-%m-%dT%H:%M:%SZ"
_UNFIT = re.compile(r"[^A-Za-z0-9-]")


def bucket(account: str, region: str) -> str:
    """The bucket of an account (twelve digits) in a region."""
    return f"{PREFIX}-{account}-{region}"


def queue(run: str) -> str:
    """The queue of a run."""
    return f"{PREFIX}-{_fit(run)}"


def keys_queue(run: str) -> str:
    """Where a run's machines leave word of their keys."""
    return f"{queue(run)}{KEYS}"


def role(run: str) -> str:
    """The role of a run's machines, and its instance profile."""
    return f"{PREFIX}-run-{_fit(run)}"


def prefix(env: str, run: str) -> str:
    """Where everything of a run begins in the bucket."""
    return f"{env}/{run}/"


def role_arn(account: str, run: str, partition: str = "aws") -> str:
    """The role of a run, as policies and identities name it."""
    return f"arn:{partition}:iam::{account}:role{ROLE_PATH}{role(run)}"


def boundary_arn(account: str, partition: str = "aws") -> str:
    """The permissions boundary of every role of ours."""
    return f"arn:{partition}:iam::{account}:policy{ROLE_PATH}{BOUNDARY}"


def tags(
    env: str, run: str = "", *, machine: str = "", token: str = "", deadline: float | None = None
) -> dict[str, str]:
    """The tags of a thing; ``deadline`` is wall seconds."""
    found = {ENVIRONMENT: env, RUN: run, MACHINE: machine, TOKEN: token}
    if deadline is not None:
        found[DEADLINE] = datetime.fromtimestamp(deadline, timezone.utc).strftime(_FORM)
    return {key: value for key, value in found.items() if value}


def deadline_of(found: Mapping[str, str]) -> float | None:
    """Wall seconds; None if there is no such tag or it is not one of ours."""
    try:
        return datetime.strptime(found.get(DEADLINE, ""), _FORM).replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        return None


def as_list(found: Mapping[str, str]) -> list[dict[str, str]]:
    """As most services of AWS want tags."""
    return [{"Key": key, "Value": value} for key, value in found.items()]


def as_dict(found: list[dict[str, str]] | None) -> dict[str, str]:
    """Tags as most services of AWS give them."""
    return {tag["Key"]: tag["Value"] for tag in found or ()}


def _fit(run: str) -> str:
    """A run's id as part of a name; refuses what no id of ours contains, so that no name means another's thing."""
    if not run or _UNFIT.search(run):
        raise ValueError(f"{run!r} is no id of a run")
    return run
