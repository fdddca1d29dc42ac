"""`cellburst ps` and `cellburst reap`: the machines of live runs, and what of ours nobody needs any more."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from cellburst.cli.output import print_json
from cellburst.display.formatting import counted, format_duration
from cellburst.display.tables import Column, terminal_room, text_table
from cellburst.errors import CellburstError
from cellburst.model.machine import Machine
from cellburst.model.run import ENDED
from cellburst.paths import Folders
from cellburst.settings import Settings

if TYPE_CHECKING:
    from cellburst.aws.session import Session
    from cellburst.fleet.orphans import Thing

_MACHINES = (
    *(Column(head, fixed=True) for head in ("run", "machine", "state")),
    Column("where"),
    *(Column(head, right=True) for head in ("age", "ends within", "cost")),
    Column("id", fixed=True),
    Column("why", limit=200),
)
_THINGS = (
    *(Column(head, fixed=True, limit=200) for head in ("", "id", "region")),
    Column("what"),
    *(Column(head, right=True) for head in ("age", "cost")),
    Column("run", fixed=True),
    Column("why", limit=200),
)
_RUNS = 1000  # runs of the newest in which machines are looked for
_JSON = click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
_REGION = click.option("--region", default="", help="Look in this region, and not in those of the targets.")
_PROFILE = click.option("--profile", default="", help="The profile of AWS's configuration files.")


@click.command()
@click.option("--orphans", is_flag=True, help="Ask AWS for everything of ours, and say which of it nobody needs.")
@_REGION
@_PROFILE
@_JSON
def ps(orphans: bool, region: str, profile: str, as_json: bool) -> None:
    """List machines of live runs with age and cost; with --orphans everything of ours in the account."""
    if orphans:
        _print_things([thing for _, thing in _things(region, profile)], as_json)
        return
    now = time.time()
    machines = _live_machines()
    if as_json:
        print_json([{**_plain(machine), "cost": machine.cost(now)} for machine in machines])
        return
    if not machines:
        click.echo("no machines")
        return
    click.echo(text_table(_MACHINES, (_row_of_machine(machine, now) for machine in machines), room=terminal_room()))
    rate = sum(machine.price for machine in machines if machine.billed is not None)
    click.echo(f"{counted(len(machines), 'machine')}, ${rate:.2f} an hour")


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be ended.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@_REGION
@_PROFILE
@_JSON
def reap(dry_run: bool, yes: bool, region: str, profile: str, as_json: bool) -> None:
    """End what is ours for certain and needed by nobody: of ended runs, or past its deadline.

    Ours is what carries the tag of cellburst with the id of this Python environment. Nothing else is ever touched.
    """
    found = list(_things(region, profile))
    doomed = [(session, thing) for session, thing in found if thing.verdict.doomed]
    kept = len(found) - len(doomed)
    if as_json and dry_run:
        print_json([thing for _, thing in doomed])
        return
    if not doomed:
        click.echo(f"nothing to end ({counted(kept, 'thing')} of ours {'is' if kept == 1 else 'are'} left alone)")
        return
    ending = [thing for _, thing in doomed]
    _print_table(ending)
    click.echo(f"{counted(len(doomed), 'thing')}{_rate(ending)}; {kept or 'none'} of cellburst left alone")
    if dry_run:
        return
    if not yes:
        click.confirm(f"End {'it' if len(doomed) == 1 else f'these {len(doomed)}'}?", abort=True)
    sys.exit(_end(doomed))


def _end(doomed: list[tuple[Session, Thing]]) -> int:
    from cellburst.fleet import finding

    failures = 0
    for session in {id(session): session for session, _ in doomed}.values():
        for thing, wrong in finding.end(session, [each for of, each in doomed if of is session]):
            failures += bool(wrong)
            click.echo(f"  {thing.kind} {thing.id}: {wrong or 'ended'}", err=bool(wrong))
    return int(bool(failures))


def _row_of_machine(machine: Machine, now: float) -> tuple[str, ...]:
    return (
        machine.run,
        machine.name,
        machine.state.value,
        " ".join(filter(None, (machine.type, machine.market, machine.zone or machine.region))),
        *_bill(machine, now),
        machine.id,
        machine.reason,
    )


def _print_things(things: list[Thing], as_json: bool) -> None:
    if as_json:
        print_json(things)
        return
    if not things:
        click.echo("nothing of cellburst is there")
        return
    _print_table(things)
    doomed = [thing for thing in things if thing.verdict.doomed]
    way = f"{_rate(doomed)}: `cellburst reap` ends {'it' if len(doomed) == 1 else 'them'}" if doomed else ""
    click.echo(f"{counted(len(things), 'thing')} of cellburst; {len(doomed) or 'none'} that nobody needs{way}")


def _print_table(things: list[Thing]) -> None:
    now = time.time()
    ordered = sorted(things, key=lambda thing: (not thing.verdict.doomed, thing.kind, thing.run))
    click.echo(text_table(_THINGS, (_row_of_thing(thing, now) for thing in ordered), room=terminal_room()))


def _rate(things: list[Thing]) -> str:
    rate = sum(thing.rate or 0.0 for thing in things)
    return f", ${rate:.2f} an hour" if rate else ""


def _bill(machine: Machine, now: float) -> tuple[str, str, str]:
    """Age, how long at most it goes on, dollars; nothing for one that EC2 has not launched."""
    if machine.billed is None:
        return "", "", ""
    left = format_duration(max(0.0, machine.deadline - now))
    return format_duration(now - machine.requested), left, f"${machine.cost(now):.3f}"


def _row_of_thing(thing: Thing, now: float) -> tuple[str, ...]:
    return (
        thing.kind,
        thing.id.rpartition("/")[2] if thing.kind == "queue" else thing.id,  # of an address
        thing.region,
        thing.what,
        format_duration(now - thing.made) if thing.made else "",
        f"${thing.cost:.3f}" if thing.cost else "",
        thing.run,
        thing.verdict.value,
    )


def _things(region: str, profile: str) -> Iterator[tuple[Session, Thing]]:
    """Everything of ours in the regions of all targets, with its verdict."""
    from cellburst.fleet import finding, orphans

    folders = Folders.of(Settings.load())
    live, known, followed = _runs(folders)
    for session, bucket in _sessions(region, profile, folders):
        things = finding.find(session, folders.env, _prices(session, folders), bucket)
        for thing in orphans.judged(things, folders.env, live, known, time.time(), followed):
            yield session, thing


def _sessions(region: str, profile: str, folders: Folders) -> list[tuple[Session, str]]:
    from cellburst import targets
    from cellburst.aws.session import Session

    if region or profile:
        return [(Session(region=region, profile=profile), "")]
    places = {(t.region, t.profile): t.bucket for t in targets.load(folders).values() if t.backend == "ec2"}
    for machine in _live_machines():
        if machine.region not in {region for region, _ in places}:
            places[machine.region, ""] = ""
    if not places:
        places["", ""] = ""
    return [(Session(region=region, profile=profile), bucket) for (region, profile), bucket in places.items()]


def _prices(session: Session, folders: Folders) -> Callable[[str, str], float | None]:
    """What a type costs by the catalogue: a spot machine the dearest zone's price, or what it costs on demand."""
    from cellburst.pricing import catalogue

    try:
        known = catalogue.load("ec2", session.region_name, folders.prices)
    except CellburstError:
        return lambda kind, market: None

    def price(kind: str, market: str) -> float | None:
        spot = [each.dollars for each in known.spot.get(kind, {}).values()] if market == "spot" else []
        demanded = known.on_demand.get(kind)
        return max(spot, default=demanded.dollars if demanded else None)

    return price


def _runs(folders: Folders) -> tuple[set[str], set[str], dict[str, str]]:
    """Live runs of this environment's store, all that it has, and of those started elsewhere the environment there."""
    from cellburst import wiring

    if not folders.store.exists():
        return set(), set(), {}
    reader = wiring.open_reader(folders)
    try:
        summaries = reader.runs(limit=1_000_000)
        far = {run.id: reader.run(run.id).elsewhere for run in summaries if run.target != "local"}
    finally:
        reader.close()
    followed = {run: other.env for run, other in far.items() if other is not None}
    return {run.id for run in summaries if run.state not in ENDED}, {run.id for run in summaries}, followed


def _live_machines() -> list[Machine]:
    """Of the newest runs of every environment of this user."""
    from cellburst import wiring

    found = []
    for reader in wiring.readers(Folders.of(Settings.load())):
        try:
            for run in reader.runs(limit=_RUNS):
                if run.target != "local":
                    found += [machine for machine in reader.machines(run.id) if machine.live]
        finally:
            reader.close()
    return found


def _plain(machine: Machine) -> dict[str, object]:
    import msgspec

    plain: dict[str, object] = msgspec.to_builtins(machine)
    return plain
