"""Time, chance and STS of a simulated world, all from one seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from cellburst.bucket import identity
from cellburst.bucket.memory import Rates
from cellburst.bucket.records import MachineRecord
from cellburst.errors import TamperedError, UnansweredError

STS_TAKES = 900.0


@dataclass
class Time:
    """The world's own; nobody in it can see it but the server."""

    now: float = 1_700_000_000.0


@dataclass
class SimClock:
    """Of one computer: ``ahead`` of the right time, and since when it runs."""

    time: Time
    ahead: float = 0.0
    since: float = field(init=False)

    def __post_init__(self) -> None:
        self.since = self.time.now

    def wall(self) -> float:
        return self.time.now + self.ahead

    def boot(self) -> float:
        return self.time.now - self.since

    monotonic = boot


def rates(chance: Random) -> Rates:
    """From calm to stormy."""
    storm = chance.choice([0.0, 0.01, 0.05, 0.15])

    def some() -> float:
        return storm * chance.choice([0, 0.5, 1, 2])

    return Rates(some(), some(), some(), some(), some(), some() / 10, some() / 4, some())


class Sts:
    """Says whose credentials signed a request, as long as it is fresh, and who left which word in the queue."""

    def __init__(self, time: Time, chance: Random, fails: float) -> None:
        self.time, self.chance, self.fails = time, chance, fails
        self.said: dict[str, set[str]] = {}

    def announce(self, arn: str, digest: str) -> None:
        if self.chance.random() < self.fails:
            raise UnansweredError("sqs: no answer")
        self.said.setdefault(arn, set()).add(digest)

    def _announced(self, arn: str) -> frozenset[str]:
        if self.chance.random() < self.fails:
            raise UnansweredError("sqs: no answer")
        return frozenset(self.said.get(arn, ()))

    def introduction(self, name: str, arn: str, public: bytes, nonce: str) -> MachineRecord:
        def presign(body: str, headers: dict[str, str]) -> dict[str, str]:
            signed = {"Authorization": f"SignedHeaders=host;{identity.HEADER.lower()};x-arn", "X-Arn": arn}
            return {**headers, **signed, "X-Date": str(self.time.now)}

        return identity.introduce(name, public, nonce, presign)

    def prove(self, record: MachineRecord, nonce: str, expected: str) -> bytes:
        return identity.prove(record, nonce, expected, self._replay, self._announced)

    def _replay(self, headers: dict[str, str], body: str) -> str:
        if self.chance.random() < self.fails:
            raise UnansweredError("sts: no answer")
        if self.time.now - float(headers["X-Date"]) > STS_TAKES:
            raise TamperedError("STS says that the request is too old")
        return headers["X-Arn"]
