"""Where every run of the user is, over all stores: stores that appear, vanish and are replaced included."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from cellburst import wiring
from cellburst.abc import StoreWatch
from cellburst.errors import StoreError
from cellburst.model.stored import Standing
from cellburst.paths import Folders

_AGAIN = 1.0  # seconds until a store that could not be read is tried again

Identity = tuple[int, int]


class _Store(Struct):
    """One file; ``standings`` are those that were last read, also while it cannot be read."""

    identity: Identity
    watch: StoreWatch | None = None
    version: int | None = None
    standings: dict[str, Standing] = {}
    again: float = 0.0


class Standings:
    """Looks only at what has changed: without a commit a look costs a ``stat`` and a read of shared memory a store.

    One thread at a time. ``now`` gives seconds of a clock that never jumps.
    """

    def __init__(
        self,
        folders: Folders,
        open_watch: Callable[[Path], StoreWatch] = wiring.open_watch,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folders.stores
        self._own = folders.store
        self._open = open_watch
        self._now = now
        self._stores: dict[Path, _Store] = {}

    def look(self) -> dict[str, Standing] | None:
        """Where every run is, by its id; None if that has not changed since the last look."""
        found = self._found()
        if found is None:
            return None
        changed = False
        for path in self._stores.keys() - found.keys():
            _close(self._stores.pop(path))
            changed = True
        for path, identity in found.items():
            changed |= self._look_at(path, identity)
        return self._together() if changed else None

    def close(self) -> None:
        """Let go of every file; what was read is remembered for the next look."""
        for store in self._stores.values():
            _close(store)

    def _found(self) -> dict[Path, Identity] | None:
        """The stores that are there; None if the folder cannot be read now."""
        found: dict[Path, Identity] = {}
        try:
            with os.scandir(self._folder) as entries:
                for entry in entries:
                    if entry.name.endswith(".db") and entry.is_file():
                        facts = os.stat(entry.path)
                        found[Path(entry.path)] = (facts.st_dev, facts.st_ino)
        except FileNotFoundError:
            return found if not self._folder.exists() else None
        except OSError:
            return None
        return found

    def _look_at(self, path: Path, identity: Identity) -> bool:
        store = self._stores.setdefault(path, _Store(identity))
        if store.identity != identity:  # moved aside and made anew, or put there by somebody
            _close(store)
            store.identity, store.again = identity, 0.0
        if self._now() < store.again:
            return False
        try:
            return _read(store, path, self._open)
        except StoreError:  # GET status names it
            _close(store)
            store.again = self._now() + _AGAIN
            return False

    def _together(self) -> dict[str, Standing]:
        """Of a run that two stores have, as after copying one, the first counts, as for ``stores.Stores``."""
        merged: dict[str, Standing] = {}
        for path in sorted(self._stores, key=lambda path: (path != self._own, path.name), reverse=True):
            merged.update(self._stores[path].standings)
        return merged


def _read(store: _Store, path: Path, open_watch: Callable[[Path], StoreWatch]) -> bool:
    if store.watch is None:
        store.watch = open_watch(path)
    version = store.watch.version()
    if version == store.version:
        return False
    standings = store.watch.standings()  # after the version: a commit in between is read twice, never missed
    store.version = version
    changed = standings != store.standings
    store.standings = standings
    return changed


def _close(store: _Store) -> None:
    watch, store.watch, store.version = store.watch, None, None
    if watch is not None:
        watch.close()
