"""``python -m cellburst.cli.demo.clearing FOLDER``: waits for the end of its input, ends what ran in the folder."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

_OURS = re.compile(r"(^|[/.])cellburst[./]")  # a module of ours, or a file of it
_PATIENCE = 10.0  # seconds between asking and killing


def main(folder: Path) -> int:
    """Clear up after a demo, whatever became of it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while os.read(0, 1):
        pass
    for number in (signal.SIGTERM, signal.SIGKILL):
        ours = _ours(folder)
        for process in ours:
            with suppress(psutil.Error):
                process.send_signal(number)
        psutil.wait_procs(ours, timeout=_PATIENCE)
    end = time.monotonic() + _PATIENCE
    while folder.exists() and time.monotonic() < end:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _ours(folder: Path) -> list[psutil.Process]:
    """Processes of cellburst with the folder's name in their arguments; others (somebody reads a log) are theirs."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            words = process.cmdline()
            named = any(str(folder) in word for word in words)
            if named and process.pid != os.getpid() and any(map(_OURS.search, words)):
                found.append(process)
    return found


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
