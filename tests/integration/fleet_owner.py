"""The controller's end of a fleet's process, small enough to be killed around: it commits in memory and says so."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cellburst.account.place import Place
from cellburst.account.standings import parts, setup
from cellburst.aws.session import Session
from cellburst.environments import lock
from cellburst.model.blob import Packed
from cellburst.model.machine import Machine
from cellburst.model.outcome import TaskResult
from cellburst.model.payload import Payload
from cellburst.model.plan import Offer, Plan
from cellburst.model.run import Run, RunOptions
from cellburst.model.sweep import SweepView
from cellburst.paths import Folders
from cellburst.wire import fleet as wire
from cellburst.wire.frames import Channel

REGION = "us-east-1"


def a_plan(machines: int = 2, *offers: Offer, **rest: Any) -> Plan:
    found = offers or (Offer("m5.large", "on-demand", 0.096, f"{REGION}a", 2, 8 << 30),)
    return Plan(
        "fakecloud",
        REGION,
        found,
        machines,
        **{"workers": 1, "max_lifetime": 3600.0, "endpoint": os.environ["AWS_ENDPOINT_URL"], **rest},
    )


def a_run(plan: Plan, tasks: int, folders: Folders, source: str = "task.index * 2", name: str = "bold-ant-1") -> Run:
    payload = Payload("cell", Packed(b"}."), source=source, collect="value")
    environment = lock.current(folders)
    sweep = SweepView("copies", tasks)
    return Run(name, name, "", "gpu", payload, sweep, RunOptions(), time.time(), plan=plan, environment=environment)


def set_up_account() -> None:
    """What `cellburst setup aws` makes."""
    session = Session(region=REGION)
    for done in setup(parts(session, Place.of(session))):
        assert done.after.good, done


class Owner:
    """Starts the process, again when it has died, and keeps what it was told as a controller would."""

    def __init__(self, folders: Folders, run: Run, log: Path) -> None:
        self.folders, self.run, self.log = folders, run, log
        self.machines: dict[str, Machine] = {}
        self.results: dict[int, TaskResult] = {}
        self.told: list[Any] = []
        self.finishing = self.finished = False
        self.starts = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, fault: str = "") -> None:
        """Start it with everything that is on record."""
        ours, theirs = socket.socketpair()
        given = ("--fd", str(theirs.fileno()), "--target", "gpu", "--env", self.folders.env)
        places = ("--data", str(self.folders.data), "--runtime", str(self.folders.runtime))
        variables = {**os.environ, "CELLBURST_FAULT": fault}
        with theirs, self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "cellburst.fleet", *given, *places],
                pass_fds=[theirs.fileno()],
                env=variables,
                stderr=log,
            )
        self.starts += 1
        ours.settimeout(0.2)
        self._channel: Channel[Any] = Channel(ours, wire.FromFleet)
        waiting = tuple(index for index in range(self.run.count) if index not in self.results)
        self._channel.send(
            wire.Attach(1, "0", "gpu", self.folders.env),
            wire.Begin(self.run, tuple(self.machines.values())),
            wire.Enqueue(self.run.id, waiting, (1,) * len(waiting)),
        )
        if self.finishing:
            self._channel.send(wire.Finish(self.run.id))

    def until(self, condition: Callable[[Owner], object], timeout: float = 60.0) -> None:
        """Serve the process until the condition is true; start it again when it has died."""
        end = time.monotonic() + timeout
        while not condition(self):
            if time.monotonic() > end:
                raise TimeoutError(f"{self.machines}\n{self.told[-20:]}\n{self.log.read_text()[-3000:]}")
            self._serve()

    def finish(self) -> None:
        """Every task has ended."""
        self.finishing = True
        self._channel.send(wire.Finish(self.run.id))

    def stop(self) -> int:
        """Let it go; its exit status."""
        process = self._process
        if process is None:
            return 0
        self._channel.close()
        try:
            return process.wait(10)
        finally:
            process.kill()
            process.wait()

    @property
    def standings(self) -> list[str]:
        return [message.reason for message in self.told if isinstance(message, wire.Standing)]

    def _serve(self) -> None:
        try:
            alive = self._channel.feed()
        except TimeoutError:
            return
        for message in self._channel.messages():
            self._take(message)
        if not alive:
            assert self._process is not None
            self._channel.close()
            self._process.wait()
            self.start()

    def _take(self, message: Any) -> None:
        self.told.append(message)
        match message:
            case wire.MachinesChanged():
                self.machines.update({machine.name: machine for machine in message.machines})
            case wire.Outcomes():
                self.results.update({result.index: result for result in message.results})
            case wire.Finished():
                self.finished = True
        if getattr(message, "serial", 0):
            try:
                self._channel.send(wire.Acknowledge(message.serial))
            except OSError:
                pass  # it died in between; what it did not hear is told again
