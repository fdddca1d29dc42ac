"""What an executor raises that is both ours and what code for the standard library's executors expects."""

from __future__ import annotations

import pickle

from cellburst.errors import PayloadError, UnpicklableError


class UnpicklableCall(UnpicklableError, pickle.PicklingError):
    """The function or an argument of a call cannot travel."""


class UnpicklableValue(PayloadError, pickle.PicklingError):
    """What a call returned cannot travel."""


class RemoteTraceback(Exception):
    """Where a call raised its exception, of which this is the cause: the worker's traceback, as text."""

    def __init__(self, tb: str) -> None:
        super().__init__(tb)
        self.tb = tb

    def __str__(self) -> str:
        return f'\n"""\n{self.tb}\n"""'
