"""One plain sentence for why tasks of a run wait."""

from __future__ import annotations

from cellburst.controller.book import RunBook
from cellburst.controller.core import Core


def why_waiting(core: Core, book: RunBook) -> str:
    """Empty when nothing waits."""
    waiting = len(book.backlog)
    if not waiting:
        return ""
    if core.paused:
        return core.paused
    lane = core.lane_of(book)
    if lane.trouble:
        return lane.trouble
    if not lane.workers:
        return "the first worker is starting" if lane.starting else "no worker has been started yet"
    limit = book.run.options.parallel
    if book.run.sweep.kind != "copies" and limit is not None and len(book.holders) >= limit:
        return f"--parallel {limit} lets no more run"
    others = {batch.run for worker in lane.workers.values() for batch in worker.batches} - {book.run.id}
    if others and not book.held:
        return f"all {lane.capacity} workers are busy with {_named(core, others)}"
    if others:
        return f"shares {lane.capacity} workers with {_named(core, others)}"
    return f"all {lane.capacity} workers are busy with earlier tasks of this run"


def _named(core: Core, runs: set[str]) -> str:
    names = [core.runs[run].run.name or run for run in sorted(runs) if run in core.runs]
    return f"run {names[0]}" if len(names) == 1 else f"{len(names)} other runs"
