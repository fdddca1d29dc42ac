"""The pool process from its start to its end."""

from __future__ import annotations

import fcntl
import gc
import importlib
import json
import os
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from cellburst import processes
from cellburst._version import __version__
from cellburst.paths import Folders
from cellburst.pool import containment, guard, spool, task_files
from cellburst.pool.log import log
from cellburst.pool.marker import Marker
from cellburst.pool.process import Birth, Serve
from cellburst.pool.supervisor import Supervisor
from cellburst.pool.survivors import end_survivors
from cellburst.settings import Settings


class Options(msgspec.Struct, frozen=True):
    """The only argument of ``python -m cellburst.pool``, as JSON (a command-line parser takes 6 ms to load).

    ``settings`` are those that differ from their defaults, ``worker`` is the module:function that a worker runs,
    ``ready`` a descriptor on which to say that the pool listens.
    """

    data: str
    runtime: str
    env: str
    settings: dict[str, Any]
    worker: str
    ready: int = -1


def main(argv: Sequence[str]) -> int:
    """Be the pool; the exit status.

    Writes one line to the descriptor ``ready``: "ready" when a controller can connect, "other" when there
    is a pool already.
    """
    options = msgspec.json.decode(argv[0], type=Options)
    folders = Folders(Path(options.data), Path(options.runtime), options.env)
    settings = Settings(**options.settings)
    umask = os.umask(0o077)
    folders.create()
    lock = _lock(folders.pool_lock)
    if lock is None:
        _say(options.ready, "other")
        return 0
    guard.meet()
    marker = _own_marker(folders)
    supervisor = Supervisor(
        folders, settings, Birth(_load(options.worker), folders.blobs, folders.files, settings, marker, umask)
    )
    containment.adopt_orphans()
    listener = _listen(folders.pool_socket)
    supervisor.begin(listener)
    _write_state(folders, marker)
    _say(options.ready, "ready")
    supervisor.later(0.0, lambda: _clear_up(folders))
    gc.freeze()  # so that collections in workers leave the pages alone that they share with us
    gc.enable()
    supervisor.run()
    _remove(folders)
    return 0


def _load(entry: str) -> Serve:
    module, _, name = entry.partition(":")
    serve: Serve = getattr(importlib.import_module(module), name)
    return serve


def _lock(path: Path) -> int | None:
    """The lock's descriptor, open for the life of the process; None if another pool has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _own_marker(folders: Folders) -> Marker:
    """The same as ``detach`` has put into our environment, where it could."""
    pid = os.getpid()
    return Marker(folders.env, pid, processes.start_time(pid) or 0, "pool")


def _listen(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)  # we hold the lock: whoever made it is gone
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(16)
    return listener


def _write_state(folders: Folders, marker: Marker) -> None:
    state = {
        "socket": str(folders.pool_socket),
        "pid": marker.pid,
        "start_time": marker.start,
        "boot_id": processes.boot_id(),
        "version": __version__,
    }
    temporary = folders.pool_file.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(json.dumps(state))
    temporary.replace(folders.pool_file)


def _clear_up(folders: Folders) -> None:
    spool.remove_unfinished(folders.spool)
    ended = end_survivors(folders)
    if ended:
        log(f"{ended} processes of an earlier pool were ended")
    task_files.drop_unfinished(folders.files)


def _remove(folders: Folders) -> None:
    for path in (folders.pool_file, folders.pool_socket):
        path.unlink(missing_ok=True)


def _say(descriptor: int, word: str) -> None:
    if descriptor >= 0:
        try:
            os.write(descriptor, f"{word}\n".encode())
        except OSError:
            pass  # whoever started us does not wait any more
        os.close(descriptor)
