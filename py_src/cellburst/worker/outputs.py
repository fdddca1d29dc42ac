"""What a task prints and shows, in order, until it is sent: bounded however much it is."""

from __future__ import annotations

from threading import RLock
from typing import Any

from cellburst.worker.text import clean

Record = dict[str, Any]
WINDOW = 64 << 10  # of stream text is kept between two sendings of a flood
WHOLE = 32 << 20  # of stream text is kept of a plain cell, before that
_SLACK = 2  # windows that may gather before the oldest text is let go
LARGEST = 64 << 20  # of one displayed thing


class OutputLog:
    """Unsent output of the running task.

    The first ``head`` bytes of stream text are all kept. After that only the newest ``WINDOW`` bytes of what
    gathers between two ``take`` are, and the records say how many bytes are missing before them. While it is ``live``,
    which the output of a plain cell is, ``WHOLE`` bytes are kept: a cell that prints for ever must not fill the kernel.
    """

    def __init__(self, head: int) -> None:
        self._head = head
        self.live = False
        self._lock = RLock()  # reentrant: a finaliser or a signal handler may print while we append
        self._fresh = False
        self.reset()

    def reset(self) -> None:
        """Forget everything: another task starts."""
        self._left = max(self._head, WHOLE) if self.live else self._head
        if self._fresh:
            return
        with self._lock:
            self._fresh = True
            self._pieces: list[tuple[str, str | Record, int]] = []
            self._unflushed: set[str] = set()
            self._flushed = ""
            self._flood = 0
            self._dropped: dict[str, int] = {}

    @property
    def flooding(self) -> bool:
        """Whether the head is full."""
        return self._left <= 0

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def write(self, name: str, text: str) -> None:
        """Add stream text."""
        size = len(text)
        if not text.isascii():
            text = clean(text)
            size = len(text.encode())
        with self._lock:
            self._fresh = False
            self._unflushed.add(name)
            if self._flushed and self._flushed != name:
                self._mark_flush()
            if size <= self._left:
                self._left -= size
                self._pieces.append((name, text, 0))
            else:
                self._write_beyond_head(name, text, size)

    def show(self, record: Record) -> None:
        """Add a display, an update of one, or a clearing."""
        with self._lock:
            self._fresh = False
            self._unflushed.clear()
            self._flushed = ""
            self._pieces.append(("", record, 0))

    def flush(self, name: str) -> None:
        """A stream is flushed: in a kernel its text comes before what the other one holds back."""
        with self._lock:
            if name in self._unflushed:
                self._unflushed.discard(name)
                self._flushed = name
                if self._unflushed:
                    self._mark_flush()

    def _mark_flush(self) -> None:
        name, self._flushed = self._flushed, ""
        self._pieces.append(("", {"output_type": "stream", "name": name, "text": "", "flush": True}, 0))

    def take(self) -> tuple[Record, ...]:
        """The records since the last time; neighbouring text of one stream is one record."""
        if not self._pieces:
            return ()
        with self._lock:
            if self._flood > WINDOW:
                self._let_go(WINDOW)
            pieces, self._pieces, self._flood = self._pieces, [], 0
            dropped, self._dropped = self._dropped, {}
        return tuple(_records(pieces, dropped))

    def _write_beyond_head(self, name: str, text: str, size: int) -> None:
        """``size`` in the pieces marks text that may be dropped; that of the head has 0."""
        if self._left > 0:
            start = text.encode()[: self._left].decode(errors="ignore")
            self._pieces.append((name, start, 0))
            text = text[len(start) :]
            size -= len(start.encode())
            self._left = 0
        if size > WINDOW:
            kept = text.encode()[-WINDOW:].decode(errors="ignore")
            left = len(kept.encode())
            self._dropped[name] = self._dropped.get(name, 0) + size - left
            text, size = kept, left
        self._pieces.append((name, text, size))
        self._flood += size
        if self._flood > WINDOW * _SLACK:
            self._let_go(WINDOW)

    def _let_go(self, limit: int) -> None:
        """Drop the oldest droppable text until ``limit`` bytes are left of it."""
        kept: list[tuple[str, str | Record, int]] = []
        for piece in self._pieces:
            name, text, size = piece
            excess = self._flood - limit
            if size and excess > 0 and isinstance(text, str):
                rest = text.encode()[excess:].decode(errors="ignore") if excess < size else ""
                left = len(rest.encode())
                self._flood -= size - left
                self._dropped[name] = self._dropped.get(name, 0) + size - left
                if rest:
                    kept.append((name, rest, left))
            else:
                kept.append(piece)
        self._pieces = kept


def _records(pieces: list[tuple[str, str | Record, int]], dropped: dict[str, int]) -> list[Record]:
    found: list[Record] = []
    texts: list[str] = []
    current = ""
    for name, content, size in pieces:
        lost = dropped.pop(name, 0) if size and dropped else 0
        if texts and (name != current or lost):
            found[-1]["text"] = "".join(texts)
            texts = []
        if isinstance(content, str):
            if not texts:
                found.append({"output_type": "stream", "name": name, "text": ""})
                if lost:
                    found[-1]["dropped"] = lost
            texts.append(content)
            current = name
        else:
            found.append(content)
    if texts:
        found[-1]["text"] = "".join(texts)
    found += [{"output_type": "stream", "name": name, "text": "", "dropped": lost} for name, lost in dropped.items()]
    return found
