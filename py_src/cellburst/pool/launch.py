"""Starting a pool that outlives whoever starts it, and finding the one that is there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, fields
from pathlib import Path

from cellburst import processes
from cellburst.errors import ControllerError
from cellburst.library_state.environment import THREADS, for_children
from cellburst.paths import Folders
from cellburst.pool.capacity import usable_cores
from cellburst.settings import Settings
from cellburst.wire.waiting import readable

WORKER = "cellburst.worker.main:serve"
_DETACH = Path(__file__).with_name("detach.py")
_PATIENCE = 20.0  # seconds

_children: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True)
class PoolInfo:
    """A pool that runs; ``start_time`` and ``boot_id`` tell it from a later process with its pid."""

    socket: str
    pid: int
    start_time: int
    boot_id: str
    version: str


def find(folders: Folders) -> PoolInfo | None:
    """The pool of this environment; None if there is none. A stale file is left alone."""
    reap()
    try:
        state = json.loads(folders.pool_file.read_bytes())
        found = PoolInfo(**{item.name: state[item.name] for item in fields(PoolInfo)})
        runs = processes.is_running(found.pid, found.start_time, found.boot_id)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if runs else None


def begin(folders: Folders, settings: Settings, worker: str = WORKER) -> int:
    """Start a pool and do not wait for it; ``worker`` is the module:function that its workers run. Raises OSError.

    The descriptor becomes readable when the pool can be connected to ("ready"), when it left because there is
    one already ("other"), or when it could not start (the end of the file; its log says why).
    """
    reap()
    folders.create()
    ready, write = os.pipe()
    try:
        with open(folders.log, "ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_DETACH), folders.env, *_command(folders, settings, worker, write)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folders.runtime,  # not the notebook's folder: it may be moved or unmounted while we live
                env=_environment(settings),
                pass_fds=(write,),
            )
    except OSError:
        os.close(ready)
        raise
    finally:
        os.close(write)
    _children.append(process)
    return ready


def start(folders: Folders, settings: Settings, worker: str = WORKER) -> None:
    """Start a pool, if there is none, and wait until it can be connected to. Raises ControllerError."""
    deadline = time.monotonic() + _PATIENCE
    while find(folders) is None:
        ready = begin(folders, settings, worker)
        try:
            word = b""
            if readable(ready, deadline - time.monotonic()):
                word = os.read(ready, 64)
        finally:
            os.close(ready)
        if not word:
            raise ControllerError(f"the pool of local workers did not start; {folders.log} says why")
        if time.monotonic() > deadline:
            raise ControllerError(f"a pool of local workers holds {folders.pool_lock} and does not listen")


def reap() -> None:
    """Take the exit status of what ``begin`` started, so that none stays a zombie."""
    _children[:] = [child for child in _children if child.poll() is None]


def _command(folders: Folders, settings: Settings, worker: str, ready: int) -> list[str]:
    changed = {item.name: value for item in fields(settings) if (value := getattr(settings, item.name)) != item.default}
    options = {
        "data": str(folders.data),
        "runtime": str(folders.runtime),
        "env": folders.env,
        "settings": changed,
        "worker": worker,
        "ready": ready,
    }
    return [sys.executable, "-m", "cellburst.pool", json.dumps(options)]


def _environment(settings: Settings) -> dict[str, str]:
    """That of our start, with so many BLAS and OpenMP threads that all workers together have one for each core."""
    cores = usable_cores()
    threads = settings.threads or max(1, cores // (settings.workers or cores))
    return {**dict.fromkeys(THREADS, str(threads)), **for_children(), **settings.variables()}
