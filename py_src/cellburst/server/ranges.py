"""The Range header (RFC 9110), as far as a log needs it: one range of bytes."""

from __future__ import annotations

import re
from typing import NamedTuple

_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


class Span(NamedTuple):
    """Bytes from ``start`` to before ``stop``; ``asked`` says that they were asked for and are not just everything."""

    start: int
    stop: int
    asked: bool = True


def wanted(header: str, size: int) -> Span | None:
    """The bytes that were asked for, of ``size``; None if they are not there.

    What is no range, or several, is ignored, as the standard wants it: then it is all bytes.
    """
    everything = Span(0, size, False)
    match = _RANGE.fullmatch(header.replace(" ", ""))
    if match is None or match.groups() == ("", ""):
        return everything
    first, last = match.groups()
    if not first:  # the last so many bytes
        return Span(max(0, size - int(last)), size) if int(last) and size else None
    if last and int(last) < int(first):
        return everything
    return Span(int(first), min(size, int(last) + 1) if last else size) if int(first) < size else None
