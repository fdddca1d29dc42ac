"""A worker's life: from the fork to the end of its socket."""

from __future__ import annotations

import builtins
import faulthandler
import gc
import mmap
import os
import socket
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from cellburst.cells import versions
from cellburst.cells.imports import observer
from cellburst.errors import UsageError
from cellburst.library_state import registry, warnings_, warnings_shown
from cellburst.payload.blobs import BlobFolder
from cellburst.settings import Settings
from cellburst.wire.board import Board
from cellburst.wire.frames import Channel
from cellburst.wire.worker import Ready, ToWorker
from cellburst.worker import cstreams
from cellburst.worker.children import adopt_orphans
from cellburst.worker.execute import Desk
from cellburst.worker.first_use import begin_watching, unobserved
from cellburst.worker.folders import TaskFolders
from cellburst.worker.hooks import ImportHooks
from cellburst.worker.interrupt import interruptible, note_interrupts
from cellburst.worker.outbox import Outbox
from cellburst.worker.seeding import seed_numpy, seed_torch
from cellburst.worker.serving import Serving
from cellburst.worker.shell import INLINE_BACKEND, PRELOAD, ShellHost
from cellburst.worker.states import LibraryStates
from cellburst.worker.streams import TaskStream, write_raw
from cellburst.worker.surroundings import Surroundings
from cellburst.worker.task import task
from cellburst.worker.variables import TaskVariables
from cellburst.worker.wakeup import follow_interrupts

_AWAITED = (registry.awaited, warnings_.missing, warnings_shown.waiting)


def serve(
    sock: socket.socket, places_blobs: Path, settings: Settings, *, board: mmap.mmap, files: Path | None = None
) -> NoReturn:
    """Execute what comes over ``sock`` until it closes, then end the process. ``files`` is where tasks leave theirs.

    To be called once, in a fresh process of one thread, with its output pipes on descriptors 1 and 2.
    """
    status = 1
    try:
        note_interrupts()
        channel: Channel[ToWorker] = Channel(sock, ToWorker)
        outbox = Outbox(channel, settings)
        shell = ShellHost(outbox)
        states = LibraryStates(lambda name, why: outbox.write("stderr", f"cellburst: the state {name}: {why}\n"))
        hooks = _prepare_process(outbox, shell, states)
        follow_interrupts()
        folders = TaskFolders(files or places_blobs.parent / "files")
        variables = TaskVariables(task, folders)
        variables.install()
        desk = Desk(
            outbox,
            Board(board),
            BlobFolder(places_blobs, strict_sync=settings.strict_sync),
            settings,
            shell,
            Surroundings(),
            states,
            folders,
            variables,
        )
        hooks.looked_for = desk.imports.looked_for
        serving = Serving(channel, desk, _chores(shell))
        states.watch()
        begin_watching()
        gc.freeze()  # what the pool has loaded need not be looked at in every collection
        outbox.send(Ready(os.getpid()))
        for user_code in serving.loop():  # here, where less is below it than in a kernel
            user_code.error = interruptible(*user_code.steps)
        status = 0
    except (BrokenPipeError, ConnectionResetError):
        status = 0  # the pool is gone
    except BaseException:
        write_raw(2, traceback.format_exc())  # sys.stderr is the task's
    finally:
        os._exit(status)


def _prepare_process(outbox: Outbox, shell: ShellHost, states: LibraryStates) -> ImportHooks:
    adopt_orphans()
    cstreams.write_by_lines()
    faulthandler.enable(2)
    for name, value in (("MPLBACKEND", INLINE_BACKEND), ("PAGER", "cat"), ("GIT_PAGER", "cat")):
        os.environ.setdefault(name, value)  # as ipykernel does
    sys.stdin = open(os.devnull)  # noqa: SIM115 - for good
    sys.stdout = TaskStream("stdout", 1, outbox.write, outbox.flush)
    sys.stderr = TaskStream("stderr", 2, outbox.write, outbox.flush)
    builtins.input = _no_input
    shell.install()
    callbacks = {
        "IPython": shell.load_quietly,
        "numpy.random": seed_numpy,
        "torch": seed_torch,
        "getpass": _no_getpass,
        "asyncio": shell.loop.appear,
        "comm": _no_comm,
    }
    hooks = ImportHooks(callbacks, states.importing, states.imported, *_AWAITED)
    hooks.install()
    versions.role.aligns = True
    observer.install()
    if "getpass" in sys.modules:
        _no_getpass()
    os.register_at_fork(after_in_child=outbox.after_fork)
    return hooks


def _no_input(prompt: object = "", /) -> str:
    raise _unanswered("input()")


def _no_password(prompt: str = "", stream: Any = None) -> str:
    raise _unanswered("getpass.getpass()")


def _unanswered(what: str) -> UsageError:
    return UsageError(
        f"{what} cannot be answered in a remote task: nobody sits in front of it; "
        "ask in a cell before, and use the variable"
    )


def _no_getpass() -> None:
    getpass: Any = sys.modules["getpass"]
    getpass.getpass = getpass.unix_getpass = _no_password


def _no_comm() -> None:
    comm: Any = sys.modules["comm"]
    _create_no_comm.__module__, _create_no_comm.__qualname__ = "comm", "create_comm"  # as which it goes to a kernel
    comm.create_comm = _create_no_comm


def _create_no_comm(*_: Any, **options: Any) -> NoReturn:
    what = "a widget" if options.get("target_name") == "jupyter.widget" else "a comm"
    raise UsageError(
        f"{what} lives in the kernel and cannot be made on a worker: make it in a cell without %%remote; "
        "for a progress bar, `from tqdm import tqdm` gives one that is text"
    )


def _chores(shell: ShellHost) -> Iterator[None]:
    """Load what the first cell with rich output would wait for, in small steps."""
    for name in PRELOAD:
        with unobserved(), suppress(ImportError):
            import_module(name)
        yield
    with unobserved():
        shell.load_quietly()
