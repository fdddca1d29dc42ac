"""A worker's traceback as text, with the lines of code that only this process has: those of a notebook's cells."""

from __future__ import annotations

import linecache
import re
from collections.abc import Iterable

_FRAME = re.compile(r'(\s*(?:[|+] )*\s*)File "(.+)", line (\d+)(, in .*)?')


def with_source(lines: Iterable[str]) -> str:
    """The text of a traceback, where each frame without its line of code gets it if it can be found here."""
    told = "\n".join(lines).split("\n")
    found = []
    for line, following in zip(told, [*told[1:], ""], strict=True):
        found.append(line)
        match = _FRAME.fullmatch(line)
        if match is not None and not following.startswith(f"{match[1]}  "):
            source = linecache.getline(match[2], int(match[3])).strip()
            if source:
                found.append(f"{match[1]}  {source}")
    return "\n".join(found)
