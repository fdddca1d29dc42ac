"""Loading what another process has loaded before: what is said meanwhile was said there."""

from __future__ import annotations

import _thread
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cellburst.payload.silence import no_warnings


class _Muted:
    """A stream that drops what this thread writes; it is the real one again for those who keep it."""

    def __init__(self, real: Any) -> None:
        self.cellburst_real = real
        self.cellburst_mutes: int | None = _thread.get_ident()

    def write(self, text: str) -> int:
        """As the real one's, once it is not muted any more."""
        if self.cellburst_mutes == _thread.get_ident():
            return len(text)
        written: int = self.cellburst_real.write(text)
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self.cellburst_real, name)


@contextmanager
def quietly() -> Iterator[None]:
    """No warnings, and nothing from Python on the standard streams."""
    kept = sys.stdout, sys.stderr
    muted = _Muted(kept[0]), _Muted(kept[1])
    sys.stdout, sys.stderr = muted
    try:
        with no_warnings():
            yield
    finally:
        for stream, real, name in zip(muted, kept, ("stdout", "stderr"), strict=True):
            stream.cellburst_mutes = None
            if getattr(sys, name) is stream:
                setattr(sys, name, real)
