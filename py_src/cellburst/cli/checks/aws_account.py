"""The account of a target: who we are there, its clock, what `cellburst setup aws` makes, and what was left."""

from __future__ import annotations

from collections.abc import Iterator

from cellburst.aws.clock import ALLOWED
from cellburst.cli.checks.examined import Examined
from cellburst.cli.checks.finding import Finding, ok, problem, warning
from cellburst.targets.naming import nearest

_NOTABLE = 30.0  # seconds between the clocks


def check_region(found: Examined) -> Iterator[Finding]:
    """Whether there is such a region, as far as the SDK knows."""
    region, known = found.session.region_name, found.session.regions()
    if known and region not in known:
        newer = "if AWS has opened it lately: pip install --upgrade boto3; else correct the target's region"
        yield warning("region", f"boto3 knows no region {region}{nearest(region, known)}", newer)


def check_identity(found: Examined) -> Iterator[Finding]:
    """Whether there are credentials, and whose they are."""
    identity = found.session.identity()
    profile = f", profile {found.target.profile}" if found.target.profile else ""
    who = identity.arn.partition("::")[2].partition(":")[2] or identity.arn
    yield ok("credentials", f"{who} in account {identity.account}, region {found.session.region_name}{profile}")
    if identity.arn.endswith(":root"):
        yield warning("credentials", "these are the account's root keys", "make a user with the policy of setup aws")


def check_clock(found: Examined) -> Iterator[Finding]:
    """How far our clock is from AWS's; signatures have a time in them."""
    offset = found.session.clock.offset or 0.0
    text = f"{abs(offset):.1f} s {'behind' if offset > 0 else 'ahead of'} AWS's"
    if abs(offset) > ALLOWED:
        yield problem("clock", text, "set it: chronyd, ntpd or timedatectl set-ntp true")
    elif abs(offset) > _NOTABLE:
        yield warning("clock", text, "set it before AWS refuses signatures (from 5 minutes on)")
    else:
        yield ok("clock", "as AWS's" if abs(offset) <= 1 else text)


def check_parts(found: Examined) -> Iterator[Finding]:
    """Bucket, permissions boundary and security group."""
    from cellburst.account.place import Place
    from cellburst.account.standings import parts
    from cellburst.aws.ec2 import Ec2

    target = found.target
    if target.backend == "fakecloud":
        return  # made with each run, because nobody need be asked about it
    again = f"cellburst setup aws --region {found.session.region_name}"
    again += f" --profile {target.profile}" if target.profile else ""
    again += f" --bucket {target.bucket}" if target.bucket else ""
    vpc = Ec2(found.session).network(target.subnets) if target.subnets else ""
    again += f" --vpc {vpc}" if vpc else ""
    for part in parts(found.session, Place.of(found.session, target.bucket), vpc=vpc):
        standing = part.look()
        kind = part.title.split()[-2]
        if not standing.there:
            yield problem(kind, f"there is no {part.title}", again)
        for sentence in standing.wrong:
            yield problem(kind, f"{part.title}: {sentence}", again)
        if standing.good:
            yield ok(kind, f"{part.title}{f' ({standing.notes[0]})' if standing.notes else ''}")


def check_left(found: Examined) -> Iterator[Finding]:
    """Machines that live, which may be somebody's run."""
    from cellburst.account.remains import live_machines

    machines = live_machines(found.session)
    if machines:
        count = "1 machine lives" if len(machines) == 1 else f"{len(machines)} machines live"
        yield warning("left over", f"{count} in the region", "cellburst ps --orphans tells whose and what they cost")
    else:
        yield ok("left over", "no machine lives in the region")
