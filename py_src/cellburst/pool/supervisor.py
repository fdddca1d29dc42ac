"""The pool's loop: puts the parts together, and knows when it is over."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from functools import partial

from cellburst.paths import Folders
from cellburst.pool import burial, commands, ending, feeding, hearing, memory, notice, task_files
from cellburst.pool.capacity import usable_cores
from cellburst.pool.gpu import gpus
from cellburst.pool.link import ControllerLink
from cellburst.pool.log import log
from cellburst.pool.loop import PoolLoop
from cellburst.pool.outbox import Outbox
from cellburst.pool.process import Birth
from cellburst.pool.state import Pool, Worker
from cellburst.settings import Settings

_FAREWELL = 2.0  # seconds for the controller to take the last messages
_MAXRSS_UNIT = 1024 if sys.platform == "linux" else 1


class Supervisor:
    """One pool. ``begin`` once, then ``run``, which returns when the pool is to end."""

    def __init__(self, folders: Folders, settings: Settings, birth: Birth) -> None:
        self._folders = folders
        self._settings = settings
        self._birth = birth
        self._loop = PoolLoop()
        self._pool: Pool

    def begin(self, listener: socket.socket) -> None:
        """Hear controllers and signals from now on."""
        link = ControllerLink(
            listener,
            self._loop,
            attached=lambda attach: commands.attach(self._pool),
            heard=lambda message: commands.obey(self._pool, message),
            gone=self._left_alone,
            relieved=lambda: hearing.go_on(self._pool),
        )
        self._pool = Pool(
            settings=self._settings,
            capacity=self._settings.workers or usable_cores(),
            loop=self._loop,
            birth=self._birth,
            link=link,
            outbox=Outbox(
                self._folders.spool,
                link.send,
                self._loop.later,
                self._settings.output_head,
                partial(task_files.drop_checkpoints, self._folders.files),
            ),
            bury=self._bury,
            spared=feeding.feed,
            memory_limit=memory.limit(),
            gpus=gpus(self._settings.fake_gpus),
        )
        self._loop.on_signal(signal.SIGCHLD, self._reap)
        self._loop.on_signal(signal.SIGTERM, self._terminate)
        for number in (signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        self._left_alone()

    def later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call ``callback`` from ``run``."""
        self._loop.later(seconds, callback)

    def run(self) -> None:
        """Serve controllers, one after another, until there is no reason to."""
        self._loop.run()
        self._pool.link.flush(_FAREWELL)
        self._pool.link.close()

    def _left_alone(self) -> None:
        """The controller is gone, or has not come yet: secure what it has not committed, and wait for the next."""
        pool = self._pool
        pool.alone_since = time.monotonic()
        pool.outbox.detach()
        commands.end_idle(pool)
        self._loop.later(pool.settings.pool_grace, self._end_if_over)

    def _bury(self, pool: Pool, worker: Worker) -> None:
        burial.bury(pool, worker)
        self._end_if_over()

    def _end_if_over(self) -> None:
        pool = self._pool
        if pool.workers:
            return
        if pool.closing:
            self._loop.stop()
        elif pool.alone_since is not None:
            left = pool.alone_since + pool.settings.pool_grace - time.monotonic()
            if left > 0:
                self._loop.later(left, self._end_if_over)
            elif pool.outbox.spool_all():
                self._loop.stop()

    def _reap(self) -> None:
        """Take the exit statuses of workers, and of their orphans, which are our children too."""
        by_pid = {worker.pid: worker for worker in self._pool.workers.values()}
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            if pid in by_pid:
                ending.note_death(self._pool, by_pid[pid], status, usage.ru_maxrss * _MAXRSS_UNIT)

    def _terminate(self) -> None:
        log("ends, as it was told to (SIGTERM)")
        self._pool.outbox.spool_all()
        notice.give_and_wait(self._pool, self._settings.notice_grace, self._close)

    def _close(self) -> None:
        commands.close(self._pool)
        self._end_if_over()
