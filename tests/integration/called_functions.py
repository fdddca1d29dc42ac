"""Functions that tests of executors call on workers: importable there by their names."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any


def add(a: int, b: int = 0) -> int:
    return a + b


def everything(*args: Any, **kwargs: Any) -> tuple[Any, ...]:
    return args, kwargs


def divide(a: int, b: int) -> float:
    return a / b  # the line that a traceback shows


def nap(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def hold(path: str) -> str:
    """Say that it runs, and wait until it is let go."""
    Path(f"{path}.running").touch()
    while not os.path.exists(f"{path}.go"):
        time.sleep(0.005)
    return "held"


def die(_: Any = None) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def touch(path: str) -> None:
    Path(path).touch()


class Unpicklable:
    def __reduce__(self) -> Any:
        raise TypeError("this stays here")


class Unreadable:
    """Can be pickled, and then cannot be made anew."""

    def __reduce__(self) -> Any:
        return int, ("no number",)


def make_unreadable() -> Unreadable:
    return Unreadable()


def make_unpicklable() -> Unpicklable:
    return Unpicklable()


class Thing:
    def method(self) -> str:
        return "done"


def make_thing(_: int) -> Thing:
    return Thing()


def say(text: str, seconds: float) -> None:
    print(text, flush=True)
    time.sleep(seconds)
    print(f"{text}!", file=sys.stderr)
