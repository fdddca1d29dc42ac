"""The controller's process: wins the lock or leaves, says where it is, serves, ends itself when idle."""

from __future__ import annotations

import fcntl
import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from cellburst._version import __version__
from cellburst.abc import Backend, Loop, QueueBackend, RunStore
from cellburst.controller.clock import SystemClock
from cellburst.controller.controller import Controller
from cellburst.controller.housekeeping import Housekeeping
from cellburst.controller.loop import TurnLoop
from cellburst.controller.search_process import starter
from cellburst.controller.sessions import Sessions
from cellburst.errors import StoreFencedError
from cellburst.paths import Folders
from cellburst.processes import boot_id, start_time
from cellburst.settings import Settings
from cellburst.wire.client import PROTOCOL, Welcome

OpenStore = Callable[[Folders, Settings], RunStore]
OpenBackends = Callable[[Folders, Settings, Loop], dict[str, Backend]]
OpenQueue = Callable[[Folders, Loop, str], QueueBackend]
"""Opens a target with machines of its own. Raises UsageError."""


def serve(
    folders: Folders,
    settings: Settings,
    open_store: OpenStore,
    open_backends: OpenBackends,
    ready: int,
    open_queue: OpenQueue | None = None,
) -> int:
    """Be the controller until there is nothing left to do; the exit status.

    Writes one line to the descriptor ``ready``: "ready" when clients can connect, "other" when another
    controller holds the lock.
    """
    os.umask(0o077)
    folders.create()
    lock = _lock(folders.lock)
    if lock is None:
        _say(ready, "other")
        return 0
    _lower_oom_score()
    loop = TurnLoop()
    backends = open_backends(folders, settings, loop)
    store = open_store(folders, settings)
    clock = SystemClock()
    controller = Controller(settings, store, backends, loop, clock, loop.stop, starter(folders, loop))
    for backend in backends.values():
        backend.listen(controller.listener)
    if open_queue is not None:
        controller.fleets.opener = partial(open_queue, folders, loop)
    controller.take_over()
    listener = _listen(folders.controller_socket)
    welcome = _welcome(folders, store, backends)
    sessions = Sessions(listener, loop, controller, welcome)
    _write_state(folders, store.epoch)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    loop.on_signal(signal.SIGTERM, loop.stop)
    Housekeeping(controller, sessions, loop, folders).start()
    _say(ready, "ready")
    gc.freeze()
    gc.enable()

    def end_turn() -> None:
        controller.end_turn()
        sessions.flush()

    try:
        loop.run_turns(end_turn)
    except StoreFencedError as error:
        print(f"cellburst controller {os.getpid()} ends: {error}", file=sys.stderr)
        return 3
    controller.open_runs.close()
    sessions.close()
    for backend in backends.values():
        backend.close()
    controller.fleets.close()
    _remove_state(folders)
    store.close()
    return 0


def arguments(argv: list[str]) -> tuple[Folders, int, int]:
    """The folders, the ready descriptor, and that of a pool that was started beside us, from the command line.

    Only we write it, so it is read in the simplest way: a parser of command lines takes 6 ms to load.
    """
    found = {"--ready-fd": "-1", "--pool-ready-fd": "-1"} | dict(zip(argv[::2], argv[1::2], strict=True))
    data, runtime = found["--data"], found["--runtime"]
    if "--env" in found:
        folders = Folders(Path(data), Path(runtime), found["--env"])
    else:
        folders = Folders.of(Settings(data_dir=data, runtime_dir=runtime))
    return folders, int(found["--ready-fd"]), int(found["--pool-ready-fd"])


def _lock(path: Path) -> int | None:
    """The descriptor that holds the lock for the life of this process; None if another has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _say(descriptor: int, word: str) -> None:
    if descriptor >= 0:
        try:
            os.write(descriptor, f"{word}\n".encode())
            os.close(descriptor)
        except OSError:
            pass  # whoever waited has gone; others may still come


def _listen(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)  # we hold the lock, so whoever left it is gone
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(128)
    return listener


def _welcome(folders: Folders, store: RunStore, backends: dict[str, Backend]) -> Welcome:
    capacity = max(backend.capacity for backend in backends.values())
    return Welcome(PROTOCOL, __version__, os.getpid(), str(folders.store), store.epoch, capacity)


def _write_state(folders: Folders, epoch: int) -> None:
    facts = {
        "socket": str(folders.controller_socket),
        "pid": os.getpid(),
        "start_time": start_time(os.getpid()),
        "boot_id": boot_id(),
        "version": __version__,
        "protocol": PROTOCOL,
        "epoch": epoch,
        "store": str(folders.store),
    }
    beside = folders.controller_file.with_suffix(f".{os.getpid()}")
    beside.write_text(json.dumps(facts))
    beside.replace(folders.controller_file)


def _remove_state(folders: Folders) -> None:
    for path in (folders.controller_file, folders.controller_socket):
        path.unlink(missing_ok=True)


def _lower_oom_score() -> None:
    try:
        Path("/proc/self/oom_score_adj").write_text("-500")
    except OSError:
        pass  # lowering needs a privilege; the workers raise theirs instead
