"""`cellburst runs` and `cellburst show`: what ran, and how one run stands."""

from __future__ import annotations

import time
from typing import Any

import click
import msgspec

from cellburst.abc import RunReader
from cellburst.cli.output import disk_use, print_json
from cellburst.client.runs.costs import costs_of
from cellburst.client.runs.finding import attach, summaries
from cellburst.display.fleets import machine_lines
from cellburst.display.formatting import clean, format_bytes, format_duration, value_text
from cellburst.display.listing import ago, run_row, tally
from cellburst.display.states import mark
from cellburst.display.tables import Column, terminal_room, text_table
from cellburst.model.run import Run, RunStatus
from cellburst.model.stored import TaskRow

_ROWS = 20
_RUN_COLUMNS = (
    Column("ID", fixed=True),
    Column("NAME", limit=32),
    Column("TARGET", fixed=True),
    Column("STATE", state=True),
    Column("TASKS", fixed=True),
    Column("SUBMITTED", fixed=True),
    Column("TOOK", right=True),
    Column("NOTEBOOK", limit=32),
)
_ACCOUNT_COLUMNS = (
    Column("ID", fixed=True),
    Column("NAME", limit=32),
    Column("TARGET", fixed=True),
    Column("TASKS", right=True),
    Column("SUBMITTED", fixed=True),
    Column("NOTEBOOK", limit=32),
)
_TASK_COLUMNS = (
    Column("TASK", right=True),
    Column("STATE", state=True),
    Column("PARAMS", limit=40),
    Column("TOOK", right=True),
    Column("PEAK", right=True),
    Column("VALUE", limit=80),
)
_INPUT_COLUMNS = (Column("NAME"), Column("TYPE"), Column("SIZE", right=True), Column("HOW"), Column("WHY", limit=80))


@click.command()
@click.option("-n", "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many.")
@click.option("--account", is_flag=True, help="Those in the accounts of the targets, of whatever computer.")
@click.option("--json", "as_json", is_flag=True, help="Everything about each run, as JSON.")
def runs(limit: int, account: bool, as_json: bool) -> None:
    """List the runs of all environments, newest first."""
    if account:
        _list_account(limit, as_json)
        return
    found = summaries(limit)
    if as_json:
        print_json(found)
    elif not found:
        click.echo("No runs yet. In a notebook: %load_ext cellburst, then a cell that starts with %%remote local")
    else:
        now = time.time()
        click.echo(text_table(_RUN_COLUMNS, [run_row(run, now) for run in found], room=terminal_room()))
        click.echo(f"\n{format_bytes(disk_use())} on disk")


@click.command()
@click.argument("run", default="last")
@click.option("--inputs", is_flag=True, help="What travelled with it, name by name.")
@click.option("--tasks", "every", is_flag=True, help=f"Every task, not only the first {_ROWS}.")
@click.option("--json", "as_json", is_flag=True, help="The run, its state, tasks and timeline, as JSON.")
def show(run: str, inputs: bool, every: bool, as_json: bool) -> None:
    """Show one run: its state, tasks and timeline."""
    found = attach(run)
    whole, reader = found.record, found.connection.reader
    if as_json:
        print_json(_everything(reader, whole))
    elif inputs:
        _print_inputs(whole)
    else:
        _print_head(whole, found.status)
        for sentence in costs_of(found):
            click.echo(sentence)
        for line in machine_lines(reader.machines(found.id)) if whole.plan is not None else ():
            click.echo(clean(line))
        _print_tasks(list(reader.tasks(found.id, 0, None if every else _ROWS)), whole.count)
        for event in reader.timeline(found.id)[-10:]:
            click.echo(f"{time.strftime('%H:%M:%S', time.localtime(event.at))}  {clean(event.message)}")


def _list_account(limit: int, as_json: bool) -> None:
    from cellburst.client.machines.account import listed

    troubles: list[str] = []
    found = listed(limit, troubles)
    for trouble in troubles:
        click.echo(f"cellburst: {trouble}", err=True)
    if as_json:
        print_json([{**msgspec.to_builtins(entry), "account": account.number} for entry, account in found])
    elif not found:
        click.echo("No runs in the accounts of the targets.")
    else:
        now = time.time()
        rows = [
            (entry.run, entry.name, account.target.name, f"{entry.count:,}", ago(entry.submitted, now), entry.notebook)
            for entry, account in found
        ]
        click.echo(text_table(_ACCOUNT_COLUMNS, rows, room=terminal_room()))
        click.echo("\n`cellburst attach ID` follows one from here")


def _took(started: float | None, ended: float | None) -> str:
    return format_duration((ended or time.time()) - started) if started else ""


def _everything(reader: RunReader, run: Run) -> dict[str, Any]:
    shown = msgspec.structs.asdict(run)
    del shown["payload"]  # bytes for a worker, nothing to read
    shown["status"] = reader.status(run.id)
    shown["tasks"] = list(reader.tasks(run.id))
    shown["timeline"] = reader.timeline(run.id)
    return shown


def _print_head(run: Run, status: RunStatus) -> None:
    title = click.style(clean(f"{run.id}  {run.name}").rstrip(), bold=True)
    click.echo(f"{title}  on {run.target}, {ago(run.submitted, time.time())}")
    look = mark(status.state.value)
    took = _took(status.started, status.ended)
    click.echo(" · ".join(filter(None, (f"{look.shape} {look.word}", tally(status.counts), took, status.reason))))
    for line in clean(run.code).strip().splitlines():
        click.echo(f"    {line}")
    click.echo()


def _print_tasks(tasks: list[TaskRow], count: int) -> None:
    click.echo(text_table(_TASK_COLUMNS, list(map(_task_row, tasks)), room=terminal_room()))
    if len(tasks) < count:
        click.echo(f"... {count - len(tasks):,} more (--tasks shows all)")
    click.echo()


def _task_row(task: TaskRow) -> tuple[str, ...]:
    params = ", ".join(f"{name}={value_text(value)}" for name, value in task.params.items())
    took = "" if task.seconds is None else format_duration(task.seconds)
    peak = format_bytes(task.peak_rss) if task.peak_rss else ""
    said = task.error or task.note or value_text(task.summary)
    return (str(task.index), task.state, params, took, peak, said)


def _print_inputs(run: Run) -> None:
    rows = []
    for entry in run.manifest.entries:
        size = "" if entry.size is None else format_bytes(entry.size)
        rows.append((entry.name, entry.type, size, entry.how, entry.warning or entry.why))
    click.echo(text_table(_INPUT_COLUMNS, rows) if rows else "The cell reads nothing from the notebook.")
