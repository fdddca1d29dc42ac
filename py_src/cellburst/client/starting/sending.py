"""Handing a run to the controller."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cellburst.client.connecting.connection import PATIENCE, Connection
from cellburst.client.connecting.link import Link, LinkLostError
from cellburst.client.runs.run import Run
from cellburst.errors import CellburstError, ControllerError
from cellburst.model import run as model
from cellburst.wire.client import Cancel, Submit

if TYPE_CHECKING:
    from cellburst.client.caching.lookup import Hits


def send(run: model.Run, connection: Connection, *, follow: bool, hits: Hits = ()) -> Run:
    """Submit; returns once the run is durable. ``hits`` are tasks that need not be executed.

    With ``follow`` its news are sent from the start on, to be read with ``follow.follow``. A controller
    that dies meanwhile is replaced and asked again: the run's key makes one run of it. Interrupted, the
    run is cancelled in case it was taken. Raises ControllerError, and what the controller refuses with.
    """
    deadline = time.monotonic() + PATIENCE
    try:
        while True:
            link = connection.link()
            try:
                return _send_over(link, run, connection, follow, hits)
            except LinkLostError as error:
                link.close()
                if time.monotonic() > deadline:
                    raise ControllerError(f"the controller keeps ending; see {connection.folders.log}") from error
            except BaseException:
                link.close()
                raise
    except KeyboardInterrupt:
        _take_back(run.id, connection)
        raise


def _send_over(link: Link, run: model.Run, connection: Connection, follow: bool, hits: Hits) -> Run:
    answer = link.request(Submit(0, run, follow, hits))
    if follow:
        connection.park(answer.run, link)
    else:
        connection.give_back(link)
    return Run(answer.run, connection, run if answer.run == run.id else None, cached=len(hits))


def _take_back(run: str, connection: Connection) -> None:
    try:
        connection.request(Cancel(0, run))
    except CellburstError:
        pass  # it was not taken
