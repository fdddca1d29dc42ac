"""Reading what machines tell: new objects only, those that land late too, and after a restart from where one was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from cellburst.abc import Clock, ObjectStore
from cellburst.bucket import news
from cellburst.bucket.keys import SLOT, RunKeys
from cellburst.bucket.news import NewsItem
from cellburst.bucket.records import News, Position
from cellburst.bucket.transfers import Together
from cellburst.bucket.trusting import Trust
from cellburst.errors import BucketError, MissingObjectError, TamperedError

_NEAR = 3 * SLOT  # seconds that are looked at again each time: news may land a little late
_FAR = 60 * SLOT  # ... and once in a while, for those that were held up on their way
_FAR_EVERY = 60.0
_SAVE_EVERY = 30.0


@dataclass
class Following:
    """The news of a run as ``reader`` reads them. ``suspicions`` are sentences on what was not believed."""

    keys: RunKeys
    reader: str
    store: ObjectStore
    trust: Trust
    clock: Clock
    server_now: Callable[[], float]
    together: Together = map
    suspicions: list[str] = field(default_factory=list)
    _seen: dict[str, None] = field(default_factory=dict)
    _heard: dict[str, set[int]] = field(default_factory=dict)
    _waiting: dict[str, bytes] = field(default_factory=dict)
    _floor: str = ""
    _opened: bool = False
    _looked: float | None = None
    _looked_far: float = float("-inf")
    _saved: float = float("-inf")
    _to_save: Position | None = None

    def step(self) -> list[tuple[News, list[NewsItem]]]:
        """What is new, each machine's in its order. Raises CloudError; what was read before is then told next time."""
        if not self._opened:
            self._open()
        self._look()
        found = []
        for key in sorted(self._waiting, key=self._order):
            told = self._open_news(key, self._waiting[key])
            if told is not None:
                found.append(told)
        return found

    @property
    def senders(self) -> set[str]:
        """Machines whose news wait for their key to be proven."""
        found = (self.keys.sender_of_news(key) for key in self._waiting)
        return {sender[0] for sender in found if sender is not None}

    def save(self) -> None:
        """Write down now and then how far one was some time ago: all of that has been passed on. Raises CloudError."""
        if self.clock.boot() - self._saved < _SAVE_EVERY:
            return
        if self._to_save is not None:
            self.store.put(self.keys.follow(self.reader), msgspec.json.encode(self._to_save))
        self._saved = self.clock.boot()
        first = min((key for key in self._waiting), default="\x7f")
        self._to_save = Position(min(self._floor, first), tuple(key for key in self._seen if key not in self._waiting))

    def _open(self) -> None:
        try:
            position = msgspec.json.decode(self.store.get(self.keys.follow(self.reader)), type=Position)
        except MissingObjectError:
            position = Position("")
        except (msgspec.MsgspecError, UnicodeError):
            position = Position("")  # at worst some output is told twice
        self._floor = position.slot if position.slot.startswith(self.keys.news) else self.keys.news
        for key in position.seen:
            self._note(key)
        self._opened = True

    def _look(self) -> None:
        """From shortly before the last look on; what was not there at the first is far behind by now."""
        now, far = self.server_now(), self.clock.boot() - self._looked_far >= _FAR_EVERY
        if self._looked is None:
            after = self._floor
        else:
            after = max(self._floor, self.keys.news_slot(max(0.0, self._looked - (_FAR if far else _NEAR))))
        fresh: list[str] = []
        while names := self.store.keys(self.keys.news, after):
            fresh += [name for name in names if name not in self._seen]
            after = names[-1]
        for key, data in zip(fresh, self.together(self._get, fresh), strict=True):
            self._take_in(key, data)
        if all(key in self._seen for key in fresh):
            self._looked = now
            self._raise_floor(self.keys.news_slot(max(0.0, now - _FAR)))
        if far:
            self._looked_far = self.clock.boot()

    def _raise_floor(self, floor: str) -> None:
        if floor > self._floor:
            self._floor = floor
            for key in [key for key in self._seen if key < floor and key not in self._waiting]:
                del self._seen[key]

    def _get(self, key: str) -> bytes | None:
        try:
            return self.store.get(key)
        except MissingObjectError:
            return b""
        except BucketError:
            return None  # next time

    def _take_in(self, key: str, data: bytes | None) -> None:
        sender = self.keys.sender_of_news(key)
        if data is None:
            return
        if sender is None or sender[1] in self._heard.get(sender[0], ()):
            self._seen[key] = None
            return
        self._waiting[key] = data
        self._seen[key] = None

    def _open_news(self, key: str, data: bytes) -> tuple[News, list[NewsItem]] | None:
        machine, number = self._order(key)
        public = self.trust.key_of(machine)
        if public is None and self.trust.undecided(machine):
            return None
        del self._waiting[key]
        if number in self._heard.get(machine, ()):
            return None
        try:
            if public is None:
                raise TamperedError(self.trust.why_not(machine))
            told = news.unseal_news(self.keys, data, machine, number, public)
            events = news.unpack(told, self.keys.run)
        except TamperedError as error:
            self.suspicions.append(f"news in the name of {machine} were not believed: {error}")
            return None
        self._note(key)
        return told, events

    def _note(self, key: str) -> None:
        sender = self.keys.sender_of_news(key)
        if sender is not None:
            self._seen[key] = None
            self._heard.setdefault(sender[0], set()).add(sender[1])

    def _order(self, key: str) -> tuple[str, int]:
        return self.keys.sender_of_news(key) or ("", 0)
