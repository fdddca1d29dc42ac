"""Submitting: a cell in two steps, functions in one."""

from __future__ import annotations

from cellburst.client.cell import Prepared, prepare_cell
from cellburst.client.connection import Connection
from cellburst.client.functions import map, remote, submit  # noqa: A004 the field's name for it
from cellburst.client.run import Run
from cellburst.client.sending import send
from cellburst.errors import UsageError

__all__ = ["Prepared", "map", "prepare_cell", "remote", "submit", "submit_prepared"]


def submit_prepared(prepared: Prepared, connection: Connection) -> Run:
    """Submit a prepared cell; unless it is detached, its news are sent from the start on for ``follow``.

    Raises ControllerError, VersionSkewError, and what the controller refuses with.
    """
    if prepared.options.dry_run:
        raise UsageError("a dry run cannot be submitted")
    return send(prepared.run, connection, follow=not prepared.options.detach)
