"""Outcomes that no controller has committed yet, and where they wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from cellburst import faults
from cellburst.model.outcome import TaskResult
from cellburst.model.report import Report
from cellburst.pool import spool
from cellburst.pool.log import log
from cellburst.wire.pool import Outcomes
from cellburst.wire.worker import Reported, Streamed

Later = Callable[[float, Callable[[], None]], None]
_Attempt = tuple[str, int, int, int]
_UNTHINNED = 100  # reports of a task that are kept in any case
_MOST_REPORTS = 2000
_RETRY = 1.0  # seconds between two tries to write to a full disk


class Outbox:
    """Keeps each ``Outcomes`` until it is acknowledged; writes it to the spool while nobody is there to take it."""

    def __init__(
        self,
        folder: Path,
        send: Callable[[Any], None],
        later: Later,
        head: int,
        committed: Callable[[Outcomes], None] = lambda message: None,
    ) -> None:
        """``head`` is how many characters of output are kept for a task while there is no controller; ``committed``
        is told what was acknowledged."""
        self._folder = folder
        self._send = send
        self._later = later
        self._head = head
        self._committed = committed
        self._attached = False
        self._serial = 0
        self._kept: dict[int, Outcomes] = {}
        self._files: dict[int, Path] = {}
        self._streams: dict[_Attempt, list[Streamed]] = {}
        self._reports: dict[_Attempt, list[Report]] = {}

    def add(self, worker: str, run: str, results: Sequence[TaskResult], *, idle: bool) -> None:
        """Take outcomes in, and send or spool them."""
        faults.point("pool.outcome.received")
        self._serial += 1
        whole = tuple(self._with_streams(run, result) for result in results)
        message = self._kept[self._serial] = Outcomes(self._serial, worker, run, whole, idle)
        if self._attached:
            self._send(message)
            faults.point("pool.outcome.sent")
        else:
            self._secure()

    def acknowledge(self, serial: int) -> None:
        """Everything up to ``serial`` is committed."""
        while self._kept and (known := next(iter(self._kept))) <= serial:
            self._committed(self._kept.pop(known))
            path = self._files.pop(known, None)
            if path is not None:
                path.unlink(missing_ok=True)

    def stream(self, message: Streamed) -> None:
        """Send live output, or keep its head for whoever comes."""
        if self._attached:
            self._send(message)
            return
        key = (message.run, message.index, message.generation, message.attempt)
        streams = self._streams.setdefault(key, [])
        if sum(map(_length, streams)) < self._head:
            streams.append(message)

    def report(self, message: Reported) -> None:
        """Send what a task reports, or keep it, thinned where it is very much, for whoever comes."""
        if self._attached:
            self._send(message)
            return
        kept = self._reports.setdefault((message.run, message.index, message.generation, message.attempt), [])
        kept += message.reports
        if len(kept) > _MOST_REPORTS:
            del kept[_UNTHINNED:-1:2]

    def attach(self) -> None:
        """A controller has come: send it everything that it may not have, a task's reports before its outcome."""
        self._attached = True
        reports, self._reports = self._reports, {}
        for key, reported in reports.items():
            self._send(Reported(*key, tuple(reported)))
        for message in self._kept.values():
            self._send(message)
        streams, self._streams = self._streams, {}
        for messages in streams.values():
            for streamed in messages:
                self._send(streamed)

    def detach(self) -> None:
        """There is no controller: what it has not committed goes to disk, now or when there is space."""
        self._attached = False
        self._secure()

    def spool_all(self) -> bool:
        """Write what is not on disk yet; False if some could not be written."""
        for serial, message in self._kept.items():
            if serial in self._files:
                continue
            try:
                self._files[serial] = spool.write(self._folder, message)
            except OSError as error:
                log(f"outcomes of {len(message.results)} tasks of run {message.run} wait in memory: {error}")
                return False
        return True

    def _secure(self) -> None:
        if not self._attached and not self.spool_all():
            self._later(_RETRY, self._secure)

    def _with_streams(self, run: str, result: TaskResult) -> TaskResult:
        streams = self._streams.pop((run, result.index, result.generation, result.attempt), None)
        if streams is None:
            return result
        outputs = [record for message in streams for record in message.outputs]
        return msgspec.structs.replace(result, outputs=(*outputs, *result.outputs))


def _length(message: Streamed) -> int:
    return sum(map(_characters, _texts(message.outputs)))


def _texts(outputs: Iterable[dict[str, Any]]) -> Iterable[Any]:
    for record in outputs:
        yield record.get("text", "")
        yield from record.get("data", {}).values()


def _characters(value: Any) -> int:
    return len(value) if isinstance(value, str | bytes) else len(str(value))
