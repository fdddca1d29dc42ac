"""What children and C code write to a worker's descriptors 1 and 2: any bytes, at any speed."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterable, Iterator
from typing import Any

from cellburst.wire.waiting import readable

Record = dict[str, Any]
CHUNK = 1 << 16
WINDOW = 0.1  # seconds
_PER_WINDOW = 1 << 16  # bytes let through in it once the head is full: the newest


class RawPipe:
    """The reading end of one such pipe: bytes in, stream records out, in bounded amounts.

    After ``head`` bytes of a task at most 64 KiB in 100 ms are let through: the newest, so that the end of a flood is
    there. Records count exactly what is left out before them.
    """

    def __init__(self, name: str, descriptor: int, head: int) -> None:
        self.name = name
        self.watched = False
        self.timed = False
        self._descriptor = descriptor
        self._head = head
        self._open = True
        self.begin_task()
        self._window_end = 0.0
        self._held = bytearray()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        os.set_blocking(descriptor, False)

    def fileno(self) -> int:
        return self._descriptor

    @property
    def open(self) -> bool:
        """Whether somebody may still write to it, as far as is known."""
        return self._open

    @property
    def holds(self) -> bool:
        """Whether something waits for ``let_through``."""
        return bool(self._held)

    def begin_task(self) -> None:
        """Another task writes from now on: it has its own head."""
        self._left = self._head
        self._dropped = 0

    def read(self, now: float, records: list[Record]) -> bool:
        """Add one chunk of what has arrived to ``records``; False if there is no more. ``now`` is monotonic."""
        try:
            data = os.read(self._descriptor, CHUNK)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if data:
            records += self._take(data, now)
        else:
            self._open = False
            records += self.finish()
        return self._open

    def let_through(self, now: float) -> list[Record]:
        """What waited for the end of its window, and when the next one ends from ``now`` on."""
        self._window_end = now + WINDOW
        data, self._held = self._held, bytearray()
        return self._record(self._decoder.decode(data)) if data else []

    def finish(self) -> list[Record]:
        """What is still owed: what waits, the rest of a torn character, the count of dropped bytes."""
        data, self._held = self._held, bytearray()
        text = self._decoder.decode(data, True)
        self._decoder.reset()
        return self._record(text) if text or self._dropped else []

    def close(self) -> None:
        """Give the descriptor back."""
        self._open = False
        os.close(self._descriptor)

    def _take(self, data: bytes, now: float) -> list[Record]:
        head = data[: self._left]
        self._left -= len(head)
        records = self._record(self._decoder.decode(head)) if head else []
        if len(head) < len(data):
            self._hold(data[len(head) :])
            if now >= self._window_end:
                records += self.let_through(now)
        return records

    def _hold(self, data: bytes) -> None:
        self._held += data
        excess = len(self._held) - _PER_WINDOW
        if excess > 0:
            torn, _ = self._decoder.getstate()  # the start of a character whose end is dropped
            self._decoder.reset()
            limit = excess + 3
            while excess < limit and self._held[excess] & 0xC0 == 0x80:
                excess += 1  # no text begins inside a character
            self._dropped += len(torn) + excess
            del self._held[:excess]

    def _record(self, text: str) -> list[Record]:
        record: Record = {"output_type": "stream", "name": self.name, "text": text}
        if self._dropped:
            record["dropped"] = self._dropped
            self._dropped = 0
        return [record] if text or "dropped" in record else []


def waiting(pipes: Iterable[RawPipe], most: int = 64) -> Iterator[RawPipe]:
    """Each pipe as often as something is in it, up to ``most`` chunks: a child may go on writing for ever.

    Whose that is has to be looked up then, before it is read: a task does not end while its output waits, and a look
    at an empty pipe tells nothing of what is in it a moment later.
    """
    for pipe in pipes:
        for _ in range(most):
            if not pipe.open or not readable(pipe, 0.0):
                break
            yield pipe
