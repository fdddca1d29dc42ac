"""Commands: the controller decides; here is only what it need not be asked for."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from cellburst.errors import ControllerError, UsageError
from cellburst.model.money import dollars
from cellburst.model.plan import Plan
from cellburst.model.run import ENDED
from cellburst.server import asking
from cellburst.server.schemas.commands import CancelBody, CommandAnswer, Nothing, RenameBody, RerunBody, RetryBody
from cellburst.server.service import Service
from cellburst.wire.client import Cancel, Delete, Prune, Rename, Rerun, Retry

_COSTS = (
    "run {run} again would start {machines} machines for up to {worst}; "
    "`%remote rerun {run}` or `cellburst rerun {run}` asks whether it may"
)
_ROUNDED = 0.005  # dollars: half a cent less is not meant
_NO_ENV = (
    "run {run} needs values of {names}, which its notebook had set and which are never stored; do it in that"
    ' notebook, where they are set: cellburst.attach("{run}").{call}'
)


async def cancel(service: Service, run: str, body: CancelBody) -> CommandAnswer:
    """Cancel some tasks, or all that have not ended: ``tasks`` says how many those were."""
    return await _in_thread(service, partial(_cancel, service, run, body.tasks))


async def retry(service: Service, run: str, body: RetryBody) -> CommandAnswer:
    """Run tasks again: ``tasks`` says how many."""
    return await _in_thread(service, partial(_retry, service, run, body.which))


async def rerun(service: Service, run: str, body: RerunBody) -> CommandAnswer:
    """Run the same once more, with the same inputs and seed: ``run`` is the new one.

    Raises UsageError if it starts machines and nobody has agreed to what they may cost.
    """
    return await _in_thread(service, partial(_rerun, service, run, body.worst))


async def rename(service: Service, run: str, body: RenameBody) -> CommandAnswer:
    """Give a run another name."""
    return await _in_thread(service, partial(_rename, service, run, body.name))


async def delete(service: Service, run: str, body: Nothing) -> CommandAnswer:
    """Delete an ended run with its results and outputs."""
    return await _in_thread(service, partial(_delete, service, run))


async def prune(service: Service, body: Nothing) -> CommandAnswer:
    """Apply the retention policy wherever a controller can be asked: ``skipped`` names the other environments."""
    return await _in_thread(service, partial(_prune, service))


def _in_thread(service: Service, act: Callable[[], dict[str, Any]]) -> Awaitable[CommandAnswer]:
    return asyncio.get_running_loop().run_in_executor(
        service.commanding.threads, lambda: CommandAnswer(ok=True, data=act())
    )


def _ask(service: Service, env: str, message: Any, elsewhere: str) -> dict[str, Any]:
    return dict(service.commanding.carry_out(service.stores.folders(env), message, elsewhere).data)


def _cancel(service: Service, run: str, tasks: tuple[int, ...] | None) -> dict[str, Any]:
    with service.stores.holding(run) as (env, reader):
        status = reader.status(run)
    for index in tasks or ():
        asking.known_task(index, status.counts.total, run)
    if status.state in ENDED or tasks == ():  # to the controller, no task at all means every task
        return {"tasks": 0}
    return _ask(service, env, Cancel(0, run, tasks or ()), f"run `cellburst cancel {run}`")


def _retry(service: Service, run: str, which: Any) -> dict[str, Any]:
    env = _with_environment(service, run, f"retry({which!r})")
    option = "" if which == "unfinished" else f" --{which}"
    old, plan = _plans(service, run)
    anew = None if plan == old else plan
    done = _ask(service, env, Retry(0, run, which, plan=anew), f"run `cellburst retry {run}{option}`")
    if not done.get("tasks"):
        raise UsageError(f"run {run} has no task to run again")
    return done


def _rerun(service: Service, run: str, agreed: float | None) -> dict[str, Any]:
    _, plan = _plans(service, run)
    if plan is not None and (agreed is None or plan.worst > agreed + _ROUNDED):
        raise UsageError(_COSTS.format(run=run, machines=plan.machines, worst=dollars(plan.worst)))
    env = _with_environment(service, run, "rerun()")
    key = f"{os.getpid()}-{secrets.token_hex(12)}"
    commanding, elsewhere = service.commanding, f"run `cellburst rerun {run}`"
    return {"run": commanding.carry_out(service.stores.folders(env), Rerun(0, run, key, plan=plan), elsewhere).run}


def _plans(service: Service, run: str) -> tuple[Plan | None, Plan | None]:
    """The plan that the run had, and the same in a cloud that is there."""
    with service.stores.holding(run) as (_, reader):
        found = reader.run(run)
    if found.plan is None:
        return None, None
    from cellburst.client.machines.replanning import somewhere

    return found.plan, somewhere(found.plan, found.target)


def _with_environment(service: Service, run: str, call: str) -> str:
    """The run's environment. Raises UsageError if only its notebook has what it needs; ``call`` is what to do there."""
    with service.stores.holding(run) as (env, reader):
        status, missing = reader.status(run), reader.run(run).payload.dropped
    if missing and status.state in ENDED:  # the server's own values are not those that the notebook had
        raise UsageError(_NO_ENV.format(run=run, names=", ".join(missing), call=call))
    return env


def _rename(service: Service, run: str, name: str) -> dict[str, Any]:
    env = service.stores.home(run)
    if not name.strip():
        raise UsageError("a run's name cannot be empty")
    return _ask(service, env, Rename(0, run, name), f'run cellburst.attach("{run}").rename({name!r})')


def _delete(service: Service, run: str) -> dict[str, Any]:
    env = service.stores.home(run)
    return _ask(service, env, Delete(0, run), f"run `cellburst delete {run}`")


def _prune(service: Service) -> dict[str, Any]:
    deleted: list[str] = []
    freed = 0
    skipped: list[dict[str, str]] = []
    for env in service.stores.environments():
        try:
            done = _ask(service, env, Prune(0), "run `cellburst prune`")
        except ControllerError as error:
            skipped.append({"env": env, "reason": str(error)})
            continue
        deleted += done.get("runs", ())
        freed += int(done.get("bytes", 0))
    return {"runs": deleted, "bytes": freed, "skipped": skipped}
