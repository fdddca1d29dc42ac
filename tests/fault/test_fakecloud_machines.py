"""What happens to machines of the fake cloud: frozen, cut off, out of memory, crashed, broken."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from cellburst.testing.fakecloud import FakeCloud
from cellburst.testing.fakecloud.machines import probe
from tests.cloud import use

boto3 = pytest.importorskip("boto3")
pytest.importorskip("moto")

IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"


@pytest.fixture(scope="module", params=["isolated", "plain"])
def rig(request: pytest.FixtureRequest) -> Iterator[FakeCloud]:
    if request.param == "isolated" and (why := probe.why_not()):
        pytest.skip(f"no isolated machines here: {why}")
    with FakeCloud(seed=1, speed=200, machines=request.param) as cloud:
        yield cloud


@pytest.fixture
def cloud(rig: FakeCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCloud]:
    use(rig, monkeypatch)
    yield rig
    rig.reset()


def launched(script: str, kind: str = "m7i.large") -> str:
    image = boto3.client("ssm").get_parameter(Name=IMAGE)["Parameter"]["Value"]
    answer = boto3.client("ec2").run_instances(
        ImageId=image, InstanceType=kind, MinCount=1, MaxCount=1, UserData=f"#!/bin/bash\n{script}"
    )
    return str(answer["Instances"][0]["InstanceId"])


def says(cloud: FakeCloud, identity: str, text: str) -> None:
    cloud.wait(lambda cloud: text in cloud.console(identity))


def grows(cloud: FakeCloud, identity: str) -> bool:
    """Whether the machine prints something within a while."""
    before = len(cloud.console(identity))
    try:
        cloud.wait(lambda cloud: len(cloud.console(identity)) > before, 0.7)
    except TimeoutError:
        return False
    return True


COUNTING = "i=0; while :; do echo $((i+=1)); sleep 0.05; done"


def test_a_frozen_machine_does_nothing_until_it_is_thawed(cloud: FakeCloud) -> None:
    identity = launched(f"({COUNTING}) & wait")
    says(cloud, identity, "\n3\n")
    cloud.freeze(identity)
    assert not grows(cloud, identity)
    assert cloud.instance(identity).state == "running"
    assert cloud.instance(identity).frozen
    cloud.thaw(identity)
    assert grows(cloud, identity)


def test_a_frozen_machine_can_be_ended(cloud: FakeCloud) -> None:
    identity = launched(COUNTING)
    says(cloud, identity, "\n3\n")
    cloud.freeze(identity)
    boto3.client("ec2").terminate_instances(InstanceIds=[identity])
    cloud.wait(lambda cloud: cloud.instance(identity).state == "terminated")


ASKING = """
import http.client, os, time
from urllib.parse import urlsplit
place = urlsplit(os.environ["AWS_ENDPOINT_URL"])
while True:
    try:
        asking = http.client.HTTPConnection(place.hostname, place.port, timeout=0.3)
        asking.request("GET", "/")
        print("answered", asking.getresponse().status, flush=True)
    except OSError as error:
        print("nothing:", type(error).__name__, flush=True)
    time.sleep(0.05)
"""


def test_from_a_machine_without_network_nothing_is_answered(cloud: FakeCloud) -> None:
    identity = launched(f"exec {sys.executable} -c '{ASKING}'")
    other = launched(f"exec {sys.executable} -c '{ASKING}'")
    says(cloud, identity, "answered 403")
    says(cloud, other, "answered 403")
    cloud.cut_network(identity)
    says(cloud, identity, "nothing: TimeoutError")
    before = cloud.console(identity).count("answered")
    says_before = cloud.console(other).count("answered")
    cloud.wait(lambda cloud: cloud.console(identity).count("nothing") > 2)
    assert cloud.console(identity).count("answered") <= before + 1  # one was on its way
    assert cloud.console(other).count("answered") > says_before
    assert cloud.instance(identity).cut
    cloud.restore_network(identity)
    cloud.wait(lambda cloud: cloud.console(identity).count("answered") > before + 2)


def test_the_biggest_process_ends_when_memory_is_out(cloud: FakeCloud) -> None:
    program = "import time; kept = bytearray(50_000_000); print('have', flush=True); time.sleep(60)"
    identity = launched(f'sleep 60 &\n{sys.executable} -c "{program}"\necho ended with $?\nwait')
    says(cloud, identity, "have")
    cloud.exhaust_memory(identity)
    says(cloud, identity, "ended with 137")
    assert "Out of memory: Killed process" in cloud.console(identity)


@pytest.mark.slow
def test_a_type_has_as_much_memory_as_it_says(cloud: FakeCloud) -> None:
    program = "import time; kept = bytes(1_000_000) * 1200; print('have', flush=True); time.sleep(60)"
    identity = launched(
        f'echo has $CELLBURST_FAKE_MEMORY\n{sys.executable} -c "{program}"\necho ended with $?', "t3.micro"
    )
    says(cloud, identity, "ended with 137")
    assert f"has {1 << 30}" in cloud.console(identity)


def test_a_crashed_machine_is_running_as_ec2_sees_it(cloud: FakeCloud) -> None:
    identity = launched(COUNTING)
    says(cloud, identity, "\n3\n")
    cloud.crash(identity)
    cloud.wait(lambda cloud: not grows(cloud, identity))
    assert cloud.instance(identity).state == "running"
    boto3.client("ec2").terminate_instances(InstanceIds=[identity])
    cloud.wait(lambda cloud: cloud.instance(identity).state == "terminated")


def test_a_killed_machine_is_terminated_by_the_cloud(cloud: FakeCloud) -> None:
    identity = launched(COUNTING)
    says(cloud, identity, "\n3\n")
    cloud.kill(identity)
    cloud.wait(lambda cloud: cloud.instance(identity).state == "terminated")
    assert cloud.instance(identity).reason == "Server.InternalError"


def test_the_metadata_service_can_fail(cloud: FakeCloud) -> None:
    cloud.arm(service="metadata", path="latest/api/token", code="down", status=500, times=1)
    metadata = "${AWS_EC2_METADATA_SERVICE_ENDPOINT:-http://169.254.169.254}/latest/api/token"
    ask = f"curl -s -o /dev/null -w '%{{http_code}} ' -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' {metadata}"
    identity = launched(f"{ask}; {ask}; echo done")
    says(cloud, identity, "500 200 done")


def test_gpus_of_a_type_are_told(cloud: FakeCloud) -> None:
    query = "--query-gpu=index,name,memory.total,driver_version --format=csv,noheader,nounits"
    identity = launched(
        f"echo gpus $CELLBURST_FAKE_GPUS\nnvidia-smi -L | wc -l\nnvidia-smi {query}\necho done", "g5.12xlarge"
    )
    says(cloud, identity, "done")
    said = cloud.console(identity)
    assert "gpus 4\n4\n" in said
    assert "3, NVIDIA A10G, 22" in said


def test_what_a_machine_writes_does_not_reach_the_host(cloud: FakeCloud) -> None:
    if cloud.describe().machines != "isolated":
        pytest.skip("plain machines share the host's files, and say so")
    mark = f"/usr/local/fakecloud-{os.getpid()}"
    identity = launched(f"touch {mark} /tmp/mark && ls {mark} && echo $$ $(ls /proc | grep -c '^[0-9]') && hostname")
    says(cloud, identity, "script ended with 0")
    assert not os.path.exists(mark)
    assert f"{mark}\n" in cloud.console(identity)
    assert "ip-172-31-" in cloud.console(identity)


def test_a_machine_is_as_large_as_its_type(cloud: FakeCloud) -> None:
    if cloud.describe().machines != "isolated":
        pytest.skip("plain machines see the host's size, and say so")
    program = "import os, psutil; print('size', os.cpu_count(), psutil.virtual_memory().total >> 30)"
    identity = launched(
        f'{sys.executable} -c "{program}"\ncat /sys/fs/cgroup/memory.max /sys/fs/cgroup/cpu.max', "m7i.4xlarge"
    )
    says(cloud, identity, "script ended with 0")
    assert "size 16 64\n68719476736\n1600000 100000\n" in cloud.console(identity)


WITHOUT = {
    "unprivileged": (["unshare", "-U", "--map-user=1000", "--map-group=1000", "sh", "-c"], "isolated"),
    "no mount namespaces": (["unshare", "-U", "-r", "sh", "-c"], "plain"),
}
SMALL = """
import os
from cellburst.testing.fakecloud import FakeCloud
with FakeCloud(speed=500) as cloud:
    os.environ.update(cloud.environment())
    import boto3
    image = boto3.client("ssm").get_parameter(Name="%s")["Parameter"]["Value"]
    script = "#!/bin/sh\\necho booted; shutdown -h now"
    boto3.client("ec2").run_instances(
        ImageId=image, InstanceType="m7i.large", MinCount=1, MaxCount=1, UserData=script
    )
    cloud.wait(lambda cloud: cloud.instances("stopped"))
    assert "booted" in cloud.console(cloud.instances()[0].id)
    print(os.geteuid(), cloud.describe().machines)
"""


@pytest.mark.slow
@pytest.mark.parametrize("how", WITHOUT)
def test_it_works_with_what_the_host_allows(how: str) -> None:
    start, machines = WITHOUT[how]
    if subprocess.run([*start, "true"], capture_output=True, timeout=20, check=False).returncode:
        pytest.skip("this host has no user namespaces to try that in")
    if machines == "isolated" and (why := probe.why_not()):
        pytest.skip(f"no isolated machines here: {why}")
    less = "" if machines == "isolated" else "echo 0 > /proc/sys/user/max_mnt_namespaces; "
    command = [*start, f'{less}exec "$0" "$@"', sys.executable, "-c", SMALL % IMAGE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=55, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["1000" if machines == "isolated" else "0", machines]


FROM_VENV = """
import os, sys
from cellburst.testing.fakecloud import FakeCloud
with FakeCloud(speed=500) as cloud:
    os.environ.update(cloud.environment())
    import boto3
    image = boto3.client("ssm").get_parameter(Name="%s")["Parameter"]["Value"]
    script = f"#!/bin/sh\\n{sys.executable} -c 'import sys; print(sys.prefix)'\\nls /tmp | wc -l"
    boto3.client("ec2").run_instances(
        ImageId=image, InstanceType="m7i.large", MinCount=1, MaxCount=1, UserData=script
    )
    cloud.wait(lambda cloud: cloud.instances()[0].exits)
    print(cloud.console(cloud.instances()[0].id))
"""


@pytest.mark.slow
def test_the_python_that_runs_the_cloud_is_there_wherever_it_lives() -> None:
    if why := probe.why_not():
        pytest.skip(f"no isolated machines here: {why}")
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        venv.create(folder, with_pip=False, symlinks=True)
        (packages,) = Path(folder).glob("lib/python*/site-packages")
        (packages / "these.pth").write_text("\n".join(filter(None, sys.path)))
        command = [f"{folder}/bin/python", "-c", FROM_VENV % IMAGE]
        done = subprocess.run(command, capture_output=True, text=True, timeout=55, check=False)
        assert done.returncode == 0, done.stderr
        assert f"{folder}\n1\n" in done.stdout
