"""One run's bucket, in a thread of its own: sends what tasks need, hands them out, follows what machines tell."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol

import msgspec

from cellburst.abc import ObjectStore
from cellburst.bucket.home_side import Heard as NewsHeard
from cellburst.bucket.home_side import HomeSide, Outcome, Suspicion
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.records import News
from cellburst.errors import AccessError, CellburstError, CloudError, MissingObjectError, StoreError, TamperedError
from cellburst.fleet import effects as fx
from cellburst.fleet import facts
from cellburst.fleet.effects import Effect
from cellburst.model.machine import Machine, MachineState
from cellburst.model.outcome import OutcomeKind
from cellburst.wire.fleet import Noted

STEP = 1.0
"""Seconds between two looks at the bucket."""
_WORDS = 3.0  # seconds between two looks at what machines say while they are set up
_WORDS_AT_MOST = 300  # characters of a sentence that nobody has signed
_TABLE_EVERY = 10.0  # seconds between two tables of machines, written or read
_ASKED_EVERY = 3.0  # ... and two looks whether somebody asks for the end
Post = Callable[[Any], None]


class Opened(Protocol):
    """A run's bucket as it was opened: the user's side of it, the objects themselves, and what signs for machines."""

    @property
    def home(self) -> HomeSide: ...
    @property
    def store(self) -> ObjectStore: ...
    @property
    def keys(self) -> RunKeys: ...

    @property
    def guest(self) -> bool:
        """Whether the run was started elsewhere, and is only read."""

    def arns(self, instances: Mapping[str, str]) -> dict[str, str]:
        """The sessions of the run's role, by machine."""


class Follower:
    """Executes what concerns the bucket of one run, in order, and posts what is heard there.

    ``prepare`` makes what the run needs and opens its bucket; it raises CloudError, StoreError, UsageError. Until it
    was asked for and succeeded, everything else waits.
    """

    def __init__(self, run: str, prepare: Callable[[], Opened], post: Post) -> None:
        self._run = run
        self._prepare = prepare
        self._post = post
        self._todo: queue.SimpleQueue[Effect | None] = queue.SimpleQueue()
        self._waiting: list[Effect] = []
        self._opened: Opened | None = None
        self._looked = 0.0
        self._said: dict[str, bytes] = {}
        self._running: set[str] = set()
        self._instances: dict[str, str] = {}
        self._troubled = False
        self._follows = False
        self._table: fx.LeaveTable | None = None
        self._tabled: tuple[Machine, ...] = ()
        self._tabled_at = self._asked_at = float("-inf")
        self._thread = threading.Thread(target=self._live, name=f"cellburst-{run}", daemon=True)
        self._thread.start()

    def do(self, effect: Effect) -> None:
        """Do this after what was asked for before."""
        self._todo.put(effect)

    def stop(self) -> None:
        """Nothing more is wanted of this run."""
        self._todo.put(None)

    def _live(self) -> None:
        while True:
            effects = self._asked(self._pause())
            if None in effects:
                self._last([each for each in (*self._waiting, *effects) if isinstance(each, fx.LeaveTable)])
                return
            self._waiting += [each for each in effects if each is not None]
            if any(isinstance(each, fx.Prepare) for each in self._waiting):
                self._waiting = [each for each in self._waiting if not isinstance(each, fx.Prepare)]
                self._open()
            if self._opened is not None:
                self._work(self._opened)

    def _pause(self) -> float | None:
        """Seconds until the next look: none if the last one has not read everything."""
        if self._opened is None:
            return None
        return 0.0 if self._opened.home.behind and not self._troubled else STEP

    def _last(self, tables: list[fx.LeaveTable]) -> None:
        """Leave the last table: afterwards nobody writes one."""
        self._table = tables[-1] if tables else self._table
        if self._opened is not None:
            with suppress(CellburstError):
                self._leave_table(self._opened, at_once=True)

    def _asked(self, wait: float | None) -> list[Effect | None]:
        """What was asked for since the last time; waits for the first of it."""
        found: list[Effect | None] = []
        try:
            found.append(self._todo.get(timeout=wait))
            while True:
                found.append(self._todo.get_nowait())
        except queue.Empty:
            return found

    def _open(self) -> None:
        try:
            self._opened = self._opened or self._prepare()
        except (CellburstError, OSError) as error:
            access, cloud = isinstance(error, AccessError), isinstance(error, CloudError | StoreError | OSError)
            self._post(facts.NotPrepared(self._run, str(error), final=not cloud, access=access))
            return
        try:
            self._between(self._opened)
        except CellburstError:
            pass  # it is looked at again soon
        self._post(facts.Prepared(self._run))

    def _between(self, opened: Opened) -> None:
        """What passes between this run's own computer and others. Raises CloudError."""
        if opened.guest:
            self._read_table(opened)
        else:
            self._leave_table(opened)
            self._hear_asked(opened)

    def _leave_table(self, opened: Opened, at_once: bool = False) -> None:
        if self._table is None or not (at_once or time.monotonic() - self._tabled_at >= _TABLE_EVERY):
            return
        self._tabled_at = time.monotonic()
        opened.home.leave_table(self._table.machines)
        self._table = None

    def _read_table(self, opened: Opened) -> None:
        if time.monotonic() - self._tabled_at < _TABLE_EVERY:
            return
        self._tabled_at = time.monotonic()
        try:
            found = opened.home.table()
        except TamperedError as error:
            text = f"the table of machines in the bucket was not believed: {error}"
            self._post(facts.Told(self._run, Noted(0, self._run, text, time.time())))
            return
        if found != self._tabled:
            self._tabled = found
            self._post(facts.Tabled(self._run, found))

    def _hear_asked(self, opened: Opened) -> None:
        if time.monotonic() - self._asked_at < _ASKED_EVERY:
            return
        self._asked_at = time.monotonic()
        by = opened.home.asked_to_cancel()
        if by is not None:
            self._asked_at = float("inf")  # once is enough
            self._post(facts.AskedToCancel(self._run, by))

    def _work(self, opened: Opened) -> None:
        now = time.time()
        try:
            while self._waiting:
                self._carry_out(opened, self._waiting[0])
                del self._waiting[0]
            self._between(opened)
            if not self._follows:
                return
            for event in opened.home.step():
                self._tell(event)
            if opened.home.trouble:
                raise CloudError(opened.home.trouble)
            self._hear_words(opened, now)
        except AccessError as error:
            self._trouble(str(error), access=True)
        except CloudError as error:
            self._trouble(str(error))
        except StoreError as error:
            self._trouble(str(error))
        else:
            self._troubled = False
            self._post(facts.Followed(self._run, now, not opened.home.behind))

    def _trouble(self, text: str, access: bool = False) -> None:
        if not self._troubled:
            self._troubled = True
            self._post(facts.Disturbed(self._run, text, access))

    def _carry_out(self, opened: Opened, effect: Effect) -> None:
        home = opened.home
        match effect:
            case fx.Know():
                home.told(effect.tasks)
            case fx.Hand():
                home.enqueue(effect.indices, effect.generations, effect.given)
            case fx.Revoke():
                home.cancel(() if effect.whole else effect.tasks)
                if effect.whole:
                    home.give_up(effect.tasks, OutcomeKind.CANCELLED, "RunCancelled", "the task was cancelled")
                    self._heard_asking(home)
            case fx.EndEarly():
                home.prune(effect.tasks)
            case fx.GiveUp():
                home.give_up(effect.tasks, effect.kind, effect.error, effect.sentence)
            case fx.Expect():
                self._instances = dict(effect.instances)
                home.expect(opened.arns(self._instances))
            case fx.Gone():
                self._said.pop(effect.machine, None)
                self._instances.pop(effect.machine, None)
                home.gone(effect.machine)
            case fx.Follow():
                self._follows = True
            case fx.LetGo():
                home.finish()
                self._heard_asking(home)
            case fx.LeaveTable():
                self._table = effect
            case fx.Ask():
                home.ask_to_cancel(socket.gethostname())
            case fx.LookAgain():
                home.look_again()

    def _heard_asking(self, home: HomeSide) -> None:
        if self._asked_at == float("inf"):
            home.heard_asking()
            self._asked_at = time.monotonic()

    def _tell(self, event: Any) -> None:
        match event:
            case NewsHeard():
                if event.news.state is MachineState.RUNNING:
                    self._running.add(event.machine)
                self._post(facts.Heard(self._run, event.news))
            case Suspicion():
                self._post(facts.Told(self._run, Noted(0, self._run, event.message, time.time())))
            case Outcome():
                self._post(facts.Settled(self._run, (event.result,)))
            case _:
                self._post(facts.Told(self._run, event))

    def _hear_words(self, opened: Opened, now: float) -> None:
        """What machines say before they have a key: shown, and believed in nothing else. Proves that one can read."""
        if time.monotonic() - self._looked < _WORDS:
            return
        for key in opened.store.keys(f"{opened.keys.prefix}machine/"):
            name, _, kind = key.rpartition("/")[2].partition(".")
            if kind == "setup.json" and name in self._instances and name not in self._running:
                self._word(name, opened.store, key, now)
        self._looked = time.monotonic()

    def _word(self, name: str, store: ObjectStore, key: str, now: float) -> None:
        try:
            data = store.get(key)
        except MissingObjectError:
            return
        if self._said.get(name) == data:
            return
        self._said[name] = data
        try:
            said = msgspec.json.decode(data, type=dict[str, Any])
            reason = " ".join(str(said.get("reason", "")).split())[:_WORDS_AT_MOST]
        except (msgspec.MsgspecError, UnicodeError):
            return
        self._post(facts.Heard(self._run, News(name, 0, now, MachineState.SETTING_UP, reason)))
