"""A searcher as a process of its own: what it says goes to the log, and its last line tells why it ended."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from io import FileIO

from cellburst.abc import Loop
from cellburst.controller.searchers import Ended, Start
from cellburst.paths import Folders

SEARCHER = (sys.executable, "-m", "cellburst.search")
_LOOK = 1.0  # seconds between two looks at a process that says nothing
_SOON = 0.02  # seconds, once it has closed its output
_ENDS_WITHIN = 5.0  # seconds after SIGTERM
_LONGEST_LINE = 500
_KEPT = 8192  # bytes of what it said last
_LOG = 2  # descriptor: our own errors go to the log


class SearchProcess:
    """One searcher, from its start until its exit status is taken."""

    def __init__(self, command: Sequence[str], loop: Loop, ended: Ended) -> None:
        self._loop = loop
        self._ended = ended
        self._said = b""
        self._over = False
        # a pipe, so that what it says is told apart from what else is in the log
        read, write = os.pipe()
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=write, stderr=write, start_new_session=True
            )
        except OSError:
            os.close(read)
            raise
        finally:
            os.close(write)
        os.set_blocking(read, False)
        self._output: FileIO | None = FileIO(read)
        loop.watch(self._output, self._hear)
        loop.later(_LOOK, self._look)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def end(self) -> None:
        """SIGTERM, and SIGKILL for one that does not listen."""
        if not self._over:
            self._process.terminate()
            self._loop.later(_ENDS_WITHIN, self._kill)

    def _kill(self) -> None:
        if not self._over:
            self._process.kill()

    def _hear(self) -> None:
        """Take in what it says, and look after it when it says no more."""
        output = self._output
        while output is not None:
            try:
                said = output.read(1 << 16)
            except OSError:
                said = b""
            if said is None:
                return
            if not said:
                self._hang_up()
                self._loop.later(_SOON, self._look)
                return
            with suppress(OSError):  # a full disk
                os.write(_LOG, said)
            self._said = (self._said + said)[-_KEPT:]

    def _hang_up(self) -> None:
        output, self._output = self._output, None
        if output is not None:
            self._loop.unwatch(output)
            output.close()

    def _look(self) -> None:
        if self._over:
            return
        status = self._process.poll()
        if status is None:
            self._loop.later(_LOOK if self._output else _SOON, self._look)
            return
        self._over = True
        self._hear()
        self._hang_up()  # what it has started may hold the other end for longer
        lines = [line for line in self._said.decode(errors="replace").splitlines() if line.strip()]
        self._ended(status, lines[-1].strip()[:_LONGEST_LINE] if lines else "")


def starter(folders: Folders, loop: Loop, command: Sequence[str] = SEARCHER) -> Start:
    """What starts a searcher of this environment."""
    places = ("--data", str(folders.data), "--runtime", str(folders.runtime), "--env", folders.env)
    return lambda run, ended: SearchProcess((*command, run, *places), loop, ended)
