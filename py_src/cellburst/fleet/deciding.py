"""What each turn brings for a run: machines that are missing, machines that are too many, and its end."""

from __future__ import annotations

from cellburst.fleet import effects as fx
from cellburst.fleet import facts, guest, launching, scaling, stopped, watching
from cellburst.fleet.effects import Effect
from cellburst.fleet.state import CallState, Console, Served
from cellburst.model.machine import MachineState
from cellburst.model.outcome import ErrorInfo, OutcomeKind, TaskResult

_AGAIN = (2.0, 5.0, 15.0, 60.0)  # seconds before another try to make, or to remove, what a run needs
_CLEAN_TRIES = 5


def step(served: Served, now: float, new_token: launching.NewToken) -> list[Effect]:
    """Everything that is due for a run at ``now``."""
    if served.stopped:
        return []
    if served.guest:
        return [*prepare(served, now), *guest.step(served, now)]
    effects = [*watching.due(served, now), *watching.consoles(served)]
    plan = served.plan
    if served.over or plan is None:
        return effects + _wind_down(served, now)
    effects += prepare(served, now)
    lives = [life for life in served.alive() if life.state is not MachineState.ENDING]
    wanted = len(lives) <= max(scaling.wanted(served, plan), default=0)
    effects += launching.repeat(served, wanted, now)
    effects += scaling.step(served, now, new_token)
    if tasks := scaling.hopeless(served, plan):
        served.memory.update({index: 0 for index, _ in tasks})
        why = "out of memory, and the plan has no larger machine"
        effects.append(fx.GiveUp(served.id, tuple(tasks), OutcomeKind.FAILED, "WorkerLost", why))
    return effects + _give_up(served)


def _give_up(served: Served) -> list[Effect]:
    """No machine is there, and none will come: what waits ends, and says why."""
    if not _hopeless(served) or not served.prepared or served.given_up:
        return []
    served.given_up = True
    tasks = tuple(served.tasks.items())
    return [fx.GiveUp(served.id, tasks, OutcomeKind.FAILED, "CapacityError", _farewell(served))]


def prepare(served: Served, now: float) -> list[Effect]:
    """Make what the run needs in the cloud, unless that is done."""
    if served.prepared or served.preparing or served.prepare_at > now or served.halted or served.run is None:
        return []
    served.preparing = True
    return [fx.Prepare(served.run)]


def _hopeless(served: Served) -> bool:
    there = any(life.machine.live and life.machine.token for life in served.lives.values())
    asked = any(life.console is Console.ASKED for life in served.lives.values())
    return bool(served.halted and served.tasks) and not there and not asked


def _farewell(served: Served) -> str:
    return served.halted if "%remote retry" in served.halted else f"{served.halted}; `%remote retry` tries again"


def ended_here(served: Served, now: float) -> tuple[TaskResult, ...]:
    """Outcomes of tasks that no machine can have heard of: none was ever asked for, and nothing was handed out."""
    if served.stopped:
        return stopped.ended_here(served, now)
    if served.guest:
        return guest.ended_here(served, now)
    asked = any(life.machine.token or life.machine.id for life in served.lives.values())
    if asked or served.prepared or served.preparing or not served.tasks:
        return ()
    if served.revoked:
        kind, error = OutcomeKind.CANCELLED, ErrorInfo("RunCancelled", "cancelled before it was started")
    elif _hopeless(served):
        kind, error = OutcomeKind.FAILED, ErrorInfo("CapacityError", _farewell(served))
    else:
        return ()
    return tuple(TaskResult(i, g, 0, kind, now, 0.0, error=error) for i, g in served.tasks.items())


def _wind_down(served: Served, now: float) -> list[Effect]:
    """End every machine, forget those that were never asked for, and remove role and queue after the last."""
    for call in list(served.calls.values()):
        if call.state is CallState.INTENT:  # not sent, and never will be
            launching.park(served, call, "not needed any more")
    launching.release(served, len(served.lives), now)
    effects = launching.repeat(served, False, now)
    effects += watching.end(served, served.alive(), "the run has ended", now)
    if served.revoked and served.tasks and not served.finishing and any(served.lives):
        effects += prepare(served, now)  # somebody may have taken them: the bucket decides how they end
    if not served.finishing or served.cleaning or served.clean_at > now:
        return effects
    if not served.calls and not any(life.machine.live for life in served.lives.values()):
        served.cleaning = True
        region = next((life.machine.region for life in served.lives.values()), "")
        effects.append(fx.Clean(served.id, served.plan.region if served.plan else region))
    return effects


def cleaned(served: Served, fact: facts.Cleaned, now: float) -> bool:
    """Whether that was all; else it is tried again, some times."""
    served.cleaning = False
    if not fact.error:
        return True
    served.clean_tries += 1
    served.clean_at = now + _AGAIN[min(served.clean_tries, len(_AGAIN)) - 1]
    return served.clean_tries >= _CLEAN_TRIES


def not_prepared(served: Served, fact: facts.NotPrepared, now: float) -> None:
    """Say why nothing can begin, and try again unless that is of no use."""
    served.preparing = False
    served.waits = fact.text
    if fact.final:
        served.halted = fact.text
    served.prepare_at = now + _AGAIN[min(served.prepare_tries, len(_AGAIN) - 1)]
    served.prepare_tries += 1
