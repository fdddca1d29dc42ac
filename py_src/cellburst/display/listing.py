"""Lists: runs, targets."""

from __future__ import annotations

import time
from collections.abc import Sequence

from cellburst.display.formatting import format_duration
from cellburst.display.tables import Column, html_table, terminal_room, text_table
from cellburst.model.naming import telling_line
from cellburst.model.run import Counts, RunSummary

_RUNS = (
    Column("run", fixed=True),
    Column("name", limit=32),
    Column("target", fixed=True),
    Column("state", state=True),
    Column("tasks", fixed=True),
    Column("submitted", fixed=True),
    Column("took", right=True),
    Column("notebook", limit=32),
)
_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
NO_RUNS = "no runs yet; a cell that begins with %%remote local makes one"


def runs_bundle(runs: Sequence[RunSummary], now: float) -> dict[str, str]:
    """HTML and text of a list of runs; ``now`` is wall seconds since 1970."""
    if not runs:
        return {"text/plain": NO_RUNS}
    rows = [run_row(run, now) for run in runs]
    return {"text/html": str(html_table(_RUNS, rows)), "text/plain": text_table(_RUNS, rows, room=terminal_room())}


def tally(counts: Counts) -> str:
    """``"12/20, 3 failed"``: how many have ended, and what of that is not well; one task's state says it all."""
    words = [f"{counts.ended:,}/{counts.total:,}"]
    if counts.total == 1:
        return words[0]
    words += [
        f"{number:,} {name}"
        for name in ("failed", "cancelled", "unknown", "pruned")
        if (number := getattr(counts, name))
    ]
    return ", ".join(words)


def ago(moment: float, now: float) -> str:
    """``"12 s ago"``, ``"3 h ago"``; the date beyond a week."""
    seconds = max(0.0, now - moment)
    if seconds >= 7 * 86400:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment))
    size, unit = next((size, unit) for size, unit in _UNITS if seconds >= size or size == 1)
    return f"{max(1, int(seconds / size))} {unit} ago"


def run_row(run: RunSummary, now: float) -> tuple[str, ...]:
    """The cells of one run: id, name, target, state, tasks, when it was submitted, what it took, notebook."""
    end = run.ended if run.ended is not None else now
    took = "" if run.started is None else format_duration(end - run.started)
    notebook = run.notebook.rpartition("/")[2]
    name = run.name or telling_line(run.code)
    return (run.id, name, run.target, run.state.value, tally(run.counts), ago(run.submitted, now), took, notebook)
