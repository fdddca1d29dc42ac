"""How a new pool says that it listens."""

from __future__ import annotations

import os


class ReadyPipe:
    """The reading end of the pipe through which a new pool says that it listens."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def fileno(self) -> int:
        return self._descriptor

    def read(self) -> bytes:
        return os.read(self._descriptor, 64)

    def close(self) -> None:
        os.close(self._descriptor)
