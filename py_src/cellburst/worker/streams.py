"""sys.stdout and sys.stderr of a task."""

from __future__ import annotations

import codecs
import io
import os
from collections.abc import Callable
from typing import Any

Write = Callable[[str, str], None]


class OutStream(io.TextIOBase):
    """A text stream that hands what is written to ``write(name, text)``, and never closes.

    It is named as ipykernel's is, and ``as_in_kernel`` has no more than that one.
    """

    def __init__(self, name: str, descriptor: int, write: Write, flush: Callable[[str], None] | None = None) -> None:
        self._stream = name
        self._descriptor = descriptor
        self._write = write
        self._flush = flush
        self._bytes = _Bytes(self)
        self.as_in_kernel = False

    @property
    def name(self) -> str:
        return f"<{self._stream}>"

    @property
    def buffer(self) -> io.RawIOBase:
        """For bytes; they are decoded as UTF-8. A kernel's stream has none."""
        self._refuse_in_cell("buffer")
        return self._bytes

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "UTF-8"  # as ipykernel spells it

    @property
    def errors(self) -> str:  # type: ignore[override]
        return "replace"

    @property
    def line_buffering(self) -> bool:
        self._refuse_in_cell("line_buffering")
        return True

    def _refuse_in_cell(self, name: str) -> None:
        if self.as_in_kernel:
            raise AttributeError(f"'OutStream' object has no attribute {name!r}", name=name, obj=self)

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            kind = type(text) if self.as_in_kernel else type(text).__name__  # in the words of ipykernel
            raise TypeError(f"write() argument must be str, not {kind}")
        if text:
            self._write(self._stream, str.__str__(text))  # of a subclass too, whatever its methods do
        return len(text)

    def fileno(self) -> int:
        """The raw descriptor, for children; its output is recorded too, but not in order with ours."""
        return self._descriptor

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def flush(self) -> None:
        """It is sent within the blink of an eye anyway; only the order among the streams depends on it."""
        if self._flush is not None:
            self._flush(self._stream)

    def close(self) -> None:
        """Stay open: ``exit()`` closes streams, and so do careless libraries."""

    def reconfigure(self, **options: Any) -> None:
        """Accepted and without effect."""


class _Bytes(io.RawIOBase):
    """The bytes side of a stream."""

    def __init__(self, text: TaskStream) -> None:
        self._text = text
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        self._text.write(self._decoder.decode(view))
        return len(view)

    def fileno(self) -> int:
        return self._text.fileno()

    def writable(self) -> bool:
        return True

    def close(self) -> None:
        """Stay open."""


TaskStream = OutStream
OutStream.__module__ = "ipykernel.iostream"


def write_raw(descriptor: int, text: str) -> None:
    """All of ``text`` to a descriptor; a closed one is ignored."""
    data = memoryview(text.encode(errors="replace"))
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except OSError:
        return
