"""What is ours in an account, and what of it may be ended: judged by tags and the run store, never by a guess."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

GRACE = 120.0
"""Seconds past its deadline after which a thing is one that should not be there."""

_NEW = 600.0  # seconds in which somebody elsewhere may have made a thing anew

Kind = Literal["machine", "volume", "queue", "role", "results"]


class Verdict(str, Enum):
    """Whether a thing may be ended, and why (not)."""

    NEEDED = "its run is live"
    ENDED = "its run has ended"
    LATE = "past its deadline"
    KEPT = "kept until the bucket lets it expire"
    UNKNOWN = "of a run that is not in the run store, before its deadline"
    OTHERS = "of another Python environment or computer"

    @property
    def doomed(self) -> bool:
        """Whether it is positively ours and nobody needs it."""
        return self in (Verdict.ENDED, Verdict.LATE)


class Thing(Struct, frozen=True):
    """One resource with our tags. ``made`` and ``deadline`` are wall seconds, ``rate`` dollars an hour, ``cost`` those
    until now as far as prices are known (None: they are not)."""

    kind: Kind
    id: str
    env: str
    run: str
    region: str
    what: str = ""
    made: float | None = None
    deadline: float | None = None
    rate: float | None = None
    cost: float | None = None
    verdict: Verdict = Verdict.UNKNOWN


def judged(
    things: Iterable[Thing],
    env: str,
    live: Collection[str],
    known: Collection[str],
    now: float,
    followed: Mapping[str, str] = MappingProxyType({}),
) -> list[Thing]:
    """Each with its verdict. ``live`` are runs that go on, ``known`` all that the run store has; ``followed`` those of
    them that another computer has started, with its environment's id."""
    there = list(things)
    working = {thing.run for thing in there if thing.kind == "machine"}

    def verdict(thing: Thing) -> Verdict:
        if followed.get(thing.run) == thing.env:
            return _of_followed(thing, live, working, now)
        return _verdict(thing, env, live, known, now)

    return [replace(thing, verdict=verdict(thing)) for thing in there]


def _of_followed(thing: Thing, live: Collection[str], working: Collection[str], now: float) -> Verdict:
    """Whoever started the run ends what is its own; what is left of an ended one, he will not miss."""
    if thing.deadline is not None and now > thing.deadline + GRACE:
        return Verdict.LATE
    if thing.run in live or thing.kind == "results":
        return Verdict.NEEDED
    new = thing.made is not None and now - thing.made < _NEW
    return Verdict.OTHERS if thing.run in working or new else Verdict.ENDED


def _verdict(thing: Thing, env: str, live: Collection[str], known: Collection[str], now: float) -> Verdict:
    if not env or thing.env != env:
        return Verdict.OTHERS
    late = thing.deadline is not None and now > thing.deadline + GRACE
    if thing.kind == "machine" and late:
        return Verdict.LATE  # whatever its run thinks: it was to end itself
    if thing.run in live:
        return Verdict.NEEDED
    if thing.kind == "results":
        return Verdict.KEPT  # they are what the user has paid for
    if thing.run in known:
        return Verdict.ENDED
    return Verdict.LATE if late else Verdict.UNKNOWN
