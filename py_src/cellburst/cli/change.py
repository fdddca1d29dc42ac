"""`cellburst cancel`, `retry`, `continue`, `rerun` and `delete`: what changes a run."""

from __future__ import annotations

from typing import Literal

import click

from cellburst.client.runs.finding import attach
from cellburst.display.formatting import counted
from cellburst.model.run import ENDED


@click.command()
@click.argument("run")
@click.argument("tasks", nargs=-1, type=click.IntRange(min=0))
def cancel(run: str, tasks: tuple[int, ...]) -> None:
    """Cancel a run, or only some TASKS of it; what has finished is kept."""
    found = attach(run)
    if found.state in ENDED:
        click.echo(f"{found.id}: has ended already ({found.state.value})")
        return
    found.cancel(tasks or None)
    what = counted(len(tasks), "task") if tasks else "every task that has not ended"
    click.echo(f"{found.id}: cancelling {what}")


@click.command()
@click.argument("run", default="last")
@click.option("--failed", "which", flag_value="failed", help="Only tasks that failed.")
@click.option("--missing", "which", flag_value="missing", help="Leave out tasks that failed.")
@click.option("--max-cost", metavar="$", help="The most dollars that the run may cost, with what it has cost.")
@click.option("--max-lifetime", metavar="T", help="When machines that are started from now on end: 30m, 2h.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask whether machines may be started.")
def retry(
    run: str, which: Literal["failed", "missing"] | None, max_cost: str | None, max_lifetime: str | None, yes: bool
) -> None:
    """Run again what has no success; a run on machines may be given more money, or more time."""
    found = attach(run)
    found.retry(which or "unfinished", max_cost=max_cost, max_lifetime=max_lifetime, yes=yes)
    click.echo(f"{found.id}: {found.state.value}")


@click.command("continue")
@click.argument("run", default="last")
@click.option("--trials", type=click.IntRange(min=1), metavar="N", help="So many more trials, or copies.")
@click.option("--until", default="", metavar="CONDITION", help="Add copies until this is true.")
def continue_(run: str, trials: int | None, until: str) -> None:
    """Go on with a search, or with adding copies: with what is missing, or with more than that."""
    found = attach(run).search_more(trials or 0, until=until)
    click.echo(f"{found.id}: {found.state.value}")


@click.command()
@click.argument("run", default="last")
@click.option("-y", "--yes", is_flag=True, help="Do not ask whether machines may be started.")
def rerun(run: str, yes: bool) -> None:
    """Run all of it once more, with the same inputs and seed, as a run of its own."""
    found = attach(run)
    click.echo(f"{found.rerun(yes=yes).id}: does all of {found.id} again")


@click.command()
@click.argument("runs", nargs=-1, required=True)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
def delete(runs: tuple[str, ...], yes: bool) -> None:
    """Delete ended RUNS with their results and outputs."""
    found = [attach(run) for run in runs]
    if not yes:
        click.confirm(f"Delete {', '.join(run.id for run in found)} with results and outputs?", abort=True)
    for run in found:
        run.delete()
        click.echo(f"{run.id}: deleted")
