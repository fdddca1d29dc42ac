"""Objects and exceptions that misbehave at every stage."""

from __future__ import annotations

import os
import threading
from typing import Any, NoReturn


class BadRepr:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


class ExitingRepr:
    def __repr__(self) -> str:
        raise SystemExit(3)


class NotTextRepr:
    def __repr__(self) -> Any:
        return 3


class EndlessRepr:
    def __repr__(self) -> str:
        return repr(self)


class HugeRepr:
    def __repr__(self) -> str:
        return "x" * 10_000_000


class LyingClass:
    @property
    def __class__(self) -> Any:
        raise RuntimeError("no class")


class HostileMeta(type):
    @property
    def __name__(cls) -> str:  # type: ignore[override]
        raise RuntimeError("no name")


class HostileKind(metaclass=HostileMeta):
    pass


class NoAttributes:
    def __getattr__(self, name: str) -> NoReturn:
        raise RuntimeError(f"no {name}")


class BadReduce:
    def __reduce__(self) -> NoReturn:
        raise RuntimeError("no reduce")


class ExitingReduce:
    def __reduce__(self) -> NoReturn:
        raise SystemExit(3)


class EndlessReduce:
    def __reduce__(self) -> Any:
        return EndlessReduce, (self.__class__(),), {"again": EndlessReduce()}


class RaisesWhenUnpickled:
    def __reduce__(self) -> Any:
        return _raise, ("no unpickling",)


class ExitsWhenUnpickled:
    def __reduce__(self) -> Any:
        return os._exit, (7,)


def _raise(text: str) -> NoReturn:
    raise RuntimeError(text)


class BadStrError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no str")


class ExitingStrError(Exception):
    def __str__(self) -> str:
        raise SystemExit(3)


class HugeTextError(Exception):
    def __str__(self) -> str:
        return "x" * 10_000_000


class SurrogateTextError(Exception):
    def __str__(self) -> str:
        return "a\udc80b"


class HoldsLockError(Exception):
    def __init__(self, text: str) -> None:
        super().__init__(text, threading.Lock())
        self.lock = threading.Lock()
        self.kept = "kept"


class OtherArgumentsError(Exception):
    """The usual trap: its ``__init__`` wants other arguments than it hands on."""

    def __init__(self, code: int, *, where: str) -> None:
        super().__init__(f"{code} at {where}")
        self.code = code
        self.where = where


class OwnBaseError(BaseException):
    pass


class BadReduceError(Exception):
    def __reduce__(self) -> NoReturn:
        raise RuntimeError("no reduce")


VALUES = (
    BadRepr, ExitingRepr, NotTextRepr, EndlessRepr, HugeRepr, LyingClass, HostileKind, NoAttributes,
)  # fmt: skip
UNPICKLABLE = (BadReduce, ExitingReduce, EndlessReduce)
ERRORS = (BadStrError, ExitingStrError, HugeTextError, SurrogateTextError)
