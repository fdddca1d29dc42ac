"""A worker process: forked, contained, connected."""

from __future__ import annotations

import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from msgspec import Struct

from cellburst.pool import containment
from cellburst.pool.marker import Marker
from cellburst.pool.table import Process, read_process
from cellburst.settings import Settings
from cellburst.wire.board import Board
from cellburst.wire.worker import MARKER

Serve = Callable[..., Any]  # cellburst.worker.main.serve, or what a test puts in its place
_SOCKET = 3
_FAILED = 70  # sysexits.h: internal software error


class Birth(Struct, frozen=True, eq=False):
    """What every worker of a pool gets: the function that it runs, and its surroundings."""

    serve: Serve
    blobs: Path
    files: Path
    settings: Settings
    marker: Marker
    umask: int


class Born(BaseException):
    """Raised in a new worker up to ``__main__``, so that nothing of the pool is below the user's code on the stack.

    Its traceback keeps what the pool had, whose descriptors are closed by then and may be others.
    """

    def __init__(self, birth: Birth, sock: socket.socket, board: Board) -> None:
        super().__init__()
        self.birth = birth
        self.sock = sock
        self.board = board


class WorkerProcess(Struct, frozen=True, eq=False):
    """The pool's ends of a worker; ``out`` and ``err`` are the reading ends of its descriptors 1 and 2."""

    process: Process
    sock: socket.socket
    board: Board
    out: int
    err: int

    @property
    def pid(self) -> int:
        return self.process.pid


def fork_worker(name: str, birth: Birth) -> WorkerProcess:
    """Start one. The pool must have no threads. Raises OSError when there is no process, descriptor or memory left."""
    ours, theirs = socket.socketpair()
    out, out_write = os.pipe()
    err, err_write = os.pipe()
    board = Board()
    pool = os.getpid()
    try:
        pid = os.fork()
    except OSError:
        for descriptor in (out, err, out_write, err_write):
            os.close(descriptor)
        ours.close()
        theirs.close()
        raise
    if not pid:
        _be_worker(name, birth, pool, theirs, (out_write, err_write), board)
    theirs.close()
    os.close(out_write)
    os.close(err_write)
    process = read_process(pid) or Process(pid, pool, "Z", 0)
    return WorkerProcess(process, ours, board, out, err)


def _be_worker(
    name: str, birth: Birth, pool: int, sock: socket.socket, output: tuple[int, int], board: Board
) -> NoReturn:
    try:
        _reset_signals()
        containment.die_with(pool)
        os.setsid()
        containment.adopt_orphans()
        containment.be_first_to_go()
        containment.set_name(f"cellburst-{name}")
        sock = _keep_only(sock, output)
        os.umask(birth.umask)
        os.environ[MARKER] = str(birth.marker._replace(worker=name))
    except BaseException:
        fail()
    raise Born(birth, sock, board)


def fail() -> NoReturn:
    """End a worker that cannot be one, with what was raised."""
    traceback.print_exc()
    sys.stderr.flush()
    os._exit(_FAILED)


def _keep_only(sock: socket.socket, output: tuple[int, int]) -> socket.socket:
    """Nothing stays open but the socket, as descriptor 3, and the usual three (which a pool has open)."""
    null = os.open(os.devnull, os.O_RDONLY)
    for source, descriptor in ((null, 0), (output[0], 1), (output[1], 2)):
        os.dup2(source, descriptor)
    descriptor = sock.detach()
    if descriptor != _SOCKET:
        os.dup2(descriptor, _SOCKET, inheritable=False)
    for name in os.listdir("/dev/fd"):
        if int(name) > _SOCKET:
            try:
                os.close(int(name))
            except OSError:
                pass  # the one by which the folder was read
    return socket.socket(fileno=_SOCKET)


def _reset_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
