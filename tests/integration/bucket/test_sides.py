"""Both sides of a run over HTTP: S3, SQS and STS as they answer on a bad day; tasks themselves are pretended."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cellburst.aws import s3, sqs
from cellburst.aws.announcing import announce
from cellburst.aws.session import Session
from cellburst.aws.sts import presign, replay
from cellburst.bucket.held import Work
from cellburst.bucket.home_side import Heard, HomeSide, Outcome
from cellburst.bucket.identity import introduce, prove
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.machine_side import MachineSide, Me
from cellburst.bucket.signing import KeyPair
from cellburst.bucket.transfers import Transfers
from cellburst.controller.clock import SystemClock
from cellburst.errors import CloudError
from cellburst.model.blob import Packed
from cellburst.model.machine import MachineState
from cellburst.model.outcome import OutcomeKind, TaskResult
from cellburst.model.payload import Payload
from cellburst.model.run import Run, RunOptions
from cellburst.model.sweep import SweepView
from cellburst.payload.blobs import BlobFolder
from cellburst.testing.fakecloud import FakeCloud
from tests.keyed_session import Keyed

KEYS = RunKeys("0123456789ab", "0000001-abcd")
USER = KeyPair()
LARGE = bytes(range(256)) * (10 << 10)  # 2.5 MiB: stays in the bucket until it is asked for


class Cloud:
    """A bucket, a queue, a role, and whoever uses them."""

    def __init__(self, cloud: FakeCloud, folder: Path) -> None:
        self.cloud, self.folder = cloud, folder
        self.session = Session(region="us-east-1")
        self.session.client("s3").create_bucket(Bucket="runs")
        self.url = self.session.client("sqs").create_queue(QueueName="tasks")["QueueUrl"]
        self.session.client("sqs").create_queue(QueueName="tasks-keys")
        document = json.dumps({"Version": "2012-10-17", "Statement": []})
        iam = self.session.client("iam")
        self.role = iam.create_role(RoleName="run", AssumeRolePolicyDocument=document)["Role"]["Arn"]

    def home(self, together: ThreadPoolExecutor) -> HomeSide:
        store = s3.Bucket(self.session, "runs")

        def proven(record, nonce, arn):  # type: ignore[no-untyped-def]
            return prove(record, nonce, arn, lambda headers, body: replay(self.session, headers, body))

        home = HomeSide(
            KEYS,
            USER,
            store,
            sqs.Queue(self.session, self.url),
            Transfers(store, BlobFolder(self.folder / "home")),
            SystemClock(),
            self.session.clock.time,
            proven,
            "reader",
            together=together.map,
        )
        account = self.session.identity().account
        home.expect({name: f"arn:aws:sts::{account}:assumed-role/run/i-{name}" for name in ("m1", "m2")})
        return home

    def machine(self, name: str, together: ThreadPoolExecutor) -> MachineSide:
        found = self.session.client("sts").assume_role(RoleArn=self.role, RoleSessionName=f"i-{name}")["Credentials"]
        keys = (found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
        session = Keyed(region="us-east-1", endpoint=self.cloud.endpoint, keys=keys)
        store, clock = s3.Bucket(session, "runs"), SystemClock()
        self.blobs = BlobFolder(self.folder / name)
        return MachineSide(
            Me(KEYS, name, USER.public, clock.boot() + 3600),
            KeyPair(),
            store,
            sqs.Queue(session, self.url),
            Transfers(store, self.blobs),
            clock,
            session.clock.time,
            lambda public, nonce: introduce(name, public, nonce, lambda body, headers: presign(session, body, headers)),
            lambda digest: announce(session, self.url, digest),
            together.map,
        )


@pytest.fixture
def place(cloud: FakeCloud, tmp_path: Path) -> Cloud:
    return Cloud(cloud, tmp_path)


@pytest.fixture
def together() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def run_of(count: int, **options: object) -> Run:
    payload = Payload("function", Packed(b"inputs"))
    view = SweepView("copies", count)
    return Run(KEYS.run, "key", "name", "fakecloud", payload, view, RunOptions(**options), time.time())


def live(side: MachineSide, name: str, folder: BlobFolder, executed: Counter[int]) -> None:
    """A machine until it ends; task 7 fails at first, and task 9 leaves something large."""
    until_answered(side.open)
    side.say(MachineState.RUNNING)
    while True:
        orders = side.step()
        if orders.end:
            break
        try:
            works = side.take(10, 0.2)
        except CloudError:
            continue
        for work in works:
            side.began(work, f"{name}.0", time.time())
            executed[work.index] += 1
            side.ended(work, result_of(work, folder), f"{name}.0")
    while not side.close():
        pass


def until_answered(ask: Callable[[], object]) -> None:
    while True:
        try:
            ask()
            return
        except CloudError:
            continue


def result_of(work: Work, folder: BlobFolder) -> TaskResult:
    failed = work.index == 7 and work.attempt == 1
    kind = OutcomeKind.FAILED if failed else OutcomeKind.SUCCEEDED
    value = Packed(buffers=(folder.put(LARGE),)) if work.index == 9 else Packed(f"value {work.index}".encode())
    return TaskResult(
        work.index, work.generation, work.attempt, kind, time.time(), 0.0, value=None if failed else value, worker="w"
    )


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_run_comes_home_whatever_the_cloud_answers(place: Cloud, together: ThreadPoolExecutor) -> None:
    count = 60
    home = place.home(together)
    home.publish(run_of(count, retries=1), 3, beat=1.0, lease=5.0, idle=3.0)
    place.cloud.arm(service="s3", code="SlowDown", times=0, chance=0.05)
    place.cloud.arm(action="PutObject", lose=True, times=0, chance=0.05)
    place.cloud.arm(path="runs/*/done/*", code="ConditionalRequestConflict", times=0, chance=0.1)
    home.enqueue(range(count), [1] * count)
    while not home.queued:
        home.step()
    executed: Counter[int] = Counter()
    machines = []
    for name in ("m1", "m2"):
        side = place.machine(name, together)
        machines.append(threading.Thread(target=live, args=(side, name, place.blobs, executed), daemon=True))
    for machine in machines:
        machine.start()
    outcomes, heard = {}, set()
    until = time.monotonic() + 120
    while len(outcomes) < count and time.monotonic() < until:
        for event in home.step():
            if isinstance(event, Outcome):
                assert not event.tampered
                outcomes[event.result.index] = event.result
            elif isinstance(event, Heard):
                heard.add(event.machine)
    home.finish()
    home.step()
    assert {result.kind for result in outcomes.values()} == {OutcomeKind.SUCCEEDED}
    assert outcomes[7].attempt >= 2  # more where a lease ran out on a busy machine
    assert outcomes[3].value == Packed(b"value 3")
    assert heard == {"m1", "m2"}
    (ref,) = outcomes[9].value.buffers
    kept = BlobFolder(place.folder / "home")
    assert ref not in kept
    until_answered(lambda: home.fetch(9, 1))
    assert kept.read(ref) == LARGE
    place.cloud.disarm()
    for machine in machines:
        machine.join(60)
        assert not machine.is_alive()


def test_what_is_there_is_not_sent_again(place: Cloud, together: ThreadPoolExecutor) -> None:
    store = s3.Bucket(place.session, "runs")
    blobs = BlobFolder(place.folder / "home")
    refs = [blobs.put(bytes([number]) * 300_000) for number in range(5)]
    first, second = Transfers(store, blobs, together.map), Transfers(store, blobs, together.map)
    names = first.send(refs, KEYS.blob)
    assert first.sent == 5 * 300_000
    assert second.send(refs, RunKeys(KEYS.env, "0000002-abcd").blob) == names
    assert second.sent == 0
    far = BlobFolder(place.folder / "far")
    Transfers(store, far, together.map).fetch(refs, names, KEYS.blob)
    assert all(bytes(far.read(ref)) == bytes(blobs.read(ref)) for ref in refs)


def test_a_file_with_other_bytes_gets_no_name(place: Cloud) -> None:
    store = s3.Bucket(place.session, "runs")
    blobs, far = BlobFolder(place.folder / "home"), BlobFolder(place.folder / "far")
    ref = blobs.put(bytes(9 << 20))
    names = Transfers(store, blobs).send([ref], KEYS.blob)
    store.put(KEYS.blob(names[ref.digest]), bytes(8 << 20) + b"\1" * (1 << 20))
    with pytest.raises(CloudError, match="not the one that was signed"):
        Transfers(store, far).fetch([ref], names, KEYS.blob)
    assert [path for path in far.root.rglob("*") if path.is_file()] == []
