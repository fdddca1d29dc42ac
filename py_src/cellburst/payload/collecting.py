"""Pickling and walking make many objects that end at once: looking for garbage among them finds nothing, and costs."""

from __future__ import annotations

import gc

_inside = 0
_wanted = True


class uncollected:  # noqa: N801 - used as a function
    """Inside, Python collects no garbage; what falls due meanwhile is done afterwards, if it is wanted at all."""

    __slots__ = ()

    def __enter__(self) -> None:
        global _inside, _wanted
        if _inside:
            _inside += 1
            return
        _wanted = gc.isenabled()
        try:
            gc.disable()
            _inside = 1
        except KeyboardInterrupt:  # one that was waiting for a call to end
            if _wanted:
                gc.enable()
            raise

    def __exit__(self, *_: object) -> None:
        global _inside
        _inside -= 1
        if not _inside and _wanted:
            gc.enable()


def is_wanted() -> bool:
    """Whether Python collects garbage by itself, but for us."""
    return _wanted if _inside else gc.isenabled()


def want(wanted: bool) -> None:
    """Let Python collect garbage by itself or not, at the latest after us."""
    global _wanted
    if _inside:
        _wanted = wanted
    else:
        (gc.enable if wanted else gc.disable)()
