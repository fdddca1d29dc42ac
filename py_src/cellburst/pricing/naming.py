"""What a run's own things in the account are called."""

from __future__ import annotations

from msgspec.structs import replace

from cellburst.aws import names
from cellburst.model.plan import Plan


def named(plan: Plan, env: str, run: str) -> Plan:
    """The plan with queue, prefix, role and security group of one run of the environment ``env``."""
    return replace(
        plan,
        queue=names.queue(run),
        prefix=names.prefix(env, run),
        role=names.role(run),
        group=names.SECURITY_GROUP,
    )
