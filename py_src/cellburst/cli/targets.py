"""`cellburst targets`: the places to run on, and the machines that they can be made of."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import msgspec

from cellburst import pricing
from cellburst.cli.output import print_json
from cellburst.display.targets import targets_bundle, types_text
from cellburst.errors import TargetError, UsageError
from cellburst.model.target import Target
from cellburst.paths import Folders
from cellburst.pool.capacity import usable_cores
from cellburst.settings import Settings
from cellburst.targets import KeyTrouble, about, add, changed, find, has_machines, known, remove
from cellburst.targets.builtin import REGION
from cellburst.targets.rules import ARCHITECTURES, SPOT_POLICIES
from cellburst.targets.schema import BACKENDS

_MOST = 20
_SIZES = (
    click.option("--cpus", metavar="N+", help="Cores of a machine, at least."),
    click.option("--memory", metavar="SIZE", help="Memory of a machine, at least: 32GB."),
    click.option("--gpus", metavar="N", help="GPUs of each task."),
    click.option("--gpu", metavar="NAME", help="Which GPU: t4, a10g, l4, l40s, a100, h100."),
    click.option("--arch", type=click.Choice(ARCHITECTURES), help="The processor; x86_64 unless it is said."),
    click.option("--max-price", metavar="$", help="The most dollars for an hour of one machine."),
    click.option("--region", metavar="REGION", help=f"Where the machines are; {REGION} unless it is said."),
)
_OTHERS = (
    click.option("--zones", metavar="ZONE,...", help="Only these zones of the region."),
    click.option("--instance-type", metavar="TYPE,...", help="The types of machines, in this order."),
    click.option("--spot-policy", type=click.Choice(SPOT_POLICIES), help="Machines that may be taken back, or not."),
    click.option("--max-cost", metavar="$", help="The most dollars that a run may cost."),
    click.option("--max-lifetime", metavar="T", help="When a machine ends itself, whatever it does: 30m, 2h."),
    click.option("--confirm-above", metavar="$", help="The worst case above which one is asked."),
    click.option("--parallel", metavar="N", help="How many tasks run at once."),
    click.option("--workers", metavar="N", help="How many tasks run on a machine at once."),
    click.option("--disk", metavar="SIZE", help="The disk of a machine: 50GB."),
    click.option("--image", metavar="AMI", help="The machine image."),
    click.option("--bucket", metavar="NAME", help="The bucket, if it is not cellburst's own."),
    click.option("--profile", metavar="NAME", help="The profile of AWS credentials."),
    click.option("--subnets", metavar="SUBNET,...", help="Only these subnets."),
    click.option("--escalate", is_flag=True, help="Try what was out of memory again on a larger machine."),
)


def _with(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def decorate(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


@click.group()
def targets() -> None:
    """List, add and check the places to run on, and find types of machines."""


@targets.command("list")
@click.option("--json", "as_json", is_flag=True, help="Everything about each, as JSON.")
def list_(as_json: bool) -> None:
    """List the targets, built-in ones first."""
    found, trouble = known()
    if as_json:
        print_json(found)
    else:
        workers = Settings.load().workers or usable_cores()
        click.echo(targets_bundle(found.values(), workers)["text/plain"])
    if trouble:
        raise TargetError(trouble)


@targets.command("add")
@click.argument("name")
@click.option("--backend", type=click.Choice(BACKENDS[1:]), default="ec2", show_default=True, help="Whose machines.")
@click.option("--replace", is_flag=True, help="Write one that is there anew.")
@_with(*_SIZES, *_OTHERS)
def add_(name: str, replace: bool, **given: Any) -> None:
    """Add the target NAME to targets.toml.

    For example: cellburst targets add gpu --instance-type g5.xlarge,g4dn.xlarge --spot-policy spot_with_fallback
    --max-cost 20 --max-lifetime 2h
    """
    target = add(name, _file_values({key: value for key, value in given.items() if value}), replace=replace)
    click.echo(f"{name}: {about(target)}\n{_path()}")
    if not _installed():
        click.echo('To use it: pip install "cellburst[aws]"')


@targets.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def show(name: str, as_json: bool) -> None:
    """Show what a target is: every key that is not as it is by default."""
    target = find(name)
    if as_json:
        print_json(target)
        return
    click.echo(f"{name}: {about(target)}")
    for key, value in msgspec.to_builtins(target).items():
        if key != "name":
            click.echo(f"  {key} = {', '.join(value) if isinstance(value, (list, tuple)) else value}")


@targets.command("remove")
@click.argument("name")
def remove_(name: str) -> None:
    """Take a target out of targets.toml; what runs there goes on."""
    remove(name)
    click.echo(f"{name} is removed from {_path()}")


@targets.command("edit-check")
@click.option("--schema", is_flag=True, help="The JSON Schema of the file, for editors.")
def edit_check(schema: bool) -> None:
    """Check targets.toml, every section of it."""
    from cellburst.targets import file

    if schema:
        from cellburst.targets.json_schema import json_schema

        print_json(json_schema())
        return
    found = file.troubles(_path())
    if found:
        raise TargetError("\n".join(map(str, found)))
    there = len(file.read(_path()))
    click.echo(f"{_path()}: {there} target{'' if there == 1 else 's'}, nothing wrong")


@targets.command()
@click.argument("target", required=False)
@_with(*_SIZES)
@click.option("--spot", is_flag=True, help="By their prices on the spot market.")
@click.option("--refresh", is_flag=True, help="Ask AWS for today's prices, of all types.")
@click.option("--all", "every", is_flag=True, help=f"Every type, not only the {_MOST} cheapest.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def types(target: str | None, spot: bool, refresh: bool, every: bool, as_json: bool, **given: Any) -> None:
    """List the cheapest types of machines that fit TARGET, or the sizes that are said."""
    wanted = _wanted(target, {**{key: value for key, value in given.items() if value}}, spot)
    folder = Folders.of(Settings.load()).prices
    catalogue = pricing.load(wanted.backend, wanted.region, folder)
    if refresh:
        catalogue = _refreshed(wanted, folder)
    found = pricing.fits(wanted, catalogue, burstable=True)
    found = [fit for fit in found if wanted.max_price is None or fit.price <= wanted.max_price]
    if as_json:
        print_json(found)
        return
    if not catalogue.on_demand:
        raise UsageError(f"nobody has asked yet for prices in {wanted.region}; --refresh asks AWS")
    click.echo(types_text(found if every else found[:_MOST]))
    dated = time.strftime("%Y-%m-%d", time.gmtime(catalogue.dated([fit.type.name for fit in found])))
    left = "" if every or len(found) <= _MOST else f"{len(found) - _MOST} more (--all); "
    click.echo(f"\n{left}{wanted.region}, Linux, prices of {dated} or newer")


def _wanted(name: str | None, given: dict[str, Any], spot: bool) -> Target:
    target = find(name) if name else Target("types", backend="ec2", region=REGION)
    if not has_machines(target):
        raise UsageError(f"{target.name} is this machine; name a target with machines, or sizes")
    try:
        found = changed(target, {**given, **({"spot_policy": "spot_with_fallback"} if spot else {})})
    except KeyTrouble as trouble:
        raise UsageError(str(trouble)) from None
    return found


def _refreshed(target: Target, folder: Path) -> pricing.Catalogue:
    from cellburst.client.machines.planning import session_for
    from cellburst.pricing.asking import refresh

    return refresh(session_for(target), target.backend, target.region, folder, time.time())


def _file_values(given: dict[str, Any]) -> dict[str, Any]:
    """Options as they are written in the file: numbers as numbers, lists as lists."""
    found: dict[str, Any] = {}
    for key, value in given.items():
        if key in ("zones", "instance_type", "subnets"):
            found[key] = [part.strip() for part in value.split(",")]
        elif isinstance(value, str) and value.replace(".", "", 1).isdecimal():
            found[key] = int(value) if value.isdecimal() else float(value)
        else:
            found[key] = value
    return found


def _path() -> Path:
    return Folders.of(Settings.load()).targets


def _installed() -> bool:
    from importlib.util import find_spec

    return find_spec("boto3") is not None
