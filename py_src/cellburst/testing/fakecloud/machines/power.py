"""What shutdown(8) and its relatives were asked for."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

NAMES = ("shutdown", "poweroff", "halt", "reboot", "systemctl")
_MINUTE = 60.0


@dataclass(frozen=True)
class Request:
    """Go down (or ``restart``) ``after`` so many seconds; ``cancel`` takes an earlier request back."""

    after: float = 0.0
    restart: bool = False
    cancel: bool = False


def program(place: str) -> str:
    """The text of a program by any of ``NAMES``, which writes its name and arguments to ``place`` in one piece."""
    return f'#!/bin/sh\nprintf "%s %s\\n" "${{0##*/}}" "$*" > "{place}"\n'


def understood(line: str, now: datetime.datetime) -> Request | None:
    """What a line of that file asks for; None for what has nothing to do with going down."""
    name, *words = line.split()
    if name == "systemctl":
        verbs = [word for word in words if not word.startswith("-")]
        return Request(restart=verbs[0] == "reboot") if verbs[:1] in (["poweroff"], ["halt"], ["reboot"]) else None
    if name != "shutdown":
        return Request(restart=name == "reboot")
    if "-c" in words:
        return Request(cancel=True)
    restart = "-r" in words or "--reboot" in words
    times = [word for word in words if not word.startswith("-")]
    return Request(_seconds(times[0] if times else "+1", now), restart)


def _seconds(text: str, now: datetime.datetime) -> float:
    if text in ("now", "+0"):
        return 0.0
    if ":" in text:
        hour, minute = text.split(":")
        then = now.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
        return ((then - now).total_seconds()) % 86400
    return float(text.lstrip("+")) * _MINUTE
