"""Facts about a run as a whole, into rows."""

from __future__ import annotations

from msgspec.structs import replace

from cellburst.model.events import (
    MachinesChanged,
    RunClosed,
    RunDeleted,
    RunNoted,
    RunPlanned,
    RunRenamed,
    RunReopened,
    RunStateChanged,
    RunSubmitted,
)
from cellburst.model.run import ENDED, RunState
from cellburst.store import rows, run_rows, timeline
from cellburst.store.machine_rows import put_machines
from cellburst.store.pending import Pending
from cellburst.store.progress import Progress
from cellburst.store.queries import SQL


def submitted(pending: Pending, fact: RunSubmitted) -> None:
    """A new run, with a record beside the database."""
    run = run_rows.storable(fact.run)
    cursor = pending.db.execute(SQL["insert_run"], run_rows.run_row(run))
    if not cursor.rowcount:
        return
    number = int(cursor.lastrowid or 0)
    body = run_rows.run_body(run)
    check = rows.checksum(body)
    pending.db.execute(SQL["insert_submission"], {"run": number, "body": body, "checksum": check})
    refs = run.blobs()
    pending.db.executemany(SQL["insert_blob_refs"], rows.blob_rows(number, refs))
    pending.recorded.append(run.id)
    pending.sidecars.write(run.id, number, body)
    pending.runs[run.id] = Progress(number, run.name, run.count, RunState.QUEUED, run.open)
    pending.add_line(number, timeline.submitted(fact))


def closed(pending: Pending, fact: RunClosed) -> None:
    """Nobody will add tasks."""
    progress = pending.progress(fact.run)
    if progress is None or not progress.open or fact.at < run_rows.read_since(progress.search).reopened:
        return
    progress.open = False
    pending.changed[fact.run] = progress
    pending.add_line(progress.number, timeline.closed(fact, progress.count))


def reopened(pending: Pending, fact: RunReopened) -> None:
    """A search goes on with an ended run."""
    progress = pending.progress(fact.run)
    since = run_rows.read_since(None if progress is None else progress.search)
    if progress is None or fact.at <= since.reopened:
        return
    since = replace(since, search=fact.search, reopened=fact.at)
    progress.open, progress.search = True, run_rows.since_body(since)
    pending.changed[fact.run] = progress
    pending.add_line(progress.number, timeline.reopened(fact))


def planned(pending: Pending, fact: RunPlanned) -> None:
    """The run may cost more, or last longer."""
    progress = pending.progress(fact.run)
    since = run_rows.read_since(None if progress is None else progress.search)
    if progress is None or fact.at <= since.planned:
        return
    progress.search = run_rows.since_body(replace(since, plan=fact.plan, planned=fact.at))
    pending.changed[fact.run] = progress
    pending.add_line(progress.number, timeline.planned(fact))


def state_changed(pending: Pending, fact: RunStateChanged) -> None:
    """The run as a whole."""
    progress = pending.progress(fact.run)
    if progress is None or not progress.move(fact.state, fact.at, fact.message):
        return
    if fact.state in ENDED:
        pending.release(progress, list(progress.holder))
        pending.over.append(fact.run)
    pending.changed[fact.run] = progress
    pending.add_line(progress.number, timeline.state_changed(fact))


def renamed(pending: Pending, fact: RunRenamed) -> None:
    """It is called something else."""
    progress = pending.progress(fact.run)
    if progress is None or progress.name == fact.name:
        return
    progress.name = fact.name
    pending.changed[fact.run] = progress
    pending.add_line(progress.number, timeline.renamed(fact))


def run_deleted(pending: Pending, fact: RunDeleted) -> None:
    """Rows now, files once that is durable."""
    progress = pending.progress(fact.run)
    if progress is None:
        return
    pending.db.execute(SQL["delete_run"], {"number": progress.number})
    pending.runs.pop(fact.run)
    pending.changed.pop(fact.run, None)
    pending.deleted.append(fact.run)


def machines_changed(pending: Pending, fact: MachinesChanged) -> None:
    """Machines as they are now."""
    progress = pending.progress(fact.run)
    if progress is not None:
        put_machines(pending.db, progress.number, fact.machines)


def noted(pending: Pending, fact: RunNoted) -> None:
    """A line for the timeline."""
    progress = pending.progress(fact.run)
    if progress is not None:
        pending.add_line(progress.number, timeline.noted(fact))
