"""A made-up cloud and a cellburst of its own for one demo; nothing of it is left, however the demo ends."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType

from cellburst.testing.fakecloud import FakeCloud

_NOTICE = 10.0  # seconds between the notice and the end: machines look every five, and two minutes are long for a demo
_PATIENCE = 60.0
_OURS = {
    "CELLBURST_DATA_DIR": "data",
    "CELLBURST_RUNTIME_DIR": "run",
    "CELLBURST_TARGETS": "targets.toml",
}


class Rig:
    """``with Rig() as rig``: the variables of this process lead to ``rig.cloud`` and to an empty data folder."""

    def __init__(self, *, speed: float) -> None:
        self._speed = speed
        self._before = dict(os.environ)
        self._taken: set[str] = set()

    def __enter__(self) -> Rig:
        self._folder = Path(tempfile.mkdtemp(prefix="cellburst-demo-"))
        self._guard = self._start_guard()
        self.cloud = FakeCloud(seed=1, speed=self._speed, log=self._folder / "cloud.log")
        try:
            self.cloud.start()
        except BaseException:
            self._clear()
            raise
        os.environ.update({name: str(self._folder / place) for name, place in _OURS.items()})
        os.environ.update({"CELLBURST_POOL_GRACE": "1", **self.cloud.environment()})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clear()
        os.environ.clear()
        os.environ.update(self._before)

    def _clear(self) -> None:
        if self._guard.poll() is not None:  # somebody has killed it
            self._guard = self._start_guard()
        assert self._guard.stdin is not None
        self._guard.stdin.close()
        self._guard.wait()
        self.cloud.stop()

    def _start_guard(self) -> subprocess.Popen[bytes]:
        """What ends everything; it outlives us by as long as that takes, also when we are killed."""
        return subprocess.Popen(
            [sys.executable, "-m", "cellburst.cli.demo.clearing", str(self._folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def trouble(self) -> str:
        """Why the demo cannot go on, "" if it can."""
        if not self.cloud.alive:
            return "somebody has ended the made-up cloud"
        if self._guard.poll() is not None:
            return "somebody has ended the process that would have cleared up after the demo"
        return ""

    @property
    def log(self) -> Path:
        """Where the controller says what went wrong."""
        return next(self._folder.glob("run/*.log"), self._folder / "run")

    def take_back(self) -> str:
        """Let the spot market take a running machine back; its id, or "" if none runs on it."""
        for machine in self.cloud.instances("running"):
            if machine.market == "spot" and machine.user_data is not None and machine.id not in self._taken:
                self._taken.add(machine.id)
                self.cloud.reclaim(machine.id, notice=_NOTICE * self._speed)
                return machine.id
        return ""

    def wait_for_ends(self, run: str) -> None:
        """Until every machine of the run has ended."""
        import cellburst

        reader, end = cellburst.attach(run).connection.reader, time.monotonic() + _PATIENCE
        while any(machine.live for machine in reader.machines(run)) and time.monotonic() < end:
            time.sleep(0.2)
