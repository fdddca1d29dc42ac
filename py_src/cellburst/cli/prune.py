"""`cellburst prune`: apply the retention policy now."""

from __future__ import annotations

import re

import click

from cellburst.cli.output import disk_use, print_json
from cellburst.client.connecting.discover import connect
from cellburst.display.formatting import counted, format_bytes
from cellburst.wire.client import Prune

_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_SIZE = re.compile(r"\s*(\d+(?:\.\d*)?)\s*([kmgt]?)b?\s*", re.IGNORECASE)


def parse_size(context: click.Context, option: click.Parameter, text: str | None) -> int | None:
    """Bytes from ``500MB``, ``2.5 GB`` or a plain number."""
    if text is None:
        return None
    match = _SIZE.fullmatch(text)
    if match is None:
        raise click.BadParameter(f"{text!r} is not a size; write 500MB or 2GB", context, option)
    return int(float(match[1]) * _UNITS[match[2].lower()])


@click.command()
@click.option("--days", type=click.FloatRange(min=0), help="Delete ended runs older than this; default: the setting.")
@click.option("--keep", "size", callback=parse_size, help="Delete the oldest ended runs above this disk use (2GB).")
@click.option("--json", "as_json", is_flag=True, help="What was deleted, as JSON.")
def prune(days: float | None, size: int | None, as_json: bool) -> None:
    """Delete old runs by age and size, and stored values that nothing names."""
    done = connect().request(Prune(0, days, size))
    deleted, freed = list(done.data["runs"]), int(done.data["bytes"])
    used = disk_use()
    if as_json:
        print_json({"deleted": deleted, "freed": freed, "used": used})
        return
    click.echo(
        f"{counted(len(deleted), 'run')} deleted, {format_bytes(freed)} of values freed; {format_bytes(used)} on disk"
    )
