"""Facts about tasks, into rows."""

from __future__ import annotations

from cellburst.model.events import AttemptEnded, TasksAdded, TasksEnded, TasksEndedAlike, TasksRetried, TasksStarted
from cellburst.model.outcome import Span, TaskResult
from cellburst.store import parts, rows, timeline
from cellburst.store.endings import insert_kept, insert_outcomes, row_outputs
from cellburst.store.outputs import Attempt
from cellburst.store.pending import Pending
from cellburst.store.progress import Lease
from cellburst.store.queries import SQL
from cellburst.store.spans import insert_spans, span_with


def tasks_started(pending: Pending, fact: TasksStarted) -> None:
    """One lease for those that nobody has; a repeated fact changes nothing."""
    progress = pending.progress(fact.run)
    if progress is None:
        return
    lease = (fact.attempt, fact.worker, fact.at)
    endings, count = progress.endings, progress.count
    new = [index for index in fact.indices if 0 <= index < count and not endings[index]]
    if not progress.free_of(new):
        new = [index for index in new if not progress.holds(index, *lease)]
        held = [index for index in new if index in progress.holder]
        if held:
            pending.release(progress, held)
    if not new:
        return
    values = {"run": progress.number, "attempt": fact.attempt, "worker": fact.worker, "at": fact.at}
    cursor = pending.db.execute(SQL["insert_lease"], {**values, "indices": rows.indices_body(new)})
    progress.lease(int(cursor.lastrowid or 0), Lease(*lease, new, len(new)))
    pending.changed[fact.run] = progress


def tasks_ended(pending: Pending, fact: TasksEnded) -> None:
    """Outcomes, each the first of its generation."""
    progress = pending.progress(fact.run)
    if progress is None:
        return
    number, count = progress.number, progress.count
    endings, generations = progress.endings, progress.generations
    old: list[TaskResult] = []
    new: list[TaskResult] = []
    table = []
    in_files = pending.files.has_run(fact.run)
    for result in fact.results:
        index = result.index
        if not 0 <= index < count:
            continue
        current = generations.get(index, 1)
        if result.generation == current and not endings[index]:
            new.append(result)
            over = progress.end(index, rows.state_after(result))
            if over is not None:
                pending.db.execute(SQL["delete_lease"], {"number": over})
        elif 0 < result.generation < current and not span_with(pending.db, number, index, result.generation):
            old.append(result)  # a late one, for the record; kept only if it is the first of its generation
        else:
            continue
        outputs = None
        if in_files or result.outputs:
            outputs, folded = row_outputs(pending.files, fact.run, result, pending.inline, begun=in_files)
            pending.folded += [(fact.run, Attempt(index, result.generation, result.attempt))] if folded else []
        table.append(rows.outcome_row(number, result, outputs))
    insert_outcomes(pending.db, table)
    insert_kept(pending.db, number, new, fact.at)
    refs = [ref for result in (*new, *old) for ref in rows.blobs_of(result)]
    if refs:
        pending.db.executemany(SQL["insert_blob_refs"], rows.blob_rows(number, refs))
    if new:
        pending.changed[fact.run] = progress
        pending.add_line(number, timeline.ended(new, fact.at))


def tasks_ended_alike(pending: Pending, fact: TasksEndedAlike) -> None:
    """A row for neighbours, as far as they have not ended."""
    progress = pending.progress(fact.run)
    if progress is None:
        return
    state, new = rows.state_after(fact.like), list[Span]()
    for span in fact.spans:
        for tasks in progress.waiting(span):
            held = [index for index in progress.holder if index in tasks]
            if held:
                pending.release(progress, held)
            progress.end_alike(tasks, state)
            new.append(Span(tasks.start, tasks.stop, span.generation, span.attempt))
    if not new:
        return
    insert_spans(pending.db, progress.number, new, fact.like)
    pending.changed[fact.run] = progress
    pending.add_line(progress.number, timeline.ended_alike(new, fact.like, fact.at))


def attempt_ended(pending: Pending, fact: AttemptEnded) -> None:
    """An attempt that was lost; its task waits again, if it was the last."""
    progress = pending.progress(fact.run)
    if progress is None or not progress.has(fact.index):
        return
    current = progress.generation(fact.index)
    if not 0 < fact.generation <= current:
        return
    if not pending.db.execute(SQL["insert_attempt"], rows.attempt_row(progress.number, fact)).rowcount:
        return
    pending.add_line(progress.number, timeline.attempt_ended(fact))
    number = progress.holder.get(fact.index)
    if fact.generation == current and number is not None and progress.leases[number].attempt <= fact.attempt:
        pending.release(progress, [fact.index])
        pending.changed[fact.run] = progress


def tasks_retried(pending: Pending, fact: TasksRetried) -> None:
    """A new generation of each."""
    progress = pending.progress(fact.run)
    if progress is None:
        return
    wanted = dict.fromkeys(fact.indices)
    new = [i for i in wanted if progress.has(i) and progress.retried.get(i) != fact.at]
    if not new:
        return
    pending.release(progress, new)
    for index in new:
        progress.reopen(index, fact.at)
    table = [(progress.number, index, progress.generations[index], fact.at) for index in new]
    pending.db.executemany(SQL["set_generations"], table)
    if pending.db.execute(SQL["has_kept"], (progress.number,)).fetchone()[0]:
        pending.db.executemany(SQL["delete_kept"], [(progress.number, index) for index in new])
    pending.changed[fact.run] = progress
    pending.add_line(progress.number, timeline.retried(fact, new))


def tasks_added(pending: Pending, fact: TasksAdded) -> None:
    """A part, if it begins where the run ends."""
    progress, part = pending.progress(fact.run), fact.part
    if progress is None or not parts.fits(part, progress.count):
        return
    if not pending.db.execute(SQL["insert_part"], parts.part_row(progress.number, part)).rowcount:
        return
    refs = parts.blobs_of_part(part)
    pending.db.executemany(SQL["insert_blob_refs"], rows.blob_rows(progress.number, refs))
    before = pending.sidecars.add_part(fact.run, parts.part_body(part))
    pending.grown.setdefault(fact.run, before)
    progress.grow(part.view.count)
    pending.changed[fact.run] = progress
    pending.add_line(progress.number, timeline.added(fact, progress.open))
