"""The day on which the calendar module lets a week begin."""

from __future__ import annotations

import sys
from typing import Any

from cellburst.library_state.registry import State


def _get() -> int | None:
    calendar: Any = sys.modules["calendar"]
    return int(calendar.firstweekday()) or None  # 0 is Monday


def _set(value: int | None) -> None:
    calendar: Any = sys.modules["calendar"]
    if calendar.firstweekday() != (value or 0):
        calendar.setfirstweekday(value or 0)


STATES = (State("first day of the week", "calendar", _get, _set),)
