"""The process above the agent: it has the machine's key, and starts the agent again when it crashes.

The key is 32 random bytes in memory: what an agent has signed can be told from what another one would have, and the
next agent of the machine goes on under the same name.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from types import FrameType

from cellburst.agent.log import log

DONE, WRONG, DISTRUSTED, NOT_FIT = 0, 2, 3, 4
"""Exit codes after which nothing is tried again: ended in order; configured wrongly; the run is not the sender's; the
machine is not what the run needs, which it has told."""

_PAUSES = (0.2, 1.0, 5.0, 15.0, 30.0)  # seconds before the next start
_STEADY = 300.0  # an agent that lived for so long did not fail at its start
_OOM_SCORE = "-900"  # of -1000 to 1000: tasks go first


def supervise(path: str) -> int:
    """Run agents with this configuration until one has ended in order; the exit code."""
    _be_last_to_go()
    key = os.urandom(32)
    turn = failures = 0
    while True:
        turn += 1
        start = time.monotonic()
        code = _Child(path, key, turn).wait()
        if code in (DONE, NOT_FIT):
            return DONE
        if code in (WRONG, DISTRUSTED):
            return code
        failures = 1 if time.monotonic() - start > _STEADY else failures + 1
        if failures > len(_PAUSES):
            log(f"the agent has failed {failures} times in a row; the machine ends")
            return 1
        log(f"the agent ended with code {code} and is started again")
        time.sleep(_PAUSES[failures - 1])


class _Child:
    """One agent; a SIGTERM is passed on to it."""

    def __init__(self, path: str, key: bytes, turn: int) -> None:
        reading, writing = os.pipe()
        command = [sys.executable, "-m", "cellburst.agent", path, str(turn), str(reading)]
        self._process = subprocess.Popen(command, pass_fds=(reading,), stdin=subprocess.DEVNULL)
        os.close(reading)
        os.write(writing, key)
        os.close(writing)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._pass_on)

    def wait(self) -> int:
        return self._process.wait()

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)


def _be_last_to_go() -> None:
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write(_OOM_SCORE)
    except OSError:
        pass  # not Linux, or not ours to lower
