"""Makes what a run needs in the cloud, opens its bucket from the user's side, and removes it all again."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cellburst.account.place import Place
from cellburst.aws import names, sts
from cellburst.aws.announcing import Announced
from cellburst.aws.errors import translated
from cellburst.aws.s3 import Bucket
from cellburst.aws.session import Session
from cellburst.aws.sqs import Queue
from cellburst.bucket import identity, register, signing
from cellburst.bucket.home_side import HomeSide
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.records import MachineRecord
from cellburst.bucket.transfers import Transfers
from cellburst.bucket.trusting import Prove
from cellburst.controller.clock import SystemClock
from cellburst.environments.bootstrap import parcel
from cellburst.errors import CloudError, UsageError
from cellburst.fleet.cloud import Cloud, Site
from cellburst.fleet.follower import Post
from cellburst.fleet.hands import Hands
from cellburst.model.run import Run
from cellburst.paths import Folders
from cellburst.payload.blobs import BlobFolder
from cellburst.settings import Settings

KEPT = 14 * 86400
"""Seconds that a queue keeps its messages, the most that SQS allows; then role and queue are past their deadline."""
_LEASE = 90
_LEAST_LEASE = 30.0  # a machine that is only slow keeps its tasks
_BEATS = 6  # words of a machine in the time after which its tasks begin elsewhere, and not rarer than
_BEAT = 15.0  # seconds
_TOGETHER = 16


@dataclass(frozen=True)
class OpenedRun:
    """A run's bucket as the user's side sees it; a ``follower.Opened``. A ``guest`` only reads."""

    home: HomeSide
    store: Bucket
    keys: RunKeys
    place: Place
    guest: bool = False

    def arns(self, instances: Mapping[str, str]) -> dict[str, str]:
        """The session of the run's role on each machine: it is named after the instance."""
        role = f"arn:{self.place.partition}:sts::{self.place.account}:assumed-role/{names.role(self.keys.run)}"
        return {name: f"{role}/{instance}" for name, instance in instances.items()}


@dataclass
class Opening:
    """Opens runs of one user and Python environment."""

    folders: Folders
    settings: Settings

    def __post_init__(self) -> None:
        self._blobs = BlobFolder(self.folders.blobs, strict_sync=self.settings.strict_sync)
        self._together = ThreadPoolExecutor(_TOGETHER, "cellburst-bucket").map

    def open(self, cloud: Cloud, run: Run) -> tuple[OpenedRun, Site | None]:
        """Role, queue and inputs; harmless when they are there. Raises CloudError, StoreError, UsageError, OSError.

        For a run that was started elsewhere nothing is made.
        """
        if run.elsewhere is not None:
            return self._home(cloud, run, "")[0], None
        plan, environment = run.plan, run.environment
        if plan is None or environment is None:
            raise UsageError(f"the run {run.id} has no plan or no environment, so no machine can be made for it")
        place = cloud.place(plan.bucket)
        deadline = time.time() + KEPT
        profile = cloud.role(run.id, deadline, environment.build or environment.digest, plan.bucket)
        url = make_queues(cloud.session, self.folders.env, run.id, deadline)
        opened, transfers = self._home(cloud, run, url)
        register.write(opened.store, self.folders.env, self._signer().public, run)
        sent = parcel(environment, prebuilt=bool(plan.image) or plan.provider == "fakecloud")
        for digest, data in sent.objects.items():
            if opened.store.size(opened.keys.blob(digest)) is None:
                opened.store.put(opened.keys.blob(digest), data)
        transfers.send(sent.archives.values(), opened.keys.blob)
        opened.home.publish(run, self.settings.worker_losses, **pace(self.settings))
        sender = self._signer().public.hex()
        return opened, Site(plan, profile, url, place.bucket, opened.keys.prefix, sender, sent)

    def bring(self, cloud: Cloud, run: Run, index: int, generation: int) -> None:
        """Fetch the blobs of a result. Raises CloudError, StoreError, OSError."""
        opened, _ = self._home(cloud, run, "")
        opened.home.fetch(index, generation)

    def clean(self, cloud: Cloud, run: str) -> None:
        """Remove role and queues. Raises CloudError."""
        remove_queues(cloud.session, run)
        cloud.remove_role(run)

    def _home(self, cloud: Cloud, run: Run, url: str) -> tuple[OpenedRun, Transfers]:
        place = cloud.place(run.plan.bucket if run.plan else "")
        session, other, own = cloud.session, run.elsewhere, self._signer()
        keys = RunKeys(self.folders.env if other is None else other.env, run.id)
        store = Bucket(session, place.bucket)
        transfers = Transfers(store, self._blobs, self._together)
        home = HomeSide(
            keys,
            own if other is None else None,
            store,
            Queue(session, url),
            transfers,
            SystemClock(),
            session.clock.time,
            proving(session, run.id),
            hashlib.sha256(own.public).hexdigest()[:12],  # folders of two computers may have the same name
            user=b"" if other is None else other.key,
            together=self._together,
            witness=own if other is not None else None,
        )
        return OpenedRun(home, store, keys, place, other is not None), transfers

    def _signer(self) -> signing.KeyPair:
        return signing.user_key(self.folders.data / "keys")


def pace(settings: Settings) -> dict[str, float]:
    """How often machines tell of themselves, hold on to their tasks, and how long they stay without one."""
    lease = max(_LEAST_LEASE, settings.machine_lease)
    return {"beat": min(_BEAT, lease / _BEATS), "lease": lease, "idle": max(0.0, settings.machine_idle)}


def proving(session: Session, run: str) -> Prove:
    """What proves whose the keys of a run's machines are, of those that have ended, too."""
    announced = Announced(session, run)

    def prove(record: MachineRecord, nonce: str, arn: str) -> bytes:
        return identity.prove(record, nonce, arn, partial(sts.replay, session), announced)

    return prove


def make_queues(session: Session, env: str, run: str, deadline: float) -> str:
    """The address of the run's queue, which is there from now on, as is that for words of keys. Raises CloudError."""
    _make_queue(session, env, run, names.keys_queue(run), deadline)
    return _make_queue(session, env, run, names.queue(run), deadline)


def _make_queue(session: Session, env: str, run: str, name: str, deadline: float) -> str:
    sqs = session.client("sqs")
    wanted = {
        "VisibilityTimeout": str(_LEASE),
        "MessageRetentionPeriod": str(KEPT),
        "ReceiveMessageWaitTimeSeconds": "20",
        "SqsManagedSseEnabled": "true",
    }
    try:
        with translated("look for the run's queue"):
            return str(sqs.get_queue_url(QueueName=name)["QueueUrl"])
    except CloudError as error:
        if not _gone(error):
            raise
    with translated("make the run's queue"):
        made = sqs.create_queue(QueueName=name, Attributes=wanted, tags=names.tags(env, run, deadline=deadline))
    return str(made["QueueUrl"])


def remove_queues(session: Session, run: str) -> None:
    """Remove the run's queues; one that is gone already is no error. Raises CloudError."""
    sqs = session.client("sqs")
    for name in (names.queue(run), names.keys_queue(run)):
        try:
            with translated("remove the run's queues"):
                sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"])
        except CloudError as error:
            if not _gone(error):
                raise


def _gone(error: CloudError) -> bool:
    return any(word in error.code for word in ("NonExistentQueue", "QueueDoesNotExist"))


def hands_of(given: Mapping[str, str], post: Post) -> Hands:
    """What carries out the core's decisions, for the process with these arguments."""
    folders = Folders(Path(given["--data"]), Path(given["--runtime"]), given["--env"])
    profile = _profile(given.get("--target", ""), folders)
    opening = Opening(folders, Settings.load())

    def session(region: str, endpoint: str) -> Session:
        return Session(region=region, profile=profile, endpoint=endpoint)

    return Hands(folders.env, session, opening.open, opening.bring, opening.clean, post)


def _profile(target: str, folders: Folders) -> str:
    """The profile of AWS's configuration that the target names, if it is still there."""
    from cellburst import targets

    with suppress(UsageError):
        return targets.find(target, folders).profile
    return ""
