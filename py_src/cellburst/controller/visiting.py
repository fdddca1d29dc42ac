"""Runs that were started elsewhere: taken into the books as they stand, followed, and left as they are otherwise."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from cellburst.controller import effects as fx
from cellburst.controller import growth, reactor
from cellburst.controller.asking import Client, Handler, book_of, done_after_commit, must_be_served
from cellburst.controller.book import RunBook
from cellburst.controller.controller import Controller
from cellburst.errors import UnknownRunError, UsageError
from cellburst.model.events import Event, TasksRetried
from cellburst.model.run import Run
from cellburst.model.sweep import SweepPart
from cellburst.wire import client as wire

_CHANGES = (wire.Extend, wire.Close, wire.Reopen, wire.Hold, wire.EndEarly, wire.Retry, wire.Rerun)
_TICK = 1e-3  # seconds between facts that must not be taken for one


def must_be_ours(controller: Controller, message: Any) -> None:
    """Raises UsageError for what only the computer can do that started the run: its key is there, and its inputs."""
    some = isinstance(message, wire.Cancel) and message.indices
    if not some and not isinstance(message, _CHANGES):
        return
    book = controller.core.runs.get(message.run)
    try:
        run = book.run if book is not None else controller.store.run(message.run)
    except UnknownRunError:
        return  # the request itself says so
    if run.elsewhere is not None:
        raise UsageError(
            f"run {message.run} was started on another computer, and is only followed here: it can be changed there; "
            f"here `%remote cancel {message.run}` ends all of it"
        )


def _collect(controller: Controller, client: Client, message: wire.Collect) -> None:
    run = message.run
    if run.elsewhere is None or run.plan is None or run.open:
        raise UsageError(f"run {run.id[:40]} cannot be followed from here")
    must_be_served(controller, run)
    known = _known(controller, run.id)
    if known is None:
        if not run.count + sum(part.view.count for part in message.parts):
            raise UsageError(f"run {run.id} has no tasks yet; attach when it has some")
        controller.submit(run, parts=message.parts)
    if known is None or known.elsewhere is not None:
        book = book_of(controller, run.id)
        _grow(controller, book, message)
        _renew(controller, book, message.generations)
    done_after_commit(controller, client, wire.Done(message.request, run.id))


def _known(controller: Controller, run: str) -> Run | None:
    try:
        return controller.store.run(run)
    except UnknownRunError:
        return None


def _grow(controller: Controller, book: RunBook, message: wire.Collect) -> None:
    """Tasks that were added since it was last looked at."""
    for whole in message.parts:
        part = _behind(whole, book.count)
        if part is not None:
            controller.commit_now(growth.extension(book, part, controller.clock.wall()))
            growth.extend(controller.core, book, part)
            controller.grown(book, ())


def _behind(part: SweepPart, count: int) -> SweepPart | None:
    """What of a part comes behind the first ``count`` tasks; None if that is nothing, or some before it are missing."""
    known = count - part.start
    if not 0 <= known < part.view.count:
        return None
    view = replace(part.view, count=part.view.count - known)
    return replace(part, start=count, view=view, given=part.given[known:], key=f"{part.key}-{count}")


def _renew(controller: Controller, book: RunBook, generations: dict[int, int]) -> None:
    """Tasks that were run again since: how they ended before counts no more."""
    now = controller.clock.wall()
    while newer := [i for i, g in generations.items() if 0 <= i < book.count and g > book.generation(i)]:
        ended = {row.index: row.state for row in controller.store.tasks(book.run.id) if row.index in newer}
        over = {index: ended[index] for index in newer if book.over[index] and index in ended}
        if over:
            reactor.reopen(controller.core, book, over, now, controller.effects)
        waiting = [index for index in newer if index not in over]
        _run_again(book, waiting, now, controller.effects)
        now += _TICK


def _run_again(book: RunBook, indices: list[int], now: float, effects: fx.Effects) -> None:
    fact: Event = TasksRetried(book.run.id, tuple(indices), now)
    effects.facts += [fact] if indices else []
    for index in indices:
        book.generations[index] = book.generation(index) + 1
        if index in book.held:
            book.release(index)
            book.backlog.put_back([index])
    effects.news.append(fx.Moved(book.run.id))


HANDLERS: dict[type[Any], Handler] = {wire.Collect: _collect}
