"""What is told to the controller until it says that it is committed."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

AGAIN = 10.0
"""Seconds without an acknowledgement after which a message is sent again."""


class Telling:
    """Numbers messages and keeps them until they are acknowledged."""

    def __init__(self) -> None:
        self._serial = 0
        self._open: dict[int, tuple[Any, float]] = {}

    def number(self, message: Any, now: float) -> Any:
        """The message with a serial of its own."""
        self._serial += 1
        numbered = replace(message, serial=self._serial)
        self._open[self._serial] = numbered, now
        return numbered

    def acknowledged(self, serial: int) -> Any | None:
        """The message, if it was not acknowledged before."""
        found = self._open.pop(serial, None)
        return found[0] if found else None

    def overdue(self, now: float) -> list[Any]:
        """Messages that are to be sent again."""
        late = [(serial, message) for serial, (message, told) in self._open.items() if now - told >= AGAIN]
        for serial, message in late:
            self._open[serial] = message, now
        return [message for _, message in late]
