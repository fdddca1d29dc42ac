"""Everything a client needs of one environment: its controller, its store, its blobs."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from cellburst import wiring
from cellburst.abc import BlobStore, RunReader
from cellburst.client.connecting import launch
from cellburst.client.connecting.link import Link, LinkLostError
from cellburst.client.connecting.record import find_controller
from cellburst.errors import ControllerError
from cellburst.model.outcome import TaskResult
from cellburst.paths import Folders
from cellburst.settings import Settings
from cellburst.wire.client import Done

PATIENCE = 20.0  # seconds for a controller to be there
_POLL = 0.01  # seconds between two looks for a controller that another process starts
_KEPT_RESULTS = 8

_Readers = dict[threading.Thread, tuple[RunReader, int]]  # each with the file's number
Begin = Callable[[Folders, Settings], launch.Launch]


class Connection:
    """Lazy: nothing is started, opened or connected before it is needed; safe to use from several threads.

    Without ``may_start`` only a controller that runs already is used; ``missing`` is said if there is none.
    """

    def __init__(
        self,
        folders: Folders,
        settings: Settings,
        *,
        may_start: bool = True,
        missing: str = "no controller runs for this environment; the next run starts one",
        begin: Begin = launch.begin_with_pool,
    ) -> None:
        self.folders = folders
        self.settings = settings
        self.may_start = may_start
        self._missing = missing
        self._begin = begin
        self._launches: list[launch.Launch] = []
        self._blobs: BlobStore | None = None
        self._inherited: list[_Readers] = []
        self._reset()

    # the controller

    def prestart(self) -> None:
        """Start a controller if there is none, and do not wait for it: there are inputs to pack meanwhile."""
        self._after_fork()
        if self._idle or self._launches or not self.may_start:
            return
        if find_controller(self.folders) is None:
            self._launches.append(self._begin(self.folders, self.settings))

    def link(self) -> Link:
        """A connection of its own to the controller, which is started if there is none.

        The caller gives it back or closes it. Raises ControllerError, VersionSkewError.
        """
        self._after_fork()
        while (link := self._take_idle()) is not None:
            if link.alive:
                return link
            link.close()
        return self._open()

    def _take_idle(self) -> Link | None:
        try:
            return self._idle.pop()
        except IndexError:  # there was none, or another thread was faster
            return None

    def give_back(self, link: Link) -> None:
        """The link is between two requests and can be used again."""
        self._idle.append(link)

    def greet_anew(self) -> None:
        """Say how this process reaches a cloud with the next request: it is another one than before."""
        while self._idle:
            self._idle.pop().close()

    def request(self, message: Any) -> Done:
        """Ask the controller, once more if it dies before it answers: every request may be repeated."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with self._borrowed() as link:
                    return link.request(message)
            except LinkLostError as error:
                if time.monotonic() > deadline:
                    raise ControllerError(f"the controller keeps ending ({error}); see {self.folders.log}") from error

    @contextmanager
    def _borrowed(self) -> Iterator[Link]:
        link = self.link()
        try:
            yield link
        except BaseException:
            link.close()  # an answer may still be on its way, or half of one in our hands
            raise
        self.give_back(link)

    def _open(self) -> Link:
        deadline = time.monotonic() + PATIENCE
        while True:
            record = find_controller(self.folders)
            if record is not None:
                try:
                    return Link.open(record)
                except LinkLostError:
                    pass  # it is ending, or has ended since
            if not self.may_start:
                raise ControllerError(self._missing)
            if time.monotonic() > deadline:
                raise ControllerError(
                    f"a controller holds {self.folders.lock} and cannot be reached; `cellburst doctor` says more"
                )
            self._await_controller(deadline)

    def _await_controller(self, deadline: float) -> None:
        try:
            started = self._launches.pop()  # one thread's: a second one would read, and close, what is another's by now
        except IndexError:
            started = self._begin(self.folders, self.settings)
        if started.wait(PATIENCE) == "other":
            pause = min(deadline, time.monotonic() + 1.0)
            while find_controller(self.folders) is None and time.monotonic() < pause:
                time.sleep(_POLL)

    # a run that is followed from its submission on

    def park(self, run: str, link: Link) -> None:
        """Keep the link over which ``run`` is followed until ``unpark``; the one before is closed."""
        for other in list(self._parked):
            self._parked.pop(other).close()
        self._parked[run] = link

    def unpark(self, run: str) -> Link | None:
        """The link over which ``run`` is followed since its submission, once."""
        self._after_fork()
        return self._parked.pop(run, None)

    def keep_result(self, run: str, result: TaskResult) -> None:
        """Remember a single run's result that came with the news, so that nobody reads it back."""
        self._results[run] = result
        while len(self._results) > _KEPT_RESULTS:
            self._results.popitem(last=False)

    def kept_result(self, run: str) -> TaskResult | None:
        """The result that ``keep_result`` remembered last for the run."""
        return self._results.get(run)

    def drop_result(self, run: str) -> None:
        """The run has another result now, or none."""
        self._results.pop(run, None)

    # what is on disk

    @property
    def reader(self) -> RunReader:
        """This environment's store; one reader for each thread. Raises StoreError."""
        self._after_fork()
        thread, there = threading.current_thread(), _inode(self.folders)
        reader, inode = self._readers.get(thread, (None, 0))
        if reader is not None and inode != there:
            reader.close()  # the controller has moved a damaged store aside, or somebody has deleted it
            reader = None
        if reader is None:
            self._close_readers(of_ended_threads=True)
            reader = wiring.open_reader(self.folders)
            self._readers[thread] = reader, there
        return reader

    @property
    def blobs(self) -> BlobStore:
        """The user's blob folder."""
        if self._blobs is None:
            self._blobs = wiring.open_blobs(self.folders, self.settings)
        return self._blobs

    def close(self) -> None:
        """Let go of everything; it can be used again afterwards."""
        self._close_links()
        self._close_readers()
        self._reset()

    def _close_readers(self, *, of_ended_threads: bool = False) -> None:
        for thread in list(self._readers):
            if not (of_ended_threads and thread.is_alive()) and (found := self._readers.pop(thread, None)):
                found[0].close()

    def _after_fork(self) -> None:
        if self._pid != os.getpid():
            self._close_links()  # the parent speaks over these
            self._inherited.append(self._readers)  # a database must not be touched, not even closed, after a fork
            self._reset()

    def _close_links(self) -> None:
        while self._idle:
            self._idle.pop().close()
        for run in list(self._parked):
            self._parked.pop(run).close()

    def _reset(self) -> None:
        self._pid = os.getpid()
        self._idle: deque[Link] = deque()
        self._parked: dict[str, Link] = {}
        self._results: OrderedDict[str, TaskResult] = OrderedDict()
        self._readers: _Readers = {}


def _inode(folders: Folders) -> int:
    try:
        return folders.store.stat().st_ino
    except OSError:
        return 0
