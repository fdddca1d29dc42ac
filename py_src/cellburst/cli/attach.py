"""`cellburst attach`: wait for a run, wherever it was started."""

from __future__ import annotations

import sys

import click

from cellburst.cli.run_progress import watch
from cellburst.client.runs import finding


@click.command()
@click.argument("run", default="last")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@click.option("--json", "as_json", is_flag=True, help="The tasks as JSON at the end.")
def attach(run: str, quiet: bool, as_json: bool) -> None:
    """Wait for a run and show how its tasks end. One of another computer is found in the accounts of the targets."""
    found = finding.caught_up(finding.attach(run))
    if said := finding.about_followed(found):
        click.echo(f"cellburst: {said}", err=True)
    sys.exit(watch(found, quiet=quiet, as_json=as_json))
