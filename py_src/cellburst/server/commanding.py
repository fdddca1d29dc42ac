"""Commands on their way to controllers: over their own sockets, never over a kernel, and in threads of their own.

A busy kernel does not read its comms until its cell ends, and a thread that reads a long log may take a while: neither
may stand between a user and the cancel button.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from cellburst._version import __version__
from cellburst.client.connecting.connection import Connection
from cellburst.client.connecting.record import ControllerRecord, find_controller
from cellburst.errors import ControllerError, VersionSkewError
from cellburst.paths import Folders
from cellburst.settings import Settings
from cellburst.wire.client import Done

_THREADS = 16  # one may wait for a minute for a controller that is stuck
_GONE = "the controller ended while it was asked; try again"


class Commanding:
    """Asks the controllers of every environment of the user. May be used by several threads.

    Only the controller of the server's own environment is started when there is none, as a notebook would: one of
    another environment needs the Python of that environment.
    """

    def __init__(self, own: Folders, settings: Settings) -> None:
        self.threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="cellburst-command")
        self._own = own.env
        self._settings = settings
        self._lock = threading.Lock()
        self._connections: dict[str, Connection] = {}

    def carry_out(self, folders: Folders, message: Any, elsewhere: str) -> Done:
        """Ask the controller of that environment; its answer.

        ``elsewhere`` says what to do in that environment if its controller does not run.
        Raises what the controller refuses with; ControllerError: it does not run, or does not answer;
        VersionSkewError: it is of another version.
        """
        record = find_controller(folders)
        if record is None and folders.env != self._own:
            raise ControllerError(_not_running(folders.env, elsewhere))
        try:
            return self._connection(folders).request(message)
        except VersionSkewError:
            raise VersionSkewError(_skew(record or find_controller(folders))) from None

    def close(self) -> None:
        """Wait for what is being asked, and close every connection."""
        self.threads.shutdown(wait=True, cancel_futures=True)
        with self._lock:
            while self._connections:
                self._connections.popitem()[1].close()

    def _connection(self, folders: Folders) -> Connection:
        with self._lock:
            found = self._connections.get(folders.env)
            if found is None:
                own = folders.env == self._own
                found = Connection(folders, self._settings, may_start=own, missing=_GONE)
                self._connections[folders.env] = found
            return found


def _not_running(env: str, elsewhere: str) -> str:
    return (
        f"no controller runs for the Python environment {env}, which is another than this Jupyter server's;"
        f" {elsewhere} in that environment: it starts one"
    )


def _skew(record: ControllerRecord | None) -> str:
    running = f"cellburst {record.version or '?'}, pid {record.pid}" if record is not None else "another cellburst"
    return (
        f"the running controller ({running}) speaks another protocol than this Jupyter server (cellburst"
        f" {__version__}); bring both to one version and restart the server, or end the controller with"
        " `cellburst doctor --restart` in its environment: live runs go on with the next one"
    )
