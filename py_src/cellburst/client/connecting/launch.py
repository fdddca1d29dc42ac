"""Starting a controller that outlives the process that needs it."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Literal

from cellburst import wiring
from cellburst.errors import ControllerError
from cellburst.library_state.environment import for_children
from cellburst.paths import Folders
from cellburst.settings import Settings
from cellburst.wire.waiting import readable

CONTROLLER = (sys.executable, "-m", "cellburst.controller")
_LOG_TAIL = 2000  # bytes

_children: set[int] = set()


class Launch:
    """A controller on its way."""

    def __init__(self, ready: int, folders: Folders) -> None:
        self._ready = ready
        self._folders = folders

    def wait(self, seconds: float) -> Literal["ready", "other"]:
        """Until it can be connected to, or has left because another one is there.

        Raises ControllerError with the end of its log if it ended, or did not get ready in time.
        """
        deadline = time.monotonic() + seconds
        said = b""
        try:
            while not said.endswith(b"\n"):
                if not readable(self._ready, deadline - time.monotonic()):
                    raise ControllerError(f"the controller was not ready after {seconds:.0f} s{self._log_end()}")
                part = os.read(self._ready, 64)
                if not part:
                    raise ControllerError(f"the controller ended while it started{self._log_end()}")
                said += part
        finally:
            os.close(self._ready)
        reap()
        return "other" if said.strip() == b"other" else "ready"

    def _log_end(self) -> str:
        try:
            with open(self._folders.log, "rb") as log:
                log.seek(max(0, os.fstat(log.fileno()).st_size - _LOG_TAIL))
                lines = log.read().decode(errors="replace").strip().splitlines()
        except OSError:
            lines = []
        said = f": {lines[-1]}" if lines else ""
        return f"{said}; `cellburst doctor` says more, and so does {self._folders.log}"


def begin_with_pool(folders: Folders, settings: Settings) -> Launch:
    """Start a controller and, beside it, the pool that it would start: each loads for a tenth of a second.

    Raises ControllerError.
    """
    pool_ready = wiring.start_pool(folders, settings)
    try:
        return begin(folders, settings, pool_ready=pool_ready)
    finally:
        if pool_ready >= 0:
            os.close(pool_ready)


def begin(folders: Folders, settings: Settings, command: Sequence[str] = CONTROLLER, *, pool_ready: int = -1) -> Launch:
    """Start a controller and do not wait for it; ``pool_ready`` is for it, from ``wiring``. Raises ControllerError."""
    reap()
    ready, write = os.pipe()
    descriptors = {"--ready-fd": write} | ({"--pool-ready-fd": pool_ready} if pool_ready >= 0 else {})
    said = {"--data": folders.data, "--runtime": folders.runtime, "--env": folders.env, **descriptors}
    try:
        folders.create()
        with open(folders.log, "ab") as log:
            process = subprocess.Popen(
                [*command, *(str(word) for option in said.items() for word in option)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folders.runtime,  # not the notebook's folder: it may be moved or unmounted while we live
                env=environment(settings),
                pass_fds=tuple(descriptors.values()),
                start_new_session=True,
            )
    except OSError as error:
        os.close(ready)
        hint = (
            ", set CELLBURST_DATA_DIR and CELLBURST_RUNTIME_DIR" if error.errno in {errno.EACCES, errno.EROFS} else ""
        )
        message = f"the controller cannot be started: {error}{hint}; `cellburst doctor` says more"
        raise ControllerError(message) from error
    finally:
        os.close(write)
    process.returncode = 0  # it outlives us on purpose; ``reap`` takes its status, and Popen need not warn of it
    _children.add(process.pid)
    return Launch(ready, folders)


def environment(settings: Settings) -> dict[str, str]:
    """The environment that this process started with, with the settings in it: other notebooks will use it too."""
    return {**for_children(), **settings.variables()}


def reap() -> None:
    """Take the exit status of controllers of ours that have ended, so that none stays a zombie."""
    wiring.reap_pools()
    for pid in list(_children):
        try:
            ended, _ = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            ended = pid  # somebody else took it, or we are a fork
        if ended:
            _children.discard(pid)
