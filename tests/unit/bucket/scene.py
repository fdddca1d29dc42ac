"""A bucket with a run in it, and both sides of the run."""

from __future__ import annotations

from random import Random

import msgspec

from cellburst.bucket.home_side import HomeSide, Outcome
from cellburst.bucket.machine_side import MachineSide, Me
from cellburst.bucket.memory import Bucket, MemoryQueue, MemoryStore, Messages
from cellburst.bucket.records import RunRecord
from cellburst.bucket.signing import USER as THE_USER
from cellburst.bucket.signing import Place, Signer, seal
from cellburst.bucket.transfers import Transfers
from cellburst.model.blob import Packed
from cellburst.model.payload import Payload
from tests.simulation.blobs import MemoryBlobs
from tests.simulation.weather import SimClock, Sts, Time
from tests.unit.bucket.forging import M1, M2, OURS, USER

ARNS = {"m1": "arn:aws:sts::1:assumed-role/run/i-1", "m2": "arn:aws:sts::1:assumed-role/run/i-2"}
NONCE = "ab" * 16


class Scene:
    """A bucket with a run in it, and both sides of the run."""

    def __init__(self) -> None:
        self.time = Time()
        self.clock = SimClock(self.time)
        self.bucket = Bucket(lambda: self.time.now)
        self.store = MemoryStore(self.bucket)
        self.queue = MemoryQueue(Messages(lambda: self.time.now))
        self.blobs = MemoryBlobs()
        self.sts = Sts(self.time, Random(0), 0.0)
        self.record = RunRecord(OURS.run, NONCE, msgspec.msgpack.encode(Payload("function", Packed(b"p"))), 10)
        self.bucket.write(OURS.record, seal(USER, THE_USER, Place(OURS.env, OURS.run, "run"), self.record), False)
        for name, key in (("m1", M1), ("m2", M2)):
            self.introduce(name, ARNS[name], key.public)
        self.signer = USER
        self.home = self.side(USER)

    def side(self, signer: Signer | None, reader: str = "reader") -> HomeSide:
        """The user's side; without a signer it only reads."""
        home = HomeSide(
            OURS,
            signer,
            self.store,
            self.queue,
            Transfers(self.store, self.blobs),
            self.clock,
            lambda: self.time.now,
            self.sts.prove,
            reader,
            user=USER.public,
        )
        home.expect(ARNS)
        return home

    def visitor(self, witness: Signer | None = None, expects: bool = True) -> HomeSide:
        """Somebody of the same account elsewhere; with ``expects`` he knows which machines there are."""
        home = HomeSide(
            OURS,
            None,
            self.store,
            self.queue,
            Transfers(self.store, MemoryBlobs()),
            self.clock,
            lambda: self.time.now,
            self.sts.prove,
            "visitor",
            user=USER.public,
            witness=witness,
        )
        home.expect(ARNS if expects else {})
        return home

    def introduce(self, name: str, arn: str, public: bytes, nonce: str = NONCE) -> None:
        record = self.sts.introduction(name, arn, public, nonce)
        self.bucket.write(OURS.machine(name), msgspec.json.encode(record), False)

    def machine(self, name: str = "m2") -> MachineSide:
        return MachineSide(
            Me(OURS, name, USER.public, 3600.0),
            M2,
            self.store,
            self.queue,
            Transfers(self.store, MemoryBlobs()),
            self.clock,
            lambda: self.time.now,
            lambda public, nonce: self.sts.introduction(name, ARNS[name], public, nonce),
            lambda digest: self.sts.announce(ARNS[name], digest),
        )

    def outcomes(self, steps: int = 4) -> list[Outcome]:
        found = []
        for _ in range(steps):
            self.time.now += 61
            found += [event for event in self.home.step() if isinstance(event, Outcome)]
        return found
