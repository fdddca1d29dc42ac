"""The user's run stores: which there are, readers of them, and what is the matter with those that cannot be read."""

from __future__ import annotations

import dataclasses
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from cellburst import wiring
from cellburst.abc import RunBrowser
from cellburst.errors import StoreError, UnknownRunError
from cellburst.paths import Folders
from cellburst.server.refusals import body_of
from cellburst.server.schemas.interface import StoreTrouble

_ENV = re.compile(r"[0-9a-f]{12}")  # it comes into headers and paths; what else is in the folder is none of ours
_PATIENCE = 0.5  # seconds for a store that another process holds: a page waits for the answer
_KEPT = 4  # open readers for each store
_REMEMBERED = 10_000
Found = TypeVar("Found")


class _Open(NamedTuple):
    """A reader, and the file that it has open."""

    reader: RunBrowser
    inode: int


class Stores:
    """May be used by several threads: each has a reader for itself while it reads."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        self._lock = threading.Lock()
        self._idle: dict[str, list[_Open]] = {}
        self._homes: dict[str, str] = {}

    def environments(self) -> list[str]:
        """The Python environments that have a store, the server's own first. Raises StoreError."""
        try:
            found = [env for env in wiring.environments(self._folders) if _ENV.fullmatch(env)]
        except OSError as error:
            raise StoreError(f"{self._folders.stores} cannot be read: {error.strerror}") from error
        self._close_all_but(found)
        return found

    def folders(self, env: str) -> Folders:
        """Where things of that environment are."""
        return dataclasses.replace(self._folders, env=env)

    def each(self, read: Callable[[str, RunBrowser], Found]) -> tuple[list[Found], list[StoreTrouble]]:
        """What ``read`` finds in each store, and the stores that cannot be read; one that has just gone is neither."""
        found: list[Found] = []
        troubles: list[StoreTrouble] = []
        for env in self.environments():
            try:
                with self.lent(env) as reader:
                    found.append(read(env, reader))
            except StoreError as error:
                if self.folders(env).store.exists():
                    troubles.append(StoreTrouble(env, body_of(error)))
        return found, troubles

    def home(self, run: str) -> str:
        """The environment whose store has this run. Raises UnknownRunError; StoreError if one cannot be read."""
        known = self._homes.get(run)
        if known is not None and self._has(known, run):
            return known
        if known is not None:
            self._homes.pop(run, None)
        there, troubles = self.each(lambda env, reader: env if run in reader.find(run) else "")
        for env in filter(None, there):
            if len(self._homes) >= _REMEMBERED:
                self._homes.clear()
            self._homes[run] = env
            return env
        if troubles:
            raise StoreError(f"run {run} may be in a store that cannot be read: {troubles[0].error.message}")
        raise UnknownRunError(f"there is no run {run}; it may have been deleted")

    @contextmanager
    def holding(self, run: str) -> Iterator[tuple[str, RunBrowser]]:
        """The environment of a run, and a reader of its store. Raises as ``home``, and what is raised inside."""
        env = self.home(run)
        with self.lent(env) as reader:
            yield env, reader

    @contextmanager
    def lent(self, env: str) -> Iterator[RunBrowser]:
        """A reader for this thread alone. Raises StoreError, and what is raised inside."""
        opened = self._take(env)
        sound = True
        try:
            yield opened.reader
        except StoreError:
            sound = False  # the next one begins anew
            raise
        finally:
            if not (sound and self._keep(env, opened)):
                opened.reader.close()

    def close(self) -> None:
        """Close every reader that nobody has."""
        self._close_all_but([])

    def _has(self, env: str, run: str) -> bool:
        try:
            with self.lent(env) as reader:
                return run in reader.find(run)
        except StoreError:
            return False

    def _take(self, env: str) -> _Open:
        inode = self._inode(env)
        while True:
            with self._lock:
                idle = self._idle.get(env)
                opened = idle.pop() if idle else None
            if opened is None:
                return _Open(wiring.open_browser(self.folders(env), _PATIENCE), inode)
            if opened.inode == inode:
                return opened
            opened.reader.close()  # the file was moved aside, or deleted and made again

    def _keep(self, env: str, opened: _Open) -> bool:
        with self._lock:
            idle = self._idle.setdefault(env, [])
            if len(idle) >= _KEPT:
                return False
            idle.append(opened)
            return True

    def _close_all_but(self, envs: list[str]) -> None:
        with self._lock:
            gone = [opened for env in self._idle.keys() - set(envs) for opened in self._idle.pop(env)]
        for opened in gone:
            opened.reader.close()

    def _inode(self, env: str) -> int:
        try:
            return self.folders(env).store.stat().st_ino
        except OSError:
            return 0
