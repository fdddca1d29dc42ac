"""One plain sentence for why tasks of a run wait."""

from __future__ import annotations

from cellburst.controller.book import RunBook
from cellburst.controller.core import Core
from cellburst.model.run import RunState


def why_waiting(core: Core, book: RunBook, growing: str = "") -> str:
    """Empty when nothing waits. ``growing`` is why nobody adds tasks to the run just now."""
    waiting = len(book.backlog) or (len(book.held) - len(book.holders) if book.run.plan else 0)
    queue = core.queues.get(book.run.target)
    if queue is not None and (said := queue.trouble or book.standing):
        return said  # also while all tasks run: their machines may have been lost
    if not waiting:
        return growing or ("open: waits for more tasks" if book.open and book.complete else "")
    if core.paused:
        return core.paused
    if queue is not None:
        return "" if book.state is RunState.CANCELLING else _in_queue(book)
    lane = core.lane_of(book)
    if lane.trouble:
        return lane.trouble
    if not lane.workers:
        return "the first worker is starting" if lane.starting else "no worker has been started yet"
    if wanted := book.run.options.gpus:
        there = lane.gpus()
        if there < wanted:
            return f"each task wants {wanted} GPUs, and there are {there}"
        if len(book.holders) >= there // wanted:
            return f"all {there} GPUs are busy"
    limit = book.run.options.parallel
    if book.run.sweep.kind != "copies" and limit is not None and len(book.holders) >= limit:
        return f"--parallel {limit} lets no more run"
    others = {batch.run for worker in lane.workers.values() for batch in worker.batches} - {book.run.id}
    if others and not book.held:
        return f"all {lane.capacity} workers are busy with {_named(core, others)}"
    if others:
        return f"shares {lane.capacity} workers with {_named(core, others)}"
    return f"all {lane.capacity} workers are busy with earlier tasks of this run"


def _in_queue(book: RunBook) -> str:
    busy = {worker.partition(".")[0] for worker in book.holders}
    if not busy:
        return "its tasks are being handed to machines of its own"
    return "its machine is busy with earlier tasks" if len(busy) == 1 else "its machines are busy with earlier tasks"


def _named(core: Core, runs: set[str]) -> str:
    names = [core.runs[run].run.name or run for run in sorted(runs) if run in core.runs]
    return f"run {names[0]}" if len(names) == 1 else f"{len(names)} other runs"
