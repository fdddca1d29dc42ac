"""``%%remote``: read the line, say what travels, submit, wait, collect."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from cellburst.client.connecting.discover import offline
from cellburst.client.following.ahead import Ahead
from cellburst.client.starting.cell import Prepared, prepare_cell
from cellburst.client.starting.submit import submit_prepared
from cellburst.display.figures import figures
from cellburst.display.inputs import inputs_bundle, warnings_of
from cellburst.errors import SweepError
from cellburst.magics.cell_line import CellLine, read_cell_line
from cellburst.magics.history import stand_as_plain
from cellburst.magics.plainly import shown_plainly, warn
from cellburst.magics.waiting import collect, wait
from cellburst.payload.collecting import uncollected

if TYPE_CHECKING:
    from cellburst.client.options.submission import SubmitOptions
    from cellburst.client.runs.run import Run
    from cellburst.model.plan import Plan


def run_cell(shell: Any, line: str, cell: str) -> Any:
    """Run ``cell`` as ``line`` says; its value, None if there is none to wait for.

    Raises what the cell raised, MagicLineError and other errors of ours (shown without a traceback), and
    KeyboardInterrupt when the wait is interrupted.
    """
    with uncollected():  # until what was read and pickled is let go
        run, options = _submitted(shell, line, cell)
    if run is None:
        return None
    if hasattr(type(options.over), "ran_in_cell"):  # a parameter grid: its Run button does the same again
        options.over.ran_in_cell(cell, options, shell, run)
    with shown_plainly():
        if options.detach:
            return _detached(shell, run, options)
        ahead = _ahead(run)
        try:
            wait(shell, run, quiet=options.quiet, into=options.into, meanwhile=ahead)
        finally:
            if ahead is not None:
                ahead.end()
        _show_costs(shell, run, options)
        value = collect(shell, run, into=options.into)
        figures.settle(value)
        return value


def _show_costs(shell: Any, run: Run, options: SubmitOptions) -> None:
    """What machines have cost, if there were any."""
    if options.target == "local" or options.quiet:
        return
    from cellburst.client.runs.costs import costs_of
    from cellburst.display.plan import costs_bundle

    if said := costs_of(run):
        shell.display_pub.publish(costs_bundle(said), {})


def _submitted(shell: Any, line: str, cell: str) -> tuple[Run | None, SubmitOptions]:
    """The run; None if it is only to be shown what would travel. Keeps no object that the cell may let go."""
    with shown_plainly(NameError):
        read = read_cell_line(line, shell.user_ns)
        if not cell.strip():
            raise read.line.error_at_end("there is nothing to run below this line")
        stand_as_plain(shell, cell)
        prepared = _prepare(read, shell, cell)
    for warning in (*warnings_of(prepared.manifest), *prepared.warnings):
        warn(warning)
    if read.options.dry_run:
        shell.display_pub.publish(inputs_bundle(prepared.manifest, prepared.sweep), {})
        if prepared.plan is not None:
            _show_plan(shell, prepared.plan)
        return None, read.options
    with shown_plainly():
        return submit_prepared(prepared, offline(), lambda plan: _show_plan(shell, plan)), read.options


def _show_plan(shell: Any, plan: Plan) -> None:
    from cellburst.display.plan import plan_bundle

    shell.display_pub.publish(plan_bundle(plan, time.time()), {})


def _ahead(run: Run) -> Ahead | None:
    """What to do while a single cell runs: import what it imports, unless its time is limited, for ours is not."""
    record = run.record
    return Ahead(record.payload.source) if record.single and record.options.timeout is None else None


def _prepare(read: CellLine, shell: Any, cell: str) -> Prepared:
    try:
        return prepare_cell(cell, shell, read.options)
    except SweepError as error:
        raise read.pointing(error) from error
    except SyntaxError as error:
        from cellburst.magics.syntax_error import plain_syntax_error

        raise plain_syntax_error(shell, cell, error) from None


def _detached(shell: Any, run: Run, options: SubmitOptions) -> None:
    """Say where the run is; ``--into`` gets its handle, for there is no value yet."""
    if options.into:
        shell.user_ns[options.into] = run
    if not options.quiet:
        from cellburst.display.bundles import view_of
        from cellburst.display.card import card_bundle

        hint = f"`%remote attach {run.id}` waits for it and collects; `%remote cancel {run.id}` ends it"
        shell.display_pub.publish(card_bundle(view_of(run, time.time(), hint)), {})
