"""What the reactor wants of a backend, as calls."""

from __future__ import annotations

from cellburst.abc import Backend
from cellburst.controller import effects as fx


def carry_out(backend: Backend, command: fx.Command) -> None:
    """One command."""
    match command:
        case fx.StartWorkers():
            backend.start_workers(command.count)
        case fx.DefineRun():
            backend.define(command.run)
        case fx.AssignTasks():
            backend.assign(
                command.worker, command.run, command.indices, command.generations, command.attempt, command.given
            )
        case fx.RecallTasks():
            backend.recall(command.worker)
        case fx.CancelTasks():
            backend.cancel(command.run, command.indices)
        case fx.EndEarly():
            backend.prune(command.run, command.indices)
        case fx.StopWorkers():
            backend.stop_workers(command.workers)
        case fx.ForgetRun():
            backend.forget(command.run)
