"""What machines tell on the way: batches that are signed, numbered, and listed by the server's time."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from cellburst.bucket.keys import RunKeys
from cellburst.bucket.records import News
from cellburst.bucket.signing import Place, Signer, seal, unseal
from cellburst.errors import TamperedError
from cellburst.wire.fleet import TaskBack, TaskBegan
from cellburst.wire.pool import Sampled
from cellburst.wire.worker import Progressed, Reported, Streamed


class Settled(Struct, frozen=True, tag="settled"):
    """A task has its outcome in the bucket."""

    run: str
    index: int
    generation: int


NewsEvent = TaskBegan | TaskBack | Streamed | Progressed | Reported | Sampled
"""What a machine says of tasks. ``serial`` is 0: who tells it on numbers it."""

NewsItem = NewsEvent | Settled
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[NewsItem])


def pack(events: Sequence[NewsItem]) -> bytes:
    """As ``News.events``."""
    return _ENCODER.encode(events) if events else b""


def unpack(news: News, run: str) -> list[NewsItem]:
    """The events of ``run``. Raises TamperedError for anything else."""
    if not news.events:
        return []
    try:
        events = _DECODER.decode(news.events)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise TamperedError(f"{news.machine} signed news that cannot be read ({error})") from None
    if any(event.run != run for event in events):
        raise TamperedError(f"{news.machine} signed news of another run")
    return events


def seal_news(keys: RunKeys, signer: Signer, news: News) -> bytes:
    """The object's bytes."""
    return seal(signer, news.machine, _place(keys, news.machine, news.number), news)


def unseal_news(keys: RunKeys, data: bytes, machine: str, number: int, public: bytes) -> News:
    """What ``machine`` said as its ``number``. Raises TamperedError."""

    def key_of(by: str) -> bytes | None:
        return public if by == machine else None

    _, news = unseal(data, _place(keys, machine, number), key_of, News)
    if (news.machine, news.number) != (machine, number):
        raise TamperedError(f"{machine} signed news of {news.machine}")
    return news


def _place(keys: RunKeys, machine: str, number: int) -> Place:
    return Place(keys.env, keys.run, "news", name=f"{machine}.{number}")
