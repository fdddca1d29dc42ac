"""What a terminal shows of a command's run: before it, while it goes on, and at its end."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import Any

import click

from cellburst.cli.output import print_json
from cellburst.cli.wording import in_a_shell
from cellburst.client.collecting.logs import log_text
from cellburst.client.following.follow import NullListener
from cellburst.client.options.searching import MOST, TRIALS
from cellburst.client.options.submission import SubmitOptions
from cellburst.client.runs.costs import costs_of
from cellburst.client.runs.run import Run
from cellburst.commands.submission import Submission
from cellburst.commands.template import fill
from cellburst.display.bundles import head_of, view_of
from cellburst.display.card import card_text, live_text
from cellburst.display.formatting import clean, counted, format_duration, value_text
from cellburst.display.plan import plan_text
from cellburst.display.progress import RunProgress
from cellburst.display.results import results_bundle
from cellburst.display.states import mark
from cellburst.model.plan import Plan
from cellburst.model.run import ENDED, RunStatus, TaskState
from cellburst.model.stored import TaskRow
from cellburst.settings import Settings
from cellburst.sweeps.build import build

_SHOWN = 10
_EACH = 200  # tasks of a run of which every one gets a line
_LAST_LINES = 12
_BAD = (TaskState.FAILED.value, TaskState.UNKNOWN.value)
_CLEAR = "\r\x1b[K"


def preview(submission: Submission) -> None:
    """What would be started, for the first tasks."""
    options = submission.options.seeded()
    words: Sequence[str] = getattr(submission.call, "words", (submission.code,))
    how_many = counted(submission.count, "task") if submission.count else _open_end(options)
    click.echo(f"{options.name}: {how_many} on {options.target}")
    plan = submission.plan()
    if plan is not None:
        show_plan(plan)
    if not submission.count:
        return
    sweep, _ = build(options.for_sweep(options.seed or 0, Settings.load(), {}))
    for index in range(min(_SHOWN, submission.count)):
        params = {} if sweep is None else dict(sweep[index])
        shown = fill(words, {**{name: f"<{name}>" for name in _unknown(words, params)}, **params})
        told = "" if hasattr(submission.call, "words") else "  " + ", ".join(f"{k}={v!r}" for k, v in params.items())
        click.echo(f"{index:>5}  {' '.join(shown)}{told}")
    if submission.count > _SHOWN:
        click.echo(f"  ... {submission.count - _SHOWN:,} more")


def show_plan(plan: Plan) -> None:
    """The machines that are to be started, and what they come to."""
    click.echo(plan_text(plan, time.time()), err=True)


def _open_end(options: SubmitOptions) -> str:
    if options.until:
        return f"copies until {options.until}, at most {options.most or MOST:,},"
    return f"a search of {counted(options.trials or TRIALS, 'trial')}"


def _unknown(words: Sequence[str], params: dict[str, Any]) -> list[str]:
    from cellburst.commands.template import names_in

    return [name for name in names_in(words) if name not in params]


def watch(run: Run, *, quiet: bool, as_json: bool) -> int:
    """Follow it to its end; the exit status: 0, 1 if a task failed, 130 if the wait was interrupted."""
    lines = _Lines(run, quiet=quiet)
    try:
        lines.begin()
        run.wait(listener=lines)
    except KeyboardInterrupt as interrupt:
        lines.erase()
        said = in_a_shell(str(interrupt)) or _cancelled(run)
        click.echo(f"cellburst: {said}", err=True)
        return 130
    lines.erase()
    rows = list(run.connection.reader.tasks(run.id))
    lines.rest(rows)
    if as_json:
        print_json(rows)
    elif not quiet:
        if not run.record.single and run.record.options.search is not None:
            click.echo(card_text(view_of(run, time.time())))
        click.echo(results_bundle(rows, counts=run.counts)["text/plain"])
        for sentence in costs_of(run):
            click.echo(sentence)
    failed = [row for row in rows if row.state in _BAD]
    _tell_failures(run, failed)
    return 1 if failed or run.counts.cancelled else 0


def _cancelled(run: Run) -> str:
    """Cancel a run whose wait had not begun or was over."""
    if run.record.options.on_interrupt == "detach" or run.state in ENDED:
        return f"run {run.id} goes on; `cellburst show {run.id}` says how it stands"
    run.cancel()
    return f"run {run.id} is being cancelled; `cellburst retry {run.id}` runs what is missing"


def _tell_failures(run: Run, failed: Sequence[TaskRow]) -> None:
    """The last lines of the first one that failed, and the way on."""
    if not failed:
        return
    first = failed[0]
    said = log_text(run.outputs(first.index)).rstrip().splitlines()[-_LAST_LINES:]
    click.echo(f"\ntask {first.index} failed: {clean(first.error or first.note)}", err=True)
    for line in said:
        click.echo(f"  {clean(line)}", err=True)
    click.echo(f"\n{len(failed)} failed; `cellburst logs {run.id} {first.index}` shows all that it printed,", err=True)
    click.echo(f"`cellburst retry {run.id} --failed` runs them again", err=True)


class _Lines(NullListener):
    """A line for each task that has ended, and below them, in a terminal, how it stands."""

    def __init__(self, run: Run, *, quiet: bool) -> None:
        self._run = run
        self._quiet = quiet
        self._each = not quiet and run.count <= _EACH
        self._live = not quiet and sys.stdout.isatty()
        self._progress = RunProgress(head_of(run), time.time())
        self._drawn = False
        self._reason = ""
        self._told: set[int] = set()

    def begin(self) -> None:
        """Say which run it is."""
        if not self._quiet:
            click.echo(f"{self._run.id}  {clean(self._run.name)}  on {self._run.target}")

    def status(self, status: RunStatus) -> None:
        """Where it is now."""
        self._progress.take_status(status)
        self._draw()
        self._tell_wait(status)

    def _tell_wait(self, status: RunStatus) -> None:
        """What machines keep tasks waiting for, where no line below shows it; each change once."""
        if self._quiet or self._live or self._run.record.plan is None or status.reason == self._reason:
            return
        self._reason = status.reason
        if status.reason and status.state not in ENDED:
            click.echo(f"waits: {clean(status.reason)}", err=True)

    def progress(self, index: int, fraction: float | None, text: str, metrics: dict[str, Any] | None) -> None:
        """What a task says."""
        self._progress.take_progress(index, fraction, text)

    def outputs(self, index: int, attempt: int, outputs: list[dict[str, Any]]) -> None:
        """What a task prints."""
        self._progress.take_outputs(index, outputs)

    def ended_tasks(self, indices: Sequence[int]) -> None:
        """Tasks that have ended."""
        self._progress.take_ended(indices)
        if not self._each or not indices:
            return
        self.erase()
        wanted = frozenset(indices)
        for row in self._run.connection.reader.tasks(self._run.id, min(wanted), max(wanted) + 1):
            if row.index in wanted:
                self._tell(row)

    def rest(self, rows: Sequence[TaskRow]) -> None:
        """Those that had ended before anybody looked."""
        for row in rows if self._each else ():
            if row.index not in self._told:
                self._tell(row)

    def _tell(self, row: TaskRow) -> None:
        self._told.add(row.index)
        click.echo(_line(row))

    def tick(self) -> None:
        """Time goes on."""
        self._draw()

    def erase(self) -> None:
        """Make room for other text."""
        if self._drawn:
            sys.stdout.write(_CLEAR)
            sys.stdout.flush()
            self._drawn = False

    def _draw(self) -> None:
        view = self._progress.view(time.time())
        if self._live and view.state not in ENDED:
            import shutil

            sys.stdout.write(_CLEAR + live_text(view)[: shutil.get_terminal_size().columns - 3])
            sys.stdout.flush()
            self._drawn = True


def _line(row: TaskRow) -> str:
    params = ", ".join(f"{name}={value_text(value)}" for name, value in row.params.items())
    metrics = "  ".join(
        f"{name}={value_text(value)}" for name, value in (row.metrics or {}).items() if name != "exit_code"
    )
    took = "" if row.seconds is None else format_duration(row.seconds)
    took = "cached" if row.cached else took
    said = clean(row.error) if row.state in _BAD else metrics
    return "  ".join(part for part in (f"{mark(row.state).shape} {row.index:>4}", params, took, said) if part)
