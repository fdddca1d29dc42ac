"""One line of the doctor's report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """What was looked at, what was found, and what to do about it (empty when all is well)."""

    level: Level
    what: str
    found: str
    advice: str = ""


def ok(what: str, found: str) -> Finding:
    """Nothing to do."""
    return Finding("ok", what, found)


def warning(what: str, found: str, advice: str) -> Finding:
    """It works, but something will surprise."""
    return Finding("warning", what, found, advice)


def problem(what: str, found: str, advice: str) -> Finding:
    """It does not work until something is done."""
    return Finding("problem", what, found, advice)
