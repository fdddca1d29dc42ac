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
from cellburst.paths import Places
from cellburst.pool import containment, spool
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
    places = Places(Path(options.data), Path(options.runtime), options.env)
    settings = Settings(**options.settings)
    umask = os.umask(0o077)
    places.create()
    lock = _lock(places.pool_lock)
    if lock is None:
        _say(options.ready, "other")
        return 0
    marker = _own_marker(places)
    supervisor = Supervisor(places, settings, Birth(_load(options.worker), places.blobs, settings, marker, umask))
    containment.adopt_orphans()
    listener = _listen(places.pool_socket)
    supervisor.begin(listener)
    _write_state(places, marker)
    _say(options.ready, "ready")
    supervisor.later(0.0, lambda: _clear_up(places))
    gc.freeze()  # so that collections in workers leave the pages alone that they share with us
    gc.enable()
    supervisor.run()
    _remove(places)
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


def _own_marker(places: Places) -> Marker:
    """The same as ``detach`` has put into our environment, where it could."""
    pid = os.getpid()
    return Marker(places.env, pid, processes.start_time(pid) or 0, "pool")


def _listen(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)  # we hold the lock: whoever made it is gone
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(16)
    return listener


def _write_state(places: Places, marker: Marker) -> None:
    state = {
        "socket": str(places.pool_socket),
        "pid": marker.pid,
        "start_time": marker.start,
        "boot_id": processes.boot_id(),
        "version": __version__,
    }
    temporary = places.pool_file.with_suffix(f".{os.getpid()}.tmp")
    temporary.write_text(json.dumps(state))
    temporary.replace(places.pool_file)


def _clear_up(places: Places) -> None:
    spool.remove_unfinished(places.spool)
    ended = end_survivors(places)
    if ended:
        log(f"{ended} processes of an earlier pool were ended")


def _remove(places: Places) -> None:
    for path in (places.pool_file, places.pool_socket):
        path.unlink(missing_ok=True)


def _say(descriptor: int, word: str) -> None:
    if descriptor >= 0:
        try:
            os.write(descriptor, f"{word}\n".encode())
        except OSError:
            pass  # whoever started us does not wait any more
        os.close(descriptor)
