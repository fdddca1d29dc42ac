"""Submitting a prepared cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cellburst.client.connecting.connection import Connection
from cellburst.client.runs.run import Run
from cellburst.client.starting.cell import Prepared
from cellburst.client.starting.machines import settled
from cellburst.client.starting.sending import send
from cellburst.errors import UsageError

if TYPE_CHECKING:
    from cellburst.client.caching.lookup import Hits
    from cellburst.client.machines.agreeing import Show


def submit_prepared(prepared: Prepared, connection: Connection, show: Show | None = None) -> Run:
    """Submit a prepared cell; unless it is detached, its news are sent from the start on for ``follow``.

    Where machines are to be started, their plan is given to ``show`` (None: printed) and has to be agreed to.
    Raises ControllerError, VersionSkewError, what the controller refuses with, and what ``settled`` raises.
    """
    if prepared.options.dry_run:
        raise UsageError("a dry run cannot be submitted")
    hits = _hits(prepared, connection) if prepared.keys else ()
    run = settled(prepared.run, prepared.options, connection, show)
    return send(run, connection, follow=not prepared.options.detach, hits=hits)


def _hits(prepared: Prepared, connection: Connection) -> Hits:
    from cellburst.client.caching.lookup import hits_for

    return hits_for(prepared.run, prepared.keys, connection)
