"""What the agent says of itself, for the machine's console and log. No secret passes through here."""

from __future__ import annotations

import sys
import time


def log(message: str) -> None:
    """One line with the time (UTC)."""
    moment = time.strftime("%H:%M:%S", time.gmtime())
    print(f"{moment} cellburst agent: {message}", file=sys.stderr, flush=True)
