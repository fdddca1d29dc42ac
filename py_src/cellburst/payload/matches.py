"""Matches of regular expressions, which pickle refuses: they are found again in the same text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

_MOST = 10_000  # matches before the one that is looked for


def reduce_match(match: re.Match[Any], _: object = None) -> Any:
    """How to find a match again; NotImplemented if that does not lead to the same one."""
    for way in ("match", "fullmatch", "search"):
        for number, found in enumerate(islice(_found(match.re, match.string, match.pos, match.endpos, way), _MOST)):
            if found.regs == match.regs:
                return find_again, (match.re, match.string, match.pos, match.endpos, way, number)
            if found.start() > match.start():
                break
    return NotImplemented


def _found(pattern: re.Pattern[Any], text: Any, start: int, end: int, way: str) -> Iterator[re.Match[Any]]:
    if way == "search":  # what finditer gives
        yield from pattern.finditer(text, start, end)
    elif (found := getattr(pattern, way)(text, start, end)) is not None:
        yield found


def find_again(pattern: re.Pattern[Any], text: Any, start: int, end: int, way: str, number: int) -> re.Match[Any]:
    """The match that ``reduce_match`` took apart."""
    return next(islice(_found(pattern, text, start, end, way), number, None))
