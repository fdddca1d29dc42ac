"""Ending what a test or the harness has started, and undoing what a process's own loop does to this one."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil


def end_processes(home: Path) -> None:
    """End the processes whose command names ``home``, with everything below them."""
    trees: list[psutil.Process] = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and any(str(home) in part for part in process.cmdline()):
                trees += [process, *process.children(recursive=True)]
        except psutil.Error:
            continue
    for process in trees:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(trees, timeout=10)


def await_executors() -> None:
    """Until executors that nobody waits for have ended: they would go on with a connection that is closed."""
    for thread in threading.enumerate():
        if thread.name in ("cellburst-calls", "cellburst-results"):
            thread.join(10)


def gone(pid: int) -> bool:
    """Whether a process has ended; it may not have been waited for."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@contextmanager
def kept_signals() -> Iterator[list[str]]:
    """Handlers, mask and wake-up descriptor are afterwards as before; gives what was not, once it is over."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGUSR1)
    left: list[str] = []
    handlers = {number: signal.getsignal(number) for number in numbers}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    descriptor = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(descriptor, warn_on_full_buffer=False)
    try:
        yield left
    finally:
        for number, handler in handlers.items():
            if signal.getsignal(number) is not handler:
                left.append(number.name)
                signal.signal(number, handler)
        if signal.pthread_sigmask(signal.SIG_SETMASK, mask) != mask:
            left.append("mask")
        if signal.set_wakeup_fd(descriptor, warn_on_full_buffer=False) != descriptor:
            left.append("wake-up descriptor")
