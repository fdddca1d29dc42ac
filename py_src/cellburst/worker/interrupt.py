"""SIGINT cancels the user's code and nothing else.

While ours runs, it is only noted: one that comes when a task is being prepared cancels the task when its code is
about to begin, and one that comes when that has ended is forgotten before the next.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from importlib import import_module
from typing import Any

_set: Any = import_module("_signal").signal  # signal.signal makes enums, at several times the cost
_SIGINT = int(signal.SIGINT)
_RAISE = signal.default_int_handler
_noted = False


class _NotFinishedError(BaseException):
    """Stands for an outcome that is not known yet; never raised."""


_NOT_FINISHED = _NotFinishedError()


def note_interrupts() -> None:
    """From now on SIGINT is noted; one that has arrived and was not raised is too."""
    while True:
        try:
            _set(_SIGINT, _note)
        except KeyboardInterrupt:
            continue
        return


def forget_interrupts() -> None:
    """What was noted was meant for something that is over."""
    global _noted
    _noted = False


class UserCode:
    """What a worker's lowest frame is asked to call, one after another, and what was raised."""

    __slots__ = ("error", "steps")

    def __init__(self, *steps: Callable[[], None]) -> None:
        self.steps = steps
        self.error: BaseException | None = None

    def take(self) -> BaseException | None:
        """What was raised; nothing is kept."""
        error, self.error, self.steps = self.error, None, ()
        return error


def interruptible(*calls: Callable[[], None]) -> BaseException | None:
    """Call them with SIGINT raising KeyboardInterrupt; what was raised, or None.

    An interrupt that comes when they have ended changes nothing.
    """
    error: BaseException | None = _NOT_FINISHED
    try:
        try:
            _set(_SIGINT, _RAISE)
            if _noted:
                raise KeyboardInterrupt
            for call in calls:
                call()
            error = None
        except BaseException as raised:
            error = raised
        note_interrupts()
    except KeyboardInterrupt as late:
        note_interrupts()
        if error is _NOT_FINISHED:
            error = late
    forget_interrupts()
    return error


def _note(*_: object) -> None:
    global _noted
    _noted = True
