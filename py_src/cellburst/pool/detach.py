"""Become a process of its own, marked with its pid, and then another program.

Run as a file by an interpreter that loads nothing else: ``detach.py ENV PROGRAM ARGUMENT...``. The mark has to be in
the environment from the program's start on: that is what the system shows of a process and of what it forks.

On Linux a guard stays above the program. Should the program be killed, whatever loses its parent becomes the guard's
child, also what has an environment of its own, and is ended.
"""

from __future__ import annotations

import os
import sys

_PR_SET_NAME = 15
_PR_SET_CHILD_SUBREAPER = 36


def main(env: str, *command: str) -> None:
    """Leave the parent, its session and its terminal; run ``command``. Returns in no process."""
    if os.fork():
        os._exit(0)
    os.setsid()
    if sys.platform == "linux":
        guard, program = os.getpid(), os.fork()
        if program:
            _guard(env, program)
        os.setsid()
        os.environ["CELLBURST_GUARD"] = str(guard)
    os.environ["CELLBURST_WORKER"] = f"{env}.{os.getpid()}.{_start_time()}:pool"
    os.execv(command[0], command)


def _guard(env: str, program: int) -> None:
    """Stay until the program has ended, and load next to nothing meanwhile. Never returns."""
    import ctypes
    import signal

    sparing: list[int] = []
    signal.signal(signal.SIGUSR1, lambda number, frame: sparing.append(number))
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    tell = ctypes.CDLL(None).prctl
    tell(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    tell(_PR_SET_NAME, b"cellburst-guard", 0, 0, 0)
    _close_files()
    if os.waitpid(program, 0)[1]:
        sys.path.append(os.path.abspath(f"{__file__}/../../.."))
        from cellburst.pool.guard import end_all

        end_all(f"{env}.{program}." if sparing else "")
    os._exit(0)


def _close_files() -> None:
    """All but the usual three: whoever waits for the program's end of a pipe must not wait for ours."""
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2:
            try:
                os.close(int(name))
            except OSError:
                pass  # the one by which the folder was read


def _start_time() -> int:
    try:
        with open("/proc/self/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[19])
    except OSError:
        return 0  # not Linux


if __name__ == "__main__":
    main(*sys.argv[1:])
