"""What is to be stopped: marks of the user's side, in the order in which they were made."""

from __future__ import annotations

import os
from collections.abc import Sequence

from cellburst.abc import ObjectStore
from cellburst.bucket.creating import Standing, create
from cellburst.bucket.held import Task
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.records import Stop
from cellburst.bucket.signing import USER, Place, Signer, seal, unseal
from cellburst.errors import TamperedError, UnansweredError


class StopReader:
    """The marks as a machine reads them; one that the user did not sign is passed over. Raises CloudError."""

    def __init__(self, keys: RunKeys, user: bytes, store: ObjectStore) -> None:
        self._keys, self._user, self._store = keys, user, store
        self._after = keys.stops
        self.cancelled: set[Task] = set()
        self.pruned: set[Task] = set()
        self.finished = False

    def read(self) -> None:
        """Take in what is new."""
        while names := self._store.keys(self._keys.stops, self._after):
            for name in names:
                if self._keys.number(name, self._keys.stops) is None:
                    return
                self._take_in(name)
                self._after = name

    def _take_in(self, name: str) -> None:
        def key_of(by: str) -> bytes | None:
            return self._user if by == USER else None

        try:
            _, stop = unseal(self._store.get(name), _place(self._keys, name), key_of, Stop)
        except TamperedError:
            return
        if stop.what == "cancel":
            self.cancelled.update(stop.tasks)
        elif stop.what == "prune":
            self.pruned.update(stop.tasks)
        else:
            self.finished = True


class StopWriter:
    """The marks as the user's side makes them, each under the next free number."""

    def __init__(self, keys: RunKeys, signer: Signer, store: ObjectStore) -> None:
        self._keys, self._signer, self._store = keys, signer, store
        self._next: int | None = None

    def write(self, stop: Stop) -> None:
        """Raises CloudError; then the same ``stop`` may be written again. Machines that read it twice do not mind."""
        while True:
            number = self._free()
            name = self._keys.stop(number)
            standing, _ = create(self._store, name, seal(self._signer, USER, _place(self._keys, name), stop))
            if standing is Standing.OPEN:
                raise UnansweredError(f"{name} is not settled yet")
            self._next = number + 1
            if standing is Standing.MINE:
                return

    def _free(self) -> int:
        if self._next is None:
            last, after = -1, self._keys.stops
            while names := self._store.keys(self._keys.stops, after):
                numbers = [self._keys.number(name, self._keys.stops) for name in names]
                last, after = max(last, *(number for number in numbers if number is not None), -1), names[-1]
            self._next = last + 1
        return self._next


def stop_mark(what: str, tasks: Sequence[Task] = ()) -> Stop:
    """A mark that is told from every other."""
    return Stop(what, os.urandom(16).hex(), tuple(tasks))  # type: ignore[arg-type]


def _place(keys: RunKeys, name: str) -> Place:
    return Place(keys.env, keys.run, "stop", name=name.removeprefix(keys.stops))
