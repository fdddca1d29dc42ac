"""`cellburst logs`: what the tasks of a run printed."""

from __future__ import annotations

import time

import click

from cellburst.cli.output import print_json
from cellburst.client.collecting.logs import log_text
from cellburst.client.runs.finding import attach
from cellburst.client.runs.run import Run
from cellburst.model.run import ENDED

_POLL = 0.25


@click.command()
@click.argument("run", default="last")
@click.argument("task", type=click.IntRange(min=0), required=False)
@click.option("-f", "--follow", is_flag=True, help="Go on until the run has ended.")
@click.option("--json", "as_json", is_flag=True, help="The output records as they are kept, as JSON.")
def logs(run: str, task: int | None, follow: bool, as_json: bool) -> None:
    """Print what TASK wrote (all tasks, one after another, without it)."""
    found = attach(run)
    indices = range(found.count) if task is None else [task]
    if as_json:
        print_json({str(index): found.outputs(index) for index in indices})
        return
    show = _PrintedTask(found, task) if task is not None else _PrintedTasks(found)
    over = False
    while not over:
        over = not follow or found.state in ENDED  # asked before reading, so that nothing is missed
        show.print_new(last=over)
        if not over:
            time.sleep(_POLL)


class _PrintedTask:
    """One task's text, as it grows."""

    def __init__(self, run: Run, index: int) -> None:
        self._run, self._index, self._printed = run, index, 0

    def print_new(self, *, last: bool) -> None:
        text = log_text(self._run.outputs(self._index))
        click.echo(text[self._printed :], nl=last and not text.endswith("\n"))
        self._printed = len(text)


class _PrintedTasks:
    """Every task's text in one piece, when the task has ended (of those that run: at the last look)."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._told: set[int] = set()

    def print_new(self, *, last: bool) -> None:
        for task in self._run.connection.reader.tasks(self._run.id):
            if task.index not in self._told and (last or task.state not in ("queued", "running")):
                self._told.add(task.index)
                self._print(task.index)

    def _print(self, index: int) -> None:
        text = log_text(self._run.outputs(index))
        if text and self._run.count > 1:
            click.secho(f"--- task {index}", dim=True)
        click.echo(text, nl=bool(text) and not text.endswith("\n"))
