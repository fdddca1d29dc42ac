"""Where a run meets the machines of its target; runs on this machine load nothing of that."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cellburst.client.connecting.connection import Connection
    from cellburst.client.machines.agreeing import Show
    from cellburst.client.options.searching import Wanted
    from cellburst.client.options.submission import SubmitOptions
    from cellburst.model.plan import Plan
    from cellburst.model.run import Run


def plan_for(options: SubmitOptions, tasks: Wanted, code: str, connection: Connection) -> Plan | None:
    """The machines for a run of ``code``; None on this machine. Raises what ``planning.plan_for`` raises."""
    if options.target == "local":
        return None
    from cellburst.client.machines import planning

    return planning.plan_for(options, tasks, code, connection)


def settled(run: Run, options: SubmitOptions, connection: Connection, show: Show | None = None) -> Run:
    """A run that may be submitted. Raises what ``planning.settled`` raises."""
    if run.plan is None:
        return run
    from cellburst.client.machines import planning

    return planning.settled(run, run.plan, options, connection, show)
