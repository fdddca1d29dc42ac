"""Whoever of the fake cloud is killed, and however: no process, mount, namespace or folder of it is left."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from cellburst.paths import Folders
from cellburst.testing.fakecloud import FakeCloud, standing
from cellburst.testing.fakecloud.machines import probe
from tests.cloud import outliving
from tests.processes import end_processes, gone

pytest.importorskip("boto3")
pytest.importorskip("moto")

OWNER = """
import json, os, sys, time
from cellburst.testing.fakecloud import FakeCloud
mode, naps = sys.argv[1:]
with FakeCloud(speed=1000, machines=mode) as cloud:
    os.environ.update(cloud.environment())
    import boto3
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    image = boto3.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    nap = f"sleep {naps}"
    script = f"#!/bin/bash\\n(setsid nohup {nap} &)\\ntrap '' TERM HUP INT\\nsetsid {nap}\\n{nap}\\n"
    boto3.client("ec2").run_instances(
        ImageId=image, InstanceType="m7i.large", MinCount=3, MaxCount=3, UserData=script
    )
    cloud.wait(lambda cloud: all(one.user_data for one in cloud.instances()))
    print(json.dumps({"pid": cloud.process.pid, "folder": cloud.process.folder}), flush=True)
    time.sleep(600)
"""


@pytest.fixture
def naps() -> str:
    """A number of seconds that nothing else on this host sleeps."""
    return str(random.randint(10**7, 10**8))


def ours(mark: str) -> list[str]:
    """Processes that name it in their command."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        words = process.info["cmdline"] or []
        if mark in words or any(mark in word for word in words if "/" in word):
            found.append(" ".join(words))
    return found


def soon(condition: Callable[[], Any]) -> bool:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def owner(request: pytest.FixtureRequest, naps: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    mode = request.param
    if mode == "isolated" and (why := probe.why_not()):
        pytest.skip(f"no isolated machines here: {why}")
    process = subprocess.Popen([sys.executable, "-c", OWNER, mode, naps], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process, process.stdout:
        yield process, json.loads(process.stdout.readline())
        process.kill()


@pytest.mark.slow
@pytest.mark.parametrize("who", ["owner", "cloud", "guard"])
@pytest.mark.parametrize("owner", ["isolated", "plain"], indirect=True)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["KILL", "TERM"])
def test_nothing_is_left_when_one_is_killed(
    owner: tuple[subprocess.Popen[str], dict[str, Any]], who: str, naps: str, number: int
) -> None:
    process, told = owner
    assert soon(lambda: len(ours(naps)) >= 6)
    guard = next(child.pid for child in psutil.Process(told["pid"]).children() if "guard" in " ".join(child.cmdline()))
    os.kill({"owner": process.pid, "cloud": told["pid"], "guard": guard}[who], number)
    if who == "guard" and number == signal.SIGTERM:
        assert psutil.pid_exists(guard)  # a terminal's signal to everybody is for the cloud to act on
        process.kill()
    assert soon(lambda: not [one for one in ours(naps) if "-c" not in one]), ours(naps)
    assert soon(lambda: not ours(told["folder"])), ours(told["folder"])
    assert told["folder"] not in Path("/proc/self/mountinfo").read_text()
    assert soon(lambda: not os.path.exists(told["folder"]))


def test_a_fork_of_its_owner_does_not_keep_a_cloud() -> None:
    code = (
        "import os, time; from cellburst.testing.fakecloud import FakeCloud\n"
        "cloud = FakeCloud(machines='none').start()\n"
        "fork = os.fork()\n"
        "if fork == 0: os.close(1); time.sleep(600)\n"
        "print(cloud.process.pid, fork, flush=True); os._exit(0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, timeout=50, check=True)
    cloud, fork = map(int, done.stdout.split())
    try:
        assert soon(lambda: gone(cloud))
    finally:
        os.kill(fork, signal.SIGKILL)


def test_what_ends_after_a_test_spares_the_cloud_of_all(folders: Folders) -> None:
    with outliving() as cloud:
        end_processes(folders.data.parent)
        assert cloud.alive
        assert cloud.instances() == []


def test_a_standing_cloud_is_found_shared_and_stopped() -> None:
    assert standing.find() is None
    first = FakeCloud.shared()
    try:
        assert FakeCloud.shared().endpoint == first.endpoint
        assert standing.place().stat().st_mode & 0o777 == 0o600
        code = "from cellburst.testing.fakecloud import FakeCloud; print(FakeCloud.shared().endpoint)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50, check=True)
        assert done.stdout.strip() == first.endpoint
    finally:
        first.stop()
    assert standing.find() is None


def test_a_standing_cloud_ends_when_nobody_uses_it() -> None:
    module = "cellburst.testing.fakecloud"
    command = [sys.executable, "-m", module, "--detach", "--idle-minutes", "0.01", "--machines", "none"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=True)
    assert "export AWS_ENDPOINT_URL=http://127.0.0.1:" in done.stdout
    assert soon(lambda: standing.find() is None)
    gone = subprocess.run([*command[:3], "--status"], capture_output=True, text=True, timeout=50, check=False)
    assert (gone.returncode, gone.stdout) == (1, "no fake cloud runs\n")
