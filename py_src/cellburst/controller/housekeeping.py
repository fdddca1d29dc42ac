"""What a controller does when nobody asks: end idle workers, prune old runs and what they left, end itself."""

from __future__ import annotations

from contextlib import suppress

from cellburst.abc import Loop
from cellburst.controller import effects as fx
from cellburst.controller.controller import Controller
from cellburst.controller.sessions import Sessions
from cellburst.errors import StoreError
from cellburst.paths import Folders
from cellburst.pool.task_files import drop_gone

_BLOB_GRACE = 3600.0
_PRUNE_EVERY = 6 * 3600.0
_DROP_EVERY = 60.0


class Housekeeping:
    """A timer with four duties; it also notices when its folders were removed under it."""

    def __init__(self, controller: Controller, sessions: Sessions, loop: Loop, folders: Folders) -> None:
        self._controller = controller
        self._sessions = sessions
        self._loop = loop
        self._folders = folders
        self._idle_since = controller.clock.monotonic()
        self._work = 0
        self._pruned: float | None = None
        self._dropped: float | None = None
        self._pause = max(0.2, min(15.0, controller.settings.idle_exit / 4))

    def start(self) -> None:
        """Begin."""
        self._loop.later(self._pause, self._round)

    def _round(self) -> None:
        now = self._controller.clock.monotonic()
        self._end_idle_workers()
        # an open connection is no work, and neither is a look: an idle notebook and a page that is left open have both
        if self._controller.busy or self._sessions.work != self._work:
            self._work = self._sessions.work
            self._idle_since = now
        elif now - self._idle_since >= self._controller.settings.idle_exit:
            self._controller.stop()
        elif self._pruned is None or now - self._pruned > _PRUNE_EVERY:
            self._pruned = now
            self._prune()
        if self._dropped is None or now - self._dropped > _DROP_EVERY:
            self._dropped = now
            self._drop_gone()
        if not self._folders.runtime.exists():
            self._controller.stop()  # nobody can find us any more
        self._loop.later(self._pause, self._round)

    def _prune(self) -> None:
        settings, wall = self._controller.settings, self._controller.clock.wall()
        try:
            self._controller.store.prune(settings.keep_days, settings.keep_bytes, wall)
            self._controller.store.sweep_blobs(_BLOB_GRACE, wall)
        except StoreError:
            pass  # it is tried again in some hours, and `cellburst doctor` shows the cause

    def _drop_gone(self) -> None:
        """Remove the files of tasks whose runs were deleted."""
        with suppress(StoreError):
            drop_gone(self._folders.files, lambda run: bool(self._controller.store.find(run)))

    def _end_idle_workers(self) -> None:
        limit = self._controller.clock.wall() - self._controller.settings.worker_idle
        for lane in self._controller.core.lanes.values():
            idle = tuple(w.name for w in lane.workers.values() if not w.batches and w.heard < limit)
            for name in idle:
                del lane.workers[name]
            if idle:
                self._controller.effects.commands.append(fx.StopWorkers(lane.target, idle))
