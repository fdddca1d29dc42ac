"""The command: fifty tasks on ten machines of a made-up cloud, two of which are taken back, and the bill."""

from __future__ import annotations

import sys
import time
from contextlib import suppress

import click

from cellburst.cli.demo.cloud_rig import Rig
from cellburst.errors import CellburstError
from cellburst.model.run import ENDED

_PATIENCE = 600.0  # seconds
_LOOK = 0.5
_TYPE = "m7i.large"


def simulate(seed: int, seconds: float) -> float:
    """Where a random walk of ``seconds`` ends: one path of a Monte Carlo simulation."""
    import random
    import time as clock

    walk, end, place = random.Random(seed), clock.monotonic() + seconds, 0.0
    while clock.monotonic() < end:
        place += walk.gauss(0.0, 1e-3)
        clock.sleep(0.01)
    return place


@click.command("demo-cloud")
@click.option("--tasks", default=50, show_default=True, type=click.IntRange(1, 10_000), help="How many tasks.")
@click.option("--machines", default=10, show_default=True, type=click.IntRange(1, 100), help="On how many machines.")
@click.option("--reclaims", default=2, show_default=True, type=click.IntRange(0), help="How many are taken back.")
@click.option("--seconds", default=4.0, show_default=True, type=float, help="How long a task takes.")
@click.option("--speed", default=60.0, show_default=True, type=float, help="How much faster than EC2 machines boot.")
def demo_cloud(tasks: int, machines: int, reclaims: int, seconds: float, speed: float) -> None:
    """Run tasks on machines of a made-up cloud on this computer: boots, prices, spot losses and the bill; free."""
    with Rig(speed=speed) as rig:
        for sentence in rig.cloud.describe().lacking:
            click.echo(f"less real than it could be: {sentence}")
        good = _play(rig, tasks, machines, reclaims, seconds)
    click.echo("The cloud, its machines and every process of the demo are gone.")
    sys.exit(0 if good else 1)


def _play(rig: Rig, tasks: int, machines: int, reclaims: int, seconds: float) -> bool:
    import cellburst

    started = time.monotonic()
    params = [{"seed": seed, "seconds": seconds} for seed in range(tasks)]
    run = cellburst.map(
        simulate,
        params,
        target="fakecloud",
        parallel=2 * machines,  # one for each of the two cores
        instance_type=_TYPE,
        spot_policy="spot_with_fallback",
        max_lifetime="30m",
        name="demo",
        yes=True,
    )
    click.echo(f"\n{tasks} tasks as run {run.id}")
    _follow(rig, run, reclaims)
    rig.wait_for_ends(run.id)
    _tell(rig, run, time.monotonic() - started)
    return run.counts.succeeded == tasks


def _follow(rig: Rig, run: object, reclaims: int) -> None:
    """Say what changes, and take machines back once they work."""
    from cellburst.client.runs.run import Run
    from cellburst.display.fleets import fleet_words

    assert isinstance(run, Run)
    said, left, end = "", reclaims, time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        status = run.status
        counts = status.counts
        words = [
            f"{counts.ended}/{counts.total} done, {counts.running} running",
            *fleet_words(status.fleet, time.time()),
        ]
        line = "   " + " · ".join(words)
        if line.partition("$")[0] != said.partition("$")[0]:
            click.echo(line)
            said = line
        if status.state in ENDED:
            return
        due = counts.ended >= (reclaims - left + 1) * counts.total // (reclaims + 2)
        if left and due and (name := rig.take_back()):
            click.echo(f"   the spot market takes {name} back, and says so some seconds before")
            left -= 1
        if trouble := rig.trouble():
            raise CellburstError(f"{trouble}; the demo is over")
        with suppress(TimeoutError):  # rather than sleep: this also brings a controller back that somebody has ended
            run.wait(_LOOK)
    raise CellburstError(f"the run has not ended within {_PATIENCE:.0f} s; its log: {rig.log}")


def _tell(rig: Rig, run: object, seconds: float) -> None:
    from cellburst.client.runs.run import Run
    from cellburst.model.machine import fleet_of
    from cellburst.model.money import dollars
    from cellburst.pricing import report

    assert isinstance(run, Run)
    machines, plan, now = run.connection.reader.machines(run.id), run.record.plan, time.time()
    again = [result for result in run.connection.reader.results(run.id) if result.attempt > 1]
    tried = f"{len(again)} were tried again" if again else "none had to be tried again"
    click.echo(f"\n{run.counts.succeeded} of {run.count} tasks succeeded in {seconds:.0f} s; {tried}")
    for failed in [row for row in run.connection.reader.tasks(run.id) if row.error][:1]:
        click.echo(f"   task {failed.index}: {failed.error}")
    for sentence in report(machines, fleet_of(machines, now), now, run.counts.succeeded, plan):
        click.echo(f"   {sentence}")
    bill = rig.cloud.bill()
    click.echo(f"\nThe cloud's own bill: {dollars(bill.dollars)} for {len(bill.lines)} machines")
    for line in bill.lines:
        click.echo(
            f"   {line.id}  {line.type}  {line.zone}  {line.market:<9}  {line.billed:5.0f} s  {dollars(line.dollars)}"
        )
    alive = rig.cloud.instances("pending", "running")
    click.echo(f"Machines that still cost something: {len(alive)}")
