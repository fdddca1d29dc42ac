"""`cellburst setup aws`: what runs need in an AWS account, created, checked or removed."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from cellburst.errors import UsageError

if TYPE_CHECKING:
    from cellburst.account.part import Part
    from cellburst.account.place import Place
    from cellburst.account.remains import Remains
    from cellburst.aws.session import Session

_EXAMPLE = ("123456789012", "us-east-1")
_WHY_NOT_MORE = (
    "Queues and roles are not made here: each run gets a queue and a role of its own, and they end with it,\n"
    "so that no machine can reach another run. Machines, too, exist only while their run does.\n"
    "Who may do what, as JSON: cellburst setup aws --print-policy user (or user-without-setup, machine, run)"
)
_PRINTED = ("user", "user-without-setup", "machine", "run")


@click.group()
def setup() -> None:
    """Prepare a cloud account for runs."""


@setup.command()
@click.option("--dry-run", is_flag=True, help="Only say what is there, what is wrong and what would be made.")
@click.option("--remove", "removing", is_flag=True, help="Remove what this command made, with what runs left.")
@click.option("--delete-results", is_flag=True, help="With --remove: also if there are results in the bucket.")
@click.option("--yes", is_flag=True, help="Do not ask before removing.")
@click.option("--region", default="", help="The AWS region; default: that of AWS's own tools, else of the targets.")
@click.option("--profile", default="", help="The profile of AWS's configuration files.")
@click.option("--bucket", default="", help="A bucket's name; default: cellburst-<account>-<region>.")
@click.option("--vpc", default="", help="The network of machines; default: the region's default one.")
@click.option("--keep-days", type=click.IntRange(1), help="Delete objects after so many days; a new bucket: 30.")
@click.option(
    "--print-policy", "printed", type=click.Choice(_PRINTED), help="Print a policy as JSON, and change nothing."
)
def aws(
    dry_run: bool,
    removing: bool,
    delete_results: bool,
    yes: bool,
    region: str,
    profile: str,
    bucket: str,
    vpc: str,
    keep_days: int | None,
    printed: str | None,
) -> None:
    """Create what runs need in an AWS account, or check it and put right what is wrong."""
    from cellburst.account.place import Place
    from cellburst.account.standings import parts

    if printed:
        _print_policy(region, profile, bucket, printed)
        return
    session = _session(region, profile)
    place = Place.of(session, bucket)
    click.echo(f"account {place.account}, region {place.region}, as {session.identity().arn}")
    found = parts(session, place, vpc=vpc, keep_days=keep_days)
    if removing:
        _remove(session, place, found, dry_run=dry_run, delete_results=delete_results, yes=yes)
    else:
        _make(found, dry_run=dry_run)


def _session(region: str, profile: str) -> Session:
    """With the region that was said, or AWS's own tools have, or all targets have."""
    from cellburst import targets
    from cellburst.aws.session import Session

    session = Session(region=region, profile=profile)
    try:
        return Session(region=session.region_name, profile=profile)
    except UsageError:
        there = sorted({target.region for target in targets.known()[0].values() if target.backend == "ec2"})
    if len(there) > 1:
        raise UsageError(f"targets are in {', '.join(there)}: say --region, and set up one after the other")
    if not there:
        raise UsageError("no AWS region is set: add --region us-east-1, or the one you want, or set AWS_REGION")
    return Session(region=there[0], profile=profile)


def _make(found: list[Part], *, dry_run: bool) -> None:
    from cellburst.account.standings import setup as set_up

    bad = False
    for done in set_up(found, dry_run=dry_run):
        before = done.before
        if before.good:
            click.echo(f"  {done.title}: as it should be")
        elif not before.there:
            click.echo(f"  {done.title}: {'would be created' if dry_run else 'created'}")
        else:
            click.echo(f"  {done.title}: {'would be put right' if dry_run else 'put right'}")
        for sentence in before.wrong:
            click.echo(f"    {sentence}")
        for sentence in (*before.notes, *(f"still: {wrong}" for wrong in done.after.wrong if done.changed)):
            click.echo(f"    {sentence}")
        bad = bad or (done.changed and not done.after.good)
    click.echo(_WHY_NOT_MORE)
    sys.exit(bad)


def _remove(
    session: Session, place: Place, found: list[Part], *, dry_run: bool, delete_results: bool, yes: bool
) -> None:
    from cellburst.account import remains
    from cellburst.account.standings import remove

    left = remains.remains(session, place)
    if left.machines:
        count = "1 machine still lives" if len(left.machines) == 1 else f"{len(left.machines)} machines still live"
        raise UsageError(
            f"{count} ({', '.join(left.machines[:3])}): cancel the runs, or `cellburst reap`, then try again"
        )
    held = _results(found)
    click.echo("Will be removed:" if not dry_run else "Would be removed:")
    doomed = _doomed(found, left, held)
    for sentence in doomed or ["nothing: there is nothing of cellburst here"]:
        click.echo(f"  {sentence}")
    if dry_run:
        return
    if held and not delete_results:
        raise UsageError(f"the bucket holds {held}: add --delete-results to delete them, too")
    if doomed and not yes:
        click.confirm("Remove all of that?", abort=True)
    remains.clear(session, left)
    elsewhere = sorted({role.region for role in left.elsewhere})

    def kept(part: Part) -> str:
        return f"roles in {', '.join(elsewhere)} have it" if elsewhere and "boundary" in part.title else ""

    for title, what in remove(found, kept):
        click.echo(f"  {title}: {what}")


def _results(found: list[Part]) -> str:
    """How many objects are in the bucket, in words; "" if none."""
    from cellburst.account.bucket import Bucket

    held = sum(part.holds() for part in found if isinstance(part, Bucket))
    if not held:
        return ""
    return "1000 objects or more" if held >= 1000 else f"{held} object{'s' if held > 1 else ''}"


def _doomed(found: list[Part], left: Remains, held: str) -> list[str]:
    sentences = [f"queue {address.rpartition('/')[2]}" for address in left.queues]
    sentences += [f"role of the run {role.run}" for role in left.roles]
    for part in reversed(found):
        if part.look().there:
            sentences.append(f"{part.title}{f' with {held}' if held and part is found[0] else ''}")
    return sentences


def _print_policy(region: str, profile: str, bucket: str, printed: str) -> None:
    """With the account of these credentials, or an example's, if there are none."""
    from cellburst.account import policies
    from cellburst.account.place import Place
    from cellburst.errors import CloudError

    try:
        place = Place.of(_session(region, profile), bucket)
    except (CloudError, UsageError) as error:
        account, region = _EXAMPLE[0], region or _EXAMPLE[1]
        click.echo(f"{error}; account {account} and region {region} stand for yours", err=True)
        place = Place(account, region, bucket or f"cellburst-{account}-{region}")
    made: dict[str, Any] = {
        "user": lambda: policies.user_policy(place),
        "user-without-setup": lambda: policies.user_policy(place, setup=False),
        "machine": lambda: policies.boundary_policy(place),
        "run": lambda: policies.run_policy(place, "0123456789ab", "8x1k3mq-a2b4", "0" * 64),
    }
    click.echo(json.dumps(made[printed](), indent=2))
