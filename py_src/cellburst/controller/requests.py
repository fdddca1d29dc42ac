"""What clients may ask of the controller, one function for each request."""

from __future__ import annotations

from typing import Any

import msgspec

from cellburst.abc import RunStore
from cellburst.controller import growth, growth_requests, reactor, visiting
from cellburst.controller.asking import Client, Handler, book_of, done_after_commit, must_be_served
from cellburst.controller.controller import Controller
from cellburst.errors import CellburstError, StoreFencedError, UnknownRunError, UsageError
from cellburst.model.events import RunDeleted, RunRenamed
from cellburst.model.ids import is_run_id, new_run_id
from cellburst.model.plan import Plan
from cellburst.wire import client as wire

_BLOB_GRACE = 3600.0  # seconds that a blob without a row may be on its way to one


_LOOKS = (wire.Ping, wire.Explain, wire.Unfollow)


def is_work(message: Any) -> bool:
    """Whether a request is a reason to stay; one that only looks is none."""
    return not isinstance(message, _LOOKS)


def answer(controller: Controller, client: Client, message: Any) -> None:
    """Carry out one request; whatever goes wrong is said to the client that asked."""
    handler = _HANDLERS.get(type(message))
    if handler is None:
        client.push(wire.Refusal(getattr(message, "request", 0), "UsageError", "the controller cannot do that"))
        return
    try:
        run = getattr(message, "run", None)
        if isinstance(run, str) and not is_run_id(run):
            raise UnknownRunError(f"{run[:40]!r} is not a run id; `%remote runs` lists them")
        visiting.must_be_ours(controller, message)
        handler(controller, client, message)
    except StoreFencedError:
        raise  # nobody is served by a controller that was replaced
    except CellburstError as error:
        client.push(wire.Refusal(getattr(message, "request", 0), type(error).__name__, str(error)))


def _submit(controller: Controller, client: Client, message: wire.Submit) -> None:
    run = message.run
    if not is_run_id(run.id):
        raise UsageError(f"{run.id[:40]!r} is not a run id")
    must_be_served(controller, run)
    if run.count < 1 and not run.open:
        raise UsageError("a run needs at least one task")
    if run.count > growth.MOST_TASKS:
        raise UsageError(f"{run.count} tasks are too many for one run; {growth.MOST_TASKS} are the most")
    growth.check_hits(message.hits, 0, run.count)
    first = controller.store.by_key(run.key)
    if first is None:
        if message.follow:
            controller.durability.watched(run)
        controller.submit(run, message.hits)
    _follow_after_commit(controller, client, message.request, first or run.id, message.follow)


def _follow(controller: Controller, client: Client, message: wire.Follow) -> None:
    controller.status(message.run)  # raises for an unknown one
    _follow_after_commit(controller, client, message.request, message.run, True)


def _follow_after_commit(controller: Controller, client: Client, request: int, run: str, follow: bool) -> None:
    # what ended in this very turn is told only once it is durable, to one who comes now as well
    def answer() -> None:
        client.push(wire.Done(request, run))
        if follow:
            _start_following(controller, client, run)

    controller.after_commit(answer)


def _start_following(controller: Controller, client: Client, run: str) -> None:
    book = controller.core.runs.get(run)
    if book is None or run in controller.followers or not controller.is_news(run):  # else a first follower is told soon
        client.push(wire.Status(controller.status(run)))
    if book is None:
        return
    controller.followers.follow(run, client)
    if book.run.sweep.kind == "calls" and book.held:
        client.push(wire.TasksBegan(run, tuple(book.held)))
    if book.run.single and (so_far := controller.keeper.so_far(run, 0)):
        attempt, outputs = so_far
        client.push(wire.OutputArrived(run, 0, attempt, tuple(outputs)))


def _unfollow(controller: Controller, client: Client, message: wire.Unfollow) -> None:
    controller.followers.unfollow(message.run, client)


def _cancel(controller: Controller, client: Client, message: wire.Cancel) -> None:
    controller.status(message.run)
    now = controller.clock.wall()
    count = reactor.cancel(controller.core, message.run, message.indices, now, controller.effects)
    done_after_commit(controller, client, wire.Done(message.request, message.run, {"tasks": count}))


def _retry(controller: Controller, client: Client, message: wire.Retry) -> None:
    controller.status(message.run)
    states = _ended_states(controller.store, message.run, message.which)
    live = controller.core.runs.get(message.run)
    if live is not None:  # the store does not know yet what another request of this turn has reopened
        states = {index: state for index, state in states.items() if live.over[index]}
    if states:
        book = book_of(controller, message.run, message.env)
        book.given.update(controller.store.given(message.run, states))
        if book.run.options.cache:
            book.keys.update(controller.store.keys(message.run, states))
        if message.plan is not None:
            growth.plan_anew(book, message.plan, controller.clock.wall(), controller.effects)
        reactor.reopen(controller.core, book, states, controller.clock.wall(), controller.effects)
    done_after_commit(controller, client, wire.Done(message.request, message.run, {"tasks": len(states)}))


def _ended_states(store: RunStore, run: str, which: str) -> dict[int, str]:
    """The tasks of an ended or live run that a retry of ``which`` means: index to the state each ended in."""
    wanted = {
        "unfinished": {"failed", "cancelled", "unknown"},
        "failed": {"failed", "unknown"},
        "missing": {"cancelled", "unknown"},
    }[which]
    return {index: state for index, state in store.endings(run).items() if state in wanted}


def _rerun(controller: Controller, client: Client, message: wire.Rerun) -> None:
    new = controller.store.by_key(message.key)
    if new is None:
        now = controller.clock.wall()
        old = controller.store.run(message.run)
        must_be_served(controller, old)
        new = new_run_id(now)
        added = range(old.sweep.own, old.count)
        keys = controller.store.keys(message.run, added) if old.options.cache else growth.NO_KEYS
        run, parts = growth.again(old, controller.store.given(message.run, added), keys)
        # nobody's variables wait for this one
        payload = msgspec.structs.replace(old.payload.completed(message.env), seal=b"")
        plan = run.plan if run.plan is None else _named_anew(message.plan or run.plan, new)
        run = msgspec.structs.replace(run, id=new, key=message.key, payload=payload, submitted=now, plan=plan)
        controller.submit(run, parts=parts)
    done_after_commit(controller, client, wire.Done(message.request, new))


def _named_anew(plan: Plan, run: str) -> Plan:
    from cellburst.pricing.naming import named  # runs on this machine need nothing of it

    return named(plan, plan.prefix.partition("/")[0], run)


def _fetch(controller: Controller, client: Client, message: wire.Fetch) -> None:
    result = controller.store.result(message.run, message.index)
    if result is None:
        raise UsageError(f"task {message.index} of run {message.run} has not ended")

    def done(error: str) -> None:
        if error:
            client.push(wire.Refusal(message.request, "BucketError", error))
        else:
            client.push(wire.Done(message.request, message.run))

    controller.fleets.fetch(controller.store.run(message.run), message.index, result.generation, done)


def _rename(controller: Controller, client: Client, message: wire.Rename) -> None:
    controller.status(message.run)
    name = message.name.strip()[:200]
    if not name:
        raise UsageError("a run's name cannot be empty")
    book = controller.core.runs.get(message.run)
    if book is not None:
        book.run = msgspec.structs.replace(book.run, name=name)
    controller.effects.facts.append(RunRenamed(message.run, name, controller.clock.wall()))
    done_after_commit(controller, client, wire.Done(message.request, message.run))


def _delete(controller: Controller, client: Client, message: wire.Delete) -> None:
    controller.status(message.run)
    if message.run in controller.core.runs:
        raise UsageError(f"run {message.run} is still live; `%remote cancel {message.run}` first")
    if controller.fleets.has_machines(message.run):
        raise UsageError(f"machines of run {message.run} are still ending; `cellburst ps` shows them")
    controller.effects.facts.append(RunDeleted(message.run, controller.clock.wall()))
    done_after_commit(controller, client, wire.Done(message.request, message.run))


def _prune(controller: Controller, client: Client, message: wire.Prune) -> None:
    settings, now = controller.settings, controller.clock.wall()
    days = settings.keep_days if message.keep_days is None else message.keep_days
    size = settings.keep_bytes if message.keep_bytes is None else message.keep_bytes
    runs = controller.store.prune(days, size, now)
    freed = controller.store.sweep_blobs(_BLOB_GRACE, now)
    client.push(wire.Done(message.request, "", {"runs": runs, "bytes": freed}))


def _explain(controller: Controller, client: Client, message: wire.Explain) -> None:
    status = controller.status(message.run)
    client.push(wire.Done(message.request, message.run, {"reason": status.reason, "state": status.state.value}))


def _ping(controller: Controller, client: Client, message: wire.Ping) -> None:
    lanes = {
        name: {"capacity": lane.capacity, "workers": len(lane.workers), "trouble": lane.trouble}
        for name, lane in controller.core.lanes.items()
    }
    data = {"runs": len(controller.core.runs), "targets": lanes, "paused": controller.core.paused}
    client.push(wire.Done(message.request, "", data))


def _shutdown(controller: Controller, client: Client, message: wire.Shutdown) -> None:
    if controller.core.runs and not message.force:
        raise UsageError(f"{len(controller.core.runs)} runs are live; cancel them, or use force: they go on later")
    done_after_commit(controller, client, wire.Done(message.request))
    controller.after_commit(controller.stop)


_HANDLERS: dict[type, Handler] = {
    **growth_requests.HANDLERS,
    **visiting.HANDLERS,
    wire.Submit: _submit,
    wire.Follow: _follow,
    wire.Unfollow: _unfollow,
    wire.Cancel: _cancel,
    wire.Retry: _retry,
    wire.Rerun: _rerun,
    wire.Fetch: _fetch,
    wire.Rename: _rename,
    wire.Delete: _delete,
    wire.Prune: _prune,
    wire.Explain: _explain,
    wire.Ping: _ping,
    wire.Shutdown: _shutdown,
}
