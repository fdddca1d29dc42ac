"""Ending what a test or the harness has started."""

from __future__ import annotations

import os
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
