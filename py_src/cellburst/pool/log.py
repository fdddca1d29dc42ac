"""The pool's log: its standard error, which is a file."""

from __future__ import annotations

import os
import sys
import time


def log(message: str) -> None:
    """One line with the time and who says it."""
    stamp = time.strftime("%Y-%m-%d %H:%M:%S")
    try:
        print(f"{stamp} cellburst pool {os.getpid()}: {message}", file=sys.stderr, flush=True)
    except OSError:
        pass  # a full disk must not end the pool
