"""The role of one run's machines, with the instance profile that gives it to them.

A role for each run and not one for all: a machine runs code that its user wrote or got from somewhere, and what it
may reach is then that run's inputs, outcomes and tasks, and nothing of other runs. It is removed with the run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cellburst.account.place import Place
from cellburst.account.policies.document import written
from cellburst.account.policies.machine import run_policy, trust_policy
from cellburst.aws import names
from cellburst.aws.errors import translated, unless
from cellburst.aws.session import Session
from cellburst.errors import CloudError

_POLICY = "run"


@dataclass(frozen=True)
class RunRole:
    """The role of a run that is there. ``deadline`` is wall seconds; None if it has no such tag."""

    run: str
    env: str
    region: str
    deadline: float | None
    made: float


def make(session: Session, place: Place, env: str, run: str, deadline: float, digest: str = "") -> str:
    """Make role and profile of a run, or complete what is there; returns the profile's name.

    ``digest`` names the environment that its machines may build an archive of. Harmless when repeated. IAM needs some
    seconds until every service knows them: a launch is refused until then (``instances.Refused.NOT_YET``), and so may
    be what a machine asks first. Raises CloudError, of which AccessError.
    """
    iam, name = session.client("iam"), names.role(run)
    tags = names.as_list({**names.tags(env, run, deadline=deadline), names.REGION: place.region})
    with translated("make the role of the run's machines"):
        _create(iam, place, run, tags)
        iam.put_role_policy(
            RoleName=name, PolicyName=_POLICY, PolicyDocument=written(run_policy(place, env, run, digest))
        )
        with unless("EntityAlreadyExists"):
            iam.create_instance_profile(InstanceProfileName=name, Path=names.ROLE_PATH, Tags=tags)
        with unless("LimitExceeded"):  # a profile holds one role, and this one has it
            iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return name


def _create(iam: Any, place: Place, run: str, tags: list[dict[str, str]]) -> None:
    try:
        with translated("make the role of the run's machines"), unless("EntityAlreadyExists"):
            iam.create_role(
                RoleName=names.role(run),
                Path=names.ROLE_PATH,
                AssumeRolePolicyDocument=written(trust_policy(place)),
                PermissionsBoundary=place.boundary,
                Description=f"Machines of the run {run} of cellburst",
                Tags=tags,
            )
    except CloudError as error:
        if error.code != "NoSuchEntity":
            raise
        raise CloudError(
            f"the account has no permissions boundary {names.BOUNDARY} yet: run `cellburst setup aws`", code=error.code
        ) from error


def remove(session: Session, run: str) -> bool:
    """Remove role and profile of a run, as far as they are there; False if there was no role. Raises CloudError."""
    iam, name = session.client("iam"), names.role(run)
    with translated("remove the role of the run's machines"):
        with unless("NoSuchEntity"):
            iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=name)
        with unless("NoSuchEntity"):
            iam.delete_instance_profile(InstanceProfileName=name)
        with unless("NoSuchEntity"):
            iam.delete_role_policy(RoleName=name, PolicyName=_POLICY)
        with unless("NoSuchEntity"):
            iam.delete_role(RoleName=name)
            return True
    return False


def there(session: Session) -> list[RunRole]:
    """The roles of all runs, of all regions. Raises CloudError."""
    iam, found = session.client("iam"), []
    with translated("list the roles of runs"):
        for page in iam.get_paginator("list_roles").paginate(PathPrefix=names.ROLE_PATH):
            for each in page["Roles"]:
                if each["RoleName"].startswith(names.role("x")[:-1]):
                    found.append(_described(iam, each))
    return sorted((one for one in found if one is not None), key=lambda one: one.run)


def _described(iam: Any, role: dict[str, Any]) -> RunRole | None:
    """With its tags, which a list does not have; None if it went meanwhile."""
    with unless("NoSuchEntity"):
        tags = names.as_dict(iam.list_role_tags(RoleName=role["RoleName"])["Tags"])
        run = role["RoleName"].removeprefix(names.role("x")[:-1])
        return RunRole(
            run,
            tags.get(names.ENVIRONMENT, ""),
            tags.get(names.REGION, ""),
            names.deadline_of(tags),
            role["CreateDate"].timestamp(),
        )
    return None
