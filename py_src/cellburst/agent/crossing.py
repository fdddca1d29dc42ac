"""From other threads into the loop's: what they have found out is handled there, one thing after another."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import ParamSpec

from cellburst.abc import Loop

_Arguments = ParamSpec("_Arguments")


class Crossing:
    """``call`` may be used in any thread; what is called runs in the loop's."""

    def __init__(self, loop: Loop) -> None:
        self._read, self._write = os.pipe()
        for descriptor in (self._read, self._write):
            os.set_blocking(descriptor, False)
        self._calls: deque[Callable[[], object]] = deque()
        loop.watch(self, self._make)

    def fileno(self) -> int:
        return self._read

    def call(
        self, function: Callable[_Arguments, object], /, *args: _Arguments.args, **options: _Arguments.kwargs
    ) -> None:
        """Call it soon, after what was asked for before."""
        self._calls.append(partial(function, *args, **options))
        try:
            os.write(self._write, b"\0")
        except BlockingIOError:
            pass  # the pipe is full: the loop will wake up

    def _make(self) -> None:
        os.read(self._read, 4096)
        while self._calls:
            self._calls.popleft()()
