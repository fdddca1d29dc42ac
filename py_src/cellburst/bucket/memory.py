"""An object store and a queue in memory, as S3 and SQS are on a bad day: with lost answers, conflicts and late writes.

``Bucket`` and ``Messages`` are the service; each client gets a ``MemoryStore`` and ``MemoryQueue`` of its own, whose
``Weather`` says what goes wrong on its way there. Time is the caller's.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from cellburst.abc import Creation, Delivery
from cellburst.errors import AccessError, BucketError, MissingObjectError, QueueError, UnansweredError

_LONGEST = 12 * 3600.0  # what SQS allows a message to be invisible in all
_LATE = 20.0  # seconds by which a late write lands


@dataclass(frozen=True)
class Rates:
    """How often what goes wrong, each from 0 to 1.

    ``lost`` requests never arrive, ``unanswered`` ones do, ``late`` ones arrive after their sender gave up;
    ``conflict`` is a 409, ``slow`` a 503, ``denied`` a 403; ``twice`` a delivery while another has the message, and
    ``delayed`` a message that is seen late.
    """

    lost: float = 0.0
    unanswered: float = 0.0
    late: float = 0.0
    conflict: float = 0.0
    slow: float = 0.0
    denied: float = 0.0
    twice: float = 0.0
    delayed: float = 0.0


class Weather:
    """What happens to the next call; ``cut`` is a network that is away."""

    def __init__(self, chance: Random | None = None, rates: Rates = Rates()) -> None:
        self.chance = chance or Random(0)
        self.rates = rates
        self.cut = False

    def happens(self, rate: float) -> bool:
        return rate > 0 and self.chance.random() < rate

    def request(self, what: str) -> None:
        """Raises if the request does not get there."""
        if self.cut or self.happens(self.rates.lost):
            raise UnansweredError(f"{what}: no answer")
        if self.happens(self.rates.slow):
            raise BucketError(f"{what}: 503 SlowDown")
        if self.happens(self.rates.denied):
            raise AccessError(f"{what}: 403 AccessDenied")

    def answer(self, what: str) -> None:
        """Raises if the answer does not come back."""
        if self.happens(self.rates.unanswered):
            raise UnansweredError(f"{what}: no answer")


class Bucket:
    """The objects, and writes that are still on their way."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.objects: dict[str, bytes] = {}
        self.calls = 0
        self._names: list[str] = []
        self._late: list[tuple[float, str, bytes, bool]] = []

    def write(self, key: str, data: bytes, create: bool) -> Creation:
        self.settle()
        if key not in self.objects:
            insort(self._names, key)
        elif create:
            return Creation.EXISTS
        self.objects[key] = bytes(data)
        return Creation.CREATED

    def write_later(self, delay: float, key: str, data: bytes, create: bool) -> None:
        self._late.append((self.now() + delay, key, bytes(data), create))

    def settle(self) -> None:
        """Let late writes land whose time has come."""
        if self._late:
            due = [write for write in self._late if write[0] <= self.now()]
            self._late = [write for write in self._late if write[0] > self.now()]
            for _, key, data, create in due:
                self.write(key, data, create)

    def names(self, prefix: str, after: str, limit: int) -> list[str]:
        self.settle()
        start = max(bisect_left(self._names, prefix), bisect_right(self._names, after))
        found = self._names[start : start + limit]
        return [name for name in found if name.startswith(prefix)]

    def remove(self, key: str) -> None:
        if self.objects.pop(key, None) is not None:
            del self._names[bisect_left(self._names, key)]


class MemoryStore:
    """A client's way to a ``Bucket``; implements ``abc.ObjectStore``."""

    def __init__(self, bucket: Bucket, weather: Weather | None = None) -> None:
        self.bucket = bucket
        self.weather = weather or Weather()

    def put(self, key: str, data: bytes) -> None:
        self._write(key, data, create=False)

    def create(self, key: str, data: bytes) -> Creation:
        return self._write(key, data, create=True)

    def get(self, key: str) -> bytes:
        self._ask(key)
        if key not in self.bucket.objects:
            raise MissingObjectError(f"{key} is not there")
        return self.bucket.objects[key]

    def size(self, key: str) -> int | None:
        self._ask(key)
        found = self.bucket.objects.get(key)
        return None if found is None else len(found)

    def keys(self, prefix: str, after: str = "", limit: int = 1000) -> list[str]:
        self._ask(prefix)
        return self.bucket.names(prefix, after, limit)

    def delete(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._ask(key)
            self.bucket.remove(key)

    def upload(self, key: str, data: memoryview) -> None:
        self.put(key, bytes(data))

    def download(self, key: str, path: Path) -> None:
        path.write_bytes(self.get(key))

    def _ask(self, what: str) -> None:
        self.bucket.calls += 1
        self.bucket.settle()
        self.weather.request(what)
        self.weather.answer(what)

    def _write(self, key: str, data: bytes, create: bool) -> Creation:
        self.bucket.calls += 1
        weather = self.weather
        weather.request(key)
        if weather.happens(weather.rates.late):
            self.bucket.write_later(weather.chance.uniform(0, _LATE), key, data, create)
            raise UnansweredError(f"{key}: no answer")
        if create and weather.happens(weather.rates.conflict):
            return Creation.CONFLICT
        answer = self.bucket.write(key, data, create)
        weather.answer(key)
        return answer


@dataclass(eq=False)
class _Message:
    body: str
    visible: float
    receives: int = 0
    receipt: str = ""
    first: float = 0.0
    stale: list[str] = field(default_factory=list)


class Messages:
    """The messages of a queue. Order is by chance, as in a standard queue."""

    def __init__(self, now: Callable[[], float], chance: Random | None = None) -> None:
        self.now = now
        self.chance = chance or Random(0)
        self.waiting: list[_Message] = []
        self._receipts = 0

    def hand_out(self, message: _Message, visible: float) -> Delivery:
        self._receipts += 1
        message.receives += 1
        if message.receipt:
            message.stale.append(message.receipt)
        message.first = self.now()
        message.receipt, message.visible = f"r{self._receipts}", self.now() + visible
        return Delivery(message.body, message.receipt, message.receives)

    def find(self, receipt: str, stale: bool = False) -> _Message | None:
        for message in self.waiting:
            if message.receipt == receipt or (stale and receipt in message.stale):
                return message
        return None


class MemoryQueue:
    """A client's way to ``Messages``; implements ``abc.TaskQueue``."""

    def __init__(self, messages: Messages, weather: Weather | None = None) -> None:
        self.messages = messages
        self.weather = weather or Weather()

    def send(self, bodies: Sequence[str], delay: float = 0.0) -> None:
        self._request("send")
        for body in bodies:
            late = self.weather.chance.uniform(0, _LATE) if self.weather.happens(self.weather.rates.delayed) else 0.0
            self.messages.waiting.append(_Message(body, self.messages.now() + delay + late))
        self._answer("send")

    def receive(self, most: int, wait: float, visible: float) -> list[Delivery]:
        self._request("receive")
        weather, now = self.weather, self.messages.now()
        ready = [
            message
            for message in self.messages.waiting
            if message.visible <= now or weather.happens(weather.rates.twice)
        ]
        chosen = self.messages.chance.sample(ready, min(most, 10, len(ready)))
        found = [self.messages.hand_out(message, visible) for message in chosen]
        self._answer("receive")
        return found

    def extend(self, receipts: Sequence[str], visible: float) -> list[str]:
        self._request("extend")
        lost = []
        for receipt in receipts:
            message = self.messages.find(receipt)
            now = self.messages.now()
            if message is None or message.visible <= now or now + visible > message.first + _LONGEST:
                lost.append(receipt)
            else:
                message.visible = now + visible
        self._answer("extend")
        return lost

    def remove(self, receipts: Sequence[str]) -> None:
        self._request("remove")
        for receipt in receipts:
            # with an old receipt SQS says that it is done, and may have done it or not
            message = self.messages.find(receipt, stale=self.weather.chance.random() < 0.5)
            if message is not None:
                self.messages.waiting.remove(message)
        self._answer("remove")

    def depth(self) -> tuple[int, int]:
        self._request("depth")
        now = self.messages.now()
        waiting = sum(message.visible <= now or not message.receives for message in self.messages.waiting)
        return waiting, len(self.messages.waiting) - waiting

    def _request(self, what: str) -> None:
        try:
            self.weather.request(what)
        except BucketError as error:
            raise QueueError(str(error)) from None

    def _answer(self, what: str) -> None:
        try:
            self.weather.answer(what)
        except BucketError as error:
            raise QueueError(str(error)) from None
