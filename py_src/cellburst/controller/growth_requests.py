"""What clients may ask of runs that grow."""

from __future__ import annotations

from typing import Any

from cellburst.controller import growth
from cellburst.controller.asking import Client, Handler, book_of, done_after_commit, must_be_served
from cellburst.controller.controller import Controller
from cellburst.errors import UsageError
from cellburst.wire import client as wire


def _extend(controller: Controller, client: Client, message: wire.Extend) -> None:
    controller.status(message.run)  # raises for an unknown one
    part = message.part
    start = controller.store.part_start(message.run, part.key) if part.key else None
    if start is None:
        book = book_of(controller, message.run, message.env)
        must_be_served(controller, book.run)
        growth.check_part(book, part)
        growth.check_hits(message.hits, part.start, part.start + part.view.count)
        if not book.open and controller.open_runs.holders.has_held(message.run, client):
            raise UsageError(f"run {message.run} was closed, and takes no more tasks from who added the others")
        controller.commit_now(growth.extension(book, part, controller.clock.wall()))
        growth.extend(controller.core, book, part)
        controller.grown(book, message.hits)
        start = part.start
    done_after_commit(controller, client, wire.Done(message.request, message.run, {"start": start}))


def _close(controller: Controller, client: Client, message: wire.Close) -> None:
    controller.status(message.run)
    book = controller.core.runs.get(message.run)
    if book is not None:
        end = growth.give_up if message.failed else growth.close
        end(controller.core, book, controller.clock.wall(), controller.effects, message.reason)
    done_after_commit(controller, client, wire.Done(message.request, message.run))


def _reopen(controller: Controller, client: Client, message: wire.Reopen) -> None:
    controller.status(message.run)
    book = book_of(controller, message.run, message.env)
    must_be_served(controller, book.run)
    growth.check_reopening(book)
    if not book.open or book.run.options.search != message.search:
        controller.commit_now(growth.reopening(book, message.search, controller.clock.wall()))
        growth.reopen(controller.core, book, message.search)
        controller.grown(book, ())
        controller.open_runs.opened(message.run)
    done_after_commit(controller, client, wire.Done(message.request, message.run))


def _hold(controller: Controller, client: Client, message: wire.Hold) -> None:
    controller.status(message.run)
    book = controller.core.runs.get(message.run)
    if book is None or not book.open or book.failure:
        raise UsageError(f"run {message.run} is not open: nobody can add tasks to it")
    controller.open_runs.holders.hold(message.run, client)
    done_after_commit(controller, client, wire.Done(message.request, message.run, {"tasks": book.count}))


def _end_early(controller: Controller, client: Client, message: wire.EndEarly) -> None:
    controller.status(message.run)
    count = growth.end_early(controller.core, message.run, message.indices, controller.effects)
    done_after_commit(controller, client, wire.Done(message.request, message.run, {"tasks": count}))


HANDLERS: dict[type[Any], Handler] = {
    wire.Extend: _extend,
    wire.Close: _close,
    wire.Reopen: _reopen,
    wire.Hold: _hold,
    wire.EndEarly: _end_early,
}
