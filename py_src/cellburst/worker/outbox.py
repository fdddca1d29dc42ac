"""What goes back to the pool, in order: live output while a task runs, outcomes when tasks have ended.

While user code runs, only the sender thread writes to the socket: an interrupt (which Python raises in the main thread)
can then never cut a message in two. The thread is started by the first output and sleeps while there is none.
"""

from __future__ import annotations

import _thread
import queue
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from cellburst.settings import Settings
from cellburst.wire.frames import Channel
from cellburst.wire.worker import Importing, Progressed, Reported, Streamed
from cellburst.worker.outputs import OutputLog, Record
from cellburst.worker.progress import read_bar
from cellburst.worker.reports import ReportLog
from cellburst.worker.streams import write_raw
from cellburst.worker.wakeup import take_no_signals

INTERVAL = 0.05
FLOOD_INTERVAL = 0.1
PROGRESS_INTERVAL = 0.2
REPORT_INTERVAL = 0.02
_IMPORT_PATIENCE = 0.003  # seconds; what a cell has imported by its end needs no message
_DESCRIPTORS = {"stdout": 1, "stderr": 2}
_Progress = tuple[float | None, str, dict[str, Any] | None]


class Outbox:
    """The worker's end of the socket, for sending."""

    def __init__(self, channel: Channel[Any], settings: Settings) -> None:
        self._channel = channel
        self._log = OutputLog(settings.output_head)
        self._sending = _thread.allocate_lock()
        self._asked: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._awake = False
        self._thread = False
        self._task: tuple[str, int, int, int] | None = None
        self._later: tuple[float, Callable[[], None]] | None = None
        self._hold = 0.0
        self._sent = 0.0
        self._progress: _Progress | None = None
        self._progress_sent = 0.0
        self._reports = ReportLog()
        self._reports_sent = 0.0
        self._imports: list[str] = []
        self._imports_since = 0.0
        self._start = 0.0
        self.after_value = False  # whether what is displayed comes after the value of the cell
        self.forked = False  # whether this is a child of a task, with a copy of the worker's memory

    # The main thread, between tasks

    def call_at(self, due: float, send: Callable[[], None]) -> None:
        """Call ``send`` in the sender thread at ``due`` (monotonic seconds), unless one is to be called already."""
        if self._later is None:
            self._later = (due, send)
            self._ask()

    def send(self, *messages: Any) -> None:
        """Send whole messages now."""
        with self._sending:
            self._channel.send(*messages)

    def begin(self, run: str, index: int, generation: int, attempt: int, now: float, *, live: bool) -> None:
        """A task starts. ``live``: its first line is shown at once, not only if it takes long."""
        self._log.live = live
        self._log.reset()
        self._progress = None
        self._imports.clear()
        if self._reports.count:
            self._reports.reset()
        self._start = now
        self._hold = now if live else now + INTERVAL
        self._task = (run, index, generation, attempt)

    def end(self) -> tuple[Record, ...]:
        """The task has ended; what of its output was not sent."""
        with self._sending:  # what the thread is sending comes first
            if self._reports and self._task is not None:
                with suppress(OSError):
                    self._channel.send(Reported(*self._task, self._reports.take()))
            self._task = None
            return self._log.take()

    # Any thread of the task

    def write(self, name: str, text: str) -> None:
        """Stream text of the task."""
        if self.forked:
            write_raw(_DESCRIPTORS[name], text)
            return
        self._log.write(name, text)
        if "%|" in text and (bar := read_bar(text)) is not None:
            metrics = self._progress[2] if self._progress else None
            self._progress = (*bar, metrics)
        self._ask()

    def flush(self, name: str) -> None:
        """A stream of the task is flushed."""
        if not self.forked:
            self._log.flush(name)

    def show(self, record: Record) -> None:
        """A display, an update of one, or a clearing."""
        if self.forked:
            write_raw(1, f"{record.get('data', {}).get('text/plain', '')}\n")
            return
        self._log.show({**record, "after_value": True} if self.after_value else record)
        self._ask()

    def progress(self, fraction: float | None, text: str, metrics: dict[str, Any] | None) -> None:
        """How far the task says it is; only the newest is sent."""
        if not self.forked:
            self._progress = (fraction, text, metrics)
            self._ask()

    def report(self, step: int, values: dict[str, float]) -> None:
        """Numbers that the task reports."""
        if not self.forked:
            self._reports.add(time.monotonic() - self._start, step, values)
            self._ask()

    def importing(self, name: str) -> None:
        """The task has begun to import a module that was not loaded."""
        if not self.forked:
            if not self._imports:
                self._imports_since = time.monotonic()
            self._imports.append(name)
            self._ask()

    def after_fork(self) -> None:
        """This is now a child of a task: its output goes to the raw descriptors, and the socket is not its own."""
        self.forked = True
        self._channel.close()

    # The sender thread

    def _ask(self) -> None:
        if self._awake:
            return
        self._awake = True
        if not self._thread:
            self._thread = True
            _thread.start_new_thread(self._send_live, ())
        self._asked.put(None)

    def _send_live(self) -> None:
        take_no_signals()
        while True:
            self._asked.get()
            self._awake = False
            while (due := self._due()) is not None:
                delay = due - time.monotonic()
                if delay > 0:
                    time.sleep(delay)
                elif not self._flush() or not self._call_later():
                    return

    def _due(self) -> float | None:
        """When something must be sent; None if nothing waits."""
        times = [] if self._later is None else [self._later[0]]
        if self._task is None:
            return times[0] if times else None
        if self._log:
            times.append(max(self._hold, self._sent + (FLOOD_INTERVAL if self._log.flooding else INTERVAL)))
        if self._progress is not None:
            times.append(max(self._hold, self._progress_sent + PROGRESS_INTERVAL))
        if self._imports:
            times.append(self._imports_since + _IMPORT_PATIENCE)
        if self._reports:
            times.append(self._reports_sent + REPORT_INTERVAL)
        return min(times) if times else None

    def _call_later(self) -> bool:
        """Call what is due; False when nobody is there any more."""
        if self._later is not None and self._later[0] <= time.monotonic():
            send = self._later[1]
            self._later = None
            try:
                send()
            except OSError:
                return False
        return True

    def _flush(self) -> bool:
        """Send what waits; False when nobody is there any more."""
        with self._sending:
            if self._task is None:
                return True
            now = time.monotonic()
            run, index, _, _ = self._task
            messages: list[Any] = []
            if records := self._log.take():
                messages.append(Streamed(*self._task, outputs=records))
                self._sent = now
            if self._progress is not None and now - self._progress_sent >= PROGRESS_INTERVAL:
                progress, self._progress = self._progress, None
                messages.append(Progressed(run, index, *progress))
                self._progress_sent = now
            if self._imports and now - self._imports_since >= _IMPORT_PATIENCE:
                names, self._imports = self._imports, []
                messages.append(Importing(run, tuple(names)))
            try:
                if self._reports and now - self._reports_sent >= REPORT_INTERVAL:
                    self._channel.send(Reported(*self._task, self._reports.take()))
                    self._reports_sent = now
                self._channel.send(*messages)
            except OSError:
                return False
            except Exception as error:  # a record that cannot be written
                self._log.write("stderr", f"cellburst: some output could not be sent: {error}\n")
            return True
