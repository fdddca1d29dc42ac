"""`cellburst files`: what tasks left in their output folders."""

from __future__ import annotations

from pathlib import Path

import click

from cellburst.cli.output import print_json
from cellburst.client.runs.finding import attach
from cellburst.display.formatting import clean, counted, format_bytes
from cellburst.display.tables import Column, terminal_room, text_table

_COLUMNS = (Column("FILE", limit=100), Column("SIZE", right=True))


@click.command()
@click.argument("run", default="last")
@click.argument("task", type=click.IntRange(min=0), required=False)
@click.option("--to", "folder", type=click.Path(path_type=Path), help="Copy them to FOLDER/TASK/...")
@click.option("--json", "as_json", is_flag=True, help="The list as JSON.")
def files(run: str, task: int | None, folder: Path | None, as_json: bool) -> None:
    """List the files that TASK left (every task, without it), or copy them."""
    found = attach(run)
    if folder is not None:
        paths = found.save_files(folder, task)
        click.echo(f"{counted(len(paths), 'file')} in {folder}")
        return
    tasks = range(found.count) if task is None else [task]
    listed = {index: entries for index in tasks if (entries := found.files(index))}
    if as_json:
        print_json({index: [{"path": e.path, "size": e.blob.size} for e in listed[index]] for index in listed})
    elif not listed:
        click.echo("No files. A task keeps what it writes to $CELLBURST_OUTPUT_DIR, or to task.output_dir in Python.")
    else:
        rows = [(f"{index}/{clean(e.path)}", format_bytes(e.blob.size)) for index in listed for e in listed[index]]
        click.echo(text_table(_COLUMNS, rows, room=terminal_room()))
