"""Become a process of its own, marked with its pid, and then another program.

Run as a file by an interpreter that loads nothing else: ``detach.py ENV PROGRAM ARGUMENT...``. The mark has to be in
the environment from the program's start on: that is what the system shows of a process and of what it forks.
"""

from __future__ import annotations

import os
import sys


def main(env: str, *command: str) -> None:
    """Leave the parent, its session and its terminal; run ``command``. Returns in no process."""
    if os.fork():
        os._exit(0)
    os.setsid()
    os.environ["CELLBURST_WORKER"] = f"{env}.{os.getpid()}.{_start_time()}:pool"
    os.execv(command[0], command)


def _start_time() -> int:
    try:
        with open("/proc/self/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[19])
    except OSError:
        return 0  # not Linux


if __name__ == "__main__":
    main(*sys.argv[1:])
