"""The open run whose tasks are the calls of one executor."""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from cellburst.client.connecting.connection import PATIENCE, Connection
from cellburst.client.connecting.link import Link, LinkLostError
from cellburst.client.connecting.record import find_controller
from cellburst.client.options.searching import Wanted
from cellburst.client.options.submission import SubmitOptions
from cellburst.client.starting.machines import plan_for, settled
from cellburst.client.surroundings.origin import describe_origin, new_key, surroundings
from cellburst.errors import CellburstError, ControllerError, UsageError
from cellburst.library_state.gathering import gather, held_name, pack_states
from cellburst.model import run as model
from cellburst.model.blob import Packed
from cellburst.model.ids import new_run_id
from cellburst.model.payload import Payload
from cellburst.model.plan import Plan
from cellburst.model.sweep import SweepPart, SweepView
from cellburst.wire.client import Cancel, Close, Done, Extend, Hold, Submit

_HELD_FOR = 0.05  # seconds; our own former connection may not yet be known to be gone


class CallRun:
    """Made in the thread whose surroundings the calls are to find; used by one other.

    The controller may die between any two requests.
    """

    def __init__(self, connection: Connection, options: SubmitOptions, name: str, namespace: dict[str, Any]) -> None:
        self.record = _made(connection, options, name, namespace)
        self.connection = connection
        self._holder: Link | None = None
        self._count = 0

    @property
    def id(self) -> str:
        """The run's."""
        return self.record.id

    @property
    def count(self) -> int:
        """How many tasks it has."""
        return self._count

    def begin(self) -> Link:
        """Submit it without any task; the link over which its news come. Raises ControllerError."""
        connection = self.connection
        deadline = time.monotonic() + PATIENCE
        while True:
            link = connection.link()
            try:
                link.request(Submit(0, self.record, follow=True))
                return link
            except LinkLostError as error:
                link.close()
                _give_up_after(deadline, error, connection)
            except BaseException:
                link.close()
                raise

    def extend(self, given: Sequence[Packed], names: Sequence[str]) -> None:
        """Add tasks, shown with the names of what they call. Raises ControllerError and what it refuses with."""
        view = SweepView("table", len(given), columns=("call",), rows=tuple((name,) for name in names))
        self._request(Extend(0, self.id, SweepPart(self._count, view, tuple(given), new_key())))
        self._count += len(given)

    def cancel(self, indices: Sequence[int]) -> None:
        """Cancel tasks, whether they run or not."""
        self.connection.request(Cancel(0, self.id, tuple(indices)))

    def close(self) -> None:
        """No more tasks will come. A controller that is not there need not be told: the next one sees nobody."""
        if find_controller(self.connection.folders) is None:
            return
        self._request(Close(0, self.id))

    @property
    def held_at(self) -> int | None:
        """The process id of the controller that knows that we are there."""
        return None if self._holder is None else self._holder.welcome.pid

    def keep(self) -> None:
        """Hold the run at a new controller, which would else close it soon. Where there is none, nothing is lost."""
        if (self._holder is not None and self._holder.alive) or find_controller(self.connection.folders) is None:
            return
        self.drop()
        with suppress(CellburstError, LinkLostError):  # whoever adds tasks next is told
            self._holder = self._hold(0.0)

    def drop(self) -> None:
        """Let go of the connection as it is."""
        if self._holder is not None:
            self._holder.close()
            self._holder = None

    def _request(self, message: Any) -> Done:
        """Ask until a controller answers: the same request again is the same request."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                if self._holder is None:
                    self._holder = self._hold(deadline)
                return self._holder.request(message)
            except LinkLostError as error:
                self.drop()
                _give_up_after(deadline, error, self.connection)
            except BaseException:
                self.drop()
                raise

    def _hold(self, deadline: float) -> Link:
        while True:
            link = self.connection.link()
            try:
                link.request(Hold(0, self.id))
                return link
            except UsageError:
                link.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(_HELD_FOR)
            except BaseException:
                link.close()
                raise


def planned(options: SubmitOptions, connection: Connection) -> Plan | None:
    """The machines for calls of which nobody knows how many there will be; None on this machine.

    Raises what ``planning.plan_for`` raises.
    """
    return plan_for(options, Wanted(None, SweepView("calls", 0)), "", connection)


def _made(connection: Connection, options: SubmitOptions, name: str, namespace: dict[str, Any]) -> model.Run:
    connection.prestart()
    states = gather(seeded=False)
    packed_states = pack_states(states, connection.blobs, connection.settings)
    for state, why in states.problems.items():
        warnings.warn(f"{held_name(state)} does not travel: {why}", stacklevel=2)
    now = time.time()
    run = model.Run(
        id=new_run_id(now),
        key=new_key(),
        name=options.name or name,
        target=options.target,
        payload=Payload("function", Packed(), states=packed_states, **surroundings(connection.folders)),
        sweep=SweepView("calls", 0),
        options=options.for_run(),
        submitted=now,
        origin=describe_origin(namespace),
        open=True,
        plan=planned(options, connection),
    )
    return settled(run, options, connection)


def _give_up_after(deadline: float, error: LinkLostError, connection: Connection) -> None:
    if time.monotonic() > deadline:
        raise ControllerError(f"the controller keeps ending ({error}); see {connection.folders.log}") from error
