"""The agent as it is started on a machine: a process of its own, S3 and SQS over HTTP, real kills."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from cellburst.agent.places import folders_of
from cellburst.aws.s3 import Bucket
from cellburst.aws.session import Session
from cellburst.aws.sqs import Queue
from cellburst.aws.sts import replay
from cellburst.bucket.identity import prove
from cellburst.model.agent import AgentConfig
from cellburst.model.outcome import OutcomeKind
from cellburst.testing.fakecloud import FakeCloud
from cellburst.wire.fleet import TaskBack, TaskBegan
from tests.integration.agents import Home, There
from tests.unit.agent.imds import Service, metadata_service

pytestmark = pytest.mark.slow


class Machine:
    """A process as on a machine, and what of it can be killed."""

    def __init__(self, home: Home, service: Service, name: str, url: str, **more: object) -> None:
        self.folder = home.folder / name
        self.folder.mkdir()
        config = AgentConfig(
            run="run1",
            machine=name,
            bucket="runs",
            prefix=home.keys.prefix,
            queue=url,
            region="us-east-1",
            sender=home.signer.public.hex(),
            deadline=time.time() + 600,
            workers=2,
            data=str(self.folder / "data"),
            metadata=service.address,
        )
        path = self.folder / "config.json"
        self.config = msgspec.structs.replace(config, **more)
        path.write_bytes(msgspec.json.encode(self.config))
        self.log = open(self.folder / "log", "wb")  # noqa: SIM115 - closed by end
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cellburst.agent", str(path)], stdout=self.log, stderr=self.log
        )

    @property
    def agent(self) -> psutil.Process:
        """Below the process that was started."""
        return psutil.Process(self.process.pid).children()[0]

    @property
    def said(self) -> str:
        return (self.folder / "log").read_text()

    def pool(self) -> int:
        return int(msgspec.json.decode(folders_of(self.config).pool_file.read_bytes())["pid"])

    def end(self) -> None:
        if self.process.poll() is None:
            for child in psutil.Process(self.process.pid).children(recursive=True):
                child.kill()
            self.process.kill()
        self.process.wait()
        self.log.close()


class Cloud:
    """A run on the fake cloud."""

    def __init__(self, folder: Path, service: Service) -> None:
        self.folder, self.service = folder, service
        self.session = Session(region="us-east-1")
        self.session.client("s3").create_bucket(Bucket="runs")
        self.url = str(self.session.client("sqs").create_queue(QueueName=f"cellburst-{folder.name}")["QueueUrl"])
        self.machines: list[Machine] = []

    def home(self, source: str, count: int = 1, **options: object) -> Home:
        there = There(
            Bucket(self.session, "runs"),
            Queue(self.session, self.url),
            lambda record, nonce, arn: prove(record, nonce, arn, lambda *sent: replay(self.session, *sent)),
            self.session.identity().arn,
        )
        self.run = Home(self.folder, source, count, there=there, **options)
        self.run.follow()
        return self.run

    def machine(self, name: str = "m1", **more: object) -> Machine:
        self.machines.append(Machine(self.run, self.service, name, self.url, **more))
        return self.machines[-1]


@pytest.fixture
def runs(cloud: FakeCloud, tmp_path: Path) -> Iterator[Cloud]:
    with metadata_service() as service:
        service.answers["/latest/meta-data/ami-launch-index"] = "0"
        found = Cloud(tmp_path, service)
        yield found
        for machine in found.machines:
            machine.end()
        found.run.finish(0)


def wait_for(condition: Callable[[], object], seconds: float = 30.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def test_tasks_are_executed_and_the_machine_ends(runs: Cloud) -> None:
    home = runs.home("print('hello')\ntask.index", 6, idle=3)
    machine = runs.machine()
    found = home.finish(60)
    assert sorted((index, result.summary) for index, result in found.items()) == [(n, n) for n in range(6)], (
        machine.said
    )
    assert machine.process.wait(30) == 0
    assert "AWS_SECRET" not in machine.said
    assert os.environ["AWS_SECRET_ACCESS_KEY"] not in machine.said


_GO = """import os, time
open(r'{folder}/begun.' + str(task.index), 'w').close()
while not os.path.exists(r'{folder}/go'): time.sleep(0.02)
task.attempt
"""


def going(runs: Cloud, count: int = 2, **options: object) -> Home:
    """Tasks that wait for a file, on one machine."""
    home = runs.home(_GO.format(folder=runs.folder), count, **{"idle": 3, "lease": 10, **options})
    runs.machine(workers=count)  # which then does not wait for the queue
    wait_for(lambda: len(list(runs.folder.glob("begun.*"))) == min(2, count))
    return home


def test_a_killed_agent_is_followed_by_one_that_goes_on_with_what_runs(runs: Cloud) -> None:
    home = going(runs)
    machine = runs.machines[0]
    pool = machine.pool()
    machine.agent.kill()
    wait_for(lambda: "started again" in machine.said)
    wait_for(lambda: "still has 1 tasks" in machine.said)
    (runs.folder / "go").touch()
    found = home.finish(60)
    assert [result.summary for result in found.values()] == [1, 1], machine.said
    assert machine.process.wait(30) == 0
    assert pool > 0


def test_what_ended_while_there_was_no_agent_is_not_lost(runs: Cloud) -> None:
    home = going(runs)
    machine = runs.machines[0]
    agent = machine.agent
    os.kill(machine.process.pid, signal.SIGSTOP)  # it starts no other one for now
    agent.kill()
    (runs.folder / "go").touch()
    spool = machine.folder / "data" / "spool"
    wait_for(lambda: len(list(spool.glob("*/*.out"))) == 2)
    os.kill(machine.process.pid, signal.SIGCONT)
    found = home.finish(60)
    assert [(result.summary, result.attempt) for result in found.values()] == [(1, 1), (1, 1)], machine.said


def test_a_killed_pool_costs_its_tasks_an_attempt(runs: Cloud) -> None:
    home = going(runs)
    os.kill(runs.machines[0].pool(), signal.SIGKILL)
    (runs.folder / "go").touch()
    found = home.finish(60)
    assert [result.summary for result in found.values()] == [2, 2], runs.machines[0].said
    assert {event.attempt for event in home.heard(TaskBack)} == {1}


def test_a_frozen_machine_does_not_end_what_another_has_ended(runs: Cloud) -> None:
    home = going(runs, 1, lease=8)
    frozen = runs.machines[0]
    family = [frozen.process.pid, *(child.pid for child in psutil.Process(frozen.process.pid).children(recursive=True))]
    family += [frozen.pool(), *(child.pid for child in psutil.Process(frozen.pool()).children(recursive=True))]
    for pid in family:
        os.kill(pid, signal.SIGSTOP)
    runs.machine("m2")
    wait_for(lambda: any(event.worker.startswith("m2") for event in home.heard(TaskBegan)))
    (runs.folder / "go").touch()
    result = home.finish(60)[0]
    assert (result.kind, result.worker) == (OutcomeKind.SUCCEEDED, "m2.0")
    for pid in family:
        os.kill(pid, signal.SIGCONT)
    assert frozen.process.wait(60) == 0
    assert runs.run.side.fetch(0, 1).worker == "m2.0"


def test_a_run_of_somebody_else_is_not_executed(runs: Cloud) -> None:
    runs.home("1")
    machine = runs.machine(sender="00" * 32)
    assert machine.process.wait(60) == 3
    assert "nothing is executed" in machine.said


def test_a_configuration_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"run": 1}')
    done = subprocess.run([sys.executable, "-m", "cellburst.agent", str(path)], capture_output=True, timeout=60)
    assert done.returncode == 2
    assert b"cannot be used" in done.stderr
