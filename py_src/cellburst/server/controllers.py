"""Where the controllers are, told without waking one that is idle: only one with work is spoken to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import psutil

from cellburst._version import __version__
from cellburst.client.connecting.link import Link, LinkLostError
from cellburst.client.connecting.record import ControllerRecord, find_controller
from cellburst.errors import ControllerError, VersionSkewError
from cellburst.paths import Folders
from cellburst.server.schemas.status import ControllerRow
from cellburst.wire.client import PROTOCOL

_FRESH = 10.0  # seconds for which an answer holds: one that is stuck costs five to ask
_RESUME = "the next %%remote cell in that environment starts one, and live runs go on; `cellburst doctor` says more"
_UPDATE = "pip install --upgrade cellburst in the environment of the Jupyter server, then restart the server"
_UNSTICK = "`cellburst doctor` says more; `kill -9 {pid}` lets the next controller take the runs over"
Greeting = Callable[[ControllerRecord], Link]


class Controllers:
    """May be used by several threads; one of them at a time asks, the others take what is known."""

    def __init__(self, greeting: Greeting = Link.open, clock: Callable[[], float] = time.monotonic) -> None:
        self._greeting = greeting
        self._clock = clock
        self._asking = threading.Lock()
        self._known: dict[tuple[str, int], tuple[float, ControllerRow]] = {}

    def look(self, folders: Folders, live: bool) -> ControllerRow:
        """The controller of an environment; ``live`` says that it has runs which have not ended."""
        record = find_controller(folders)
        if record is None:
            why = "no controller runs, and runs have not ended" if live else "no controller runs; none is needed"
            return ControllerRow("stopped", message=why, hint=_RESUME if live else "")
        if record.protocol != PROTOCOL:
            return _newer(record)
        if _is_stopped(record.pid):
            return _stuck(record, f"the controller (pid {record.pid}) was stopped by a signal")
        return self._asked(folders.env, record) if live else _running(record)

    def _asked(self, env: str, record: ControllerRecord) -> ControllerRow:
        key = (env, record.pid)
        at, row = self._known.get(key, (0.0, None))
        if row is not None and self._clock() - at < _FRESH:
            return row
        if not self._asking.acquire(blocking=False):
            return row or _running(record)
        try:
            row = self._greeted(record)
            self._known = {known: told for known, told in self._known.items() if known[0] != env}
            self._known[key] = (self._clock(), row)
        finally:
            self._asking.release()
        return row

    def _greeted(self, record: ControllerRecord) -> ControllerRow:
        try:
            self._greeting(record).close()
        except VersionSkewError:
            return _newer(record)
        except LinkLostError:
            return ControllerRow("stopped", message="the controller is ending, or has ended just now", hint=_RESUME)
        except ControllerError as error:
            return _stuck(record, str(error))
        return _running(record)


def _running(record: ControllerRecord) -> ControllerRow:
    return ControllerRow("running", record.pid, record.version)


def _newer(record: ControllerRecord) -> ControllerRow:
    why = f"the controller (cellburst {record.version or '?'}) speaks another protocol than this server ({__version__})"
    return ControllerRow("newer", record.pid, record.version, why, _UPDATE)


def _stuck(record: ControllerRecord, why: str) -> ControllerRow:
    return ControllerRow("stuck", record.pid, record.version, why, _UNSTICK.format(pid=record.pid))


def _is_stopped(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    except psutil.Error:
        return False
