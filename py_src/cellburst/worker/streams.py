"""sys.stdout and sys.stderr of a task."""

from __future__ import annotations

import codecs
import io
import os
from collections.abc import Callable
from typing import Any

Write = Callable[[str, str], None]


class TaskStream(io.TextIOBase):
    """A text stream that hands what is written to ``write(name, text)``, and never closes."""

    def __init__(self, name: str, descriptor: int, write: Write) -> None:
        self._stream = name
        self._descriptor = descriptor
        self._write = write
        self._bytes = _Bytes(self)

    @property
    def name(self) -> str:
        return f"<{self._stream}>"

    @property
    def buffer(self) -> io.RawIOBase:
        """For bytes; they are decoded as UTF-8."""
        return self._bytes

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]
        return "replace"

    @property
    def line_buffering(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
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
        """Nothing to do: it is sent within the blink of an eye anyway."""

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


def write_raw(descriptor: int, text: str) -> None:
    """All of ``text`` to a descriptor; a closed one is ignored."""
    data = memoryview(text.encode(errors="replace"))
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except OSError:
        return
