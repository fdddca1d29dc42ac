"""What a function of `functools.lru_cache` has kept: taken out, and put into another.

Python offers no way to either. What is kept is found through the garbage collector, in order of use; it is put in
by calling the cached function, which for that time calls a function of ours in the place of the user's.
"""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

_MOST_CALLS = 1_000_000
# What the garbage collector tells last of a cached function, from the end.
_CACHE, _FUNCTION, _MARK, _ENTRY_TYPE = -6, -5, -4, -3
_WORD = ctypes.sizeof(ctypes.c_void_p)


class Content(NamedTuple):
    """Entries (arguments, keywords, result), the least recently used first, and the counts of hits and misses."""

    entries: list[tuple[tuple[Any, ...], dict[str, Any], Any]]
    hits: int
    misses: int


class _Miss(Exception):
    """Raised in a call that is only to be counted."""


def content_of(cached: Any) -> Content | None:
    """What a cached function has kept; None if that cannot be found out."""
    info = cached.cache_info()
    parts = gc.get_referents(cached)
    if len(parts) < -_CACHE or type(parts[_CACHE]) is not dict or len(parts[_CACHE]) != info.currsize:
        return None
    if info.maxsize is None:
        pairs = list(parts[_CACHE].items())
    else:  # in front, behind its type: (key, result, their own type) each
        pairs = [(parts[i], parts[i + 1]) for i in range(1, 3 * info.currsize, 3)]
        if any(part is not parts[_ENTRY_TYPE] for part in parts[3 : 3 * info.currsize + 1 : 3]):
            return None
    typed = cached.cache_parameters()["typed"]
    entries = [(*_arguments(key, parts[_MARK], typed), result) for key, result in pairs]
    return Content(entries, info.hits, info.misses)


def fill(cached: Any, content: Content) -> None:
    """Make a cached function keep just this. Raises ValueError where its memory is not laid out as is known."""
    cached.cache_clear()
    results = iter(content.entries)
    with _calling(cached, lambda *_, **__: next(results)[2]):
        for arguments, keywords, _ in content.entries:
            cached(*arguments, **keywords)
    _count(cached, content)


def _count(cached: Any, content: Content) -> None:
    """Calls that leave everything as it is, until the counts are right."""
    if content.entries:
        arguments, keywords, _ = content.entries[-1]
        for _ in range(min(content.hits, _MOST_CALLS)):
            cached(*arguments, **keywords)
    missing = content.misses - cached.cache_info().misses
    with _calling(cached, _miss):
        for _ in range(min(missing, _MOST_CALLS)):
            try:
                cached(_Miss)
            except _Miss:
                pass


def _miss(*_: Any, **__: Any) -> Any:
    raise _Miss


def _arguments(key: Any, mark: Any, typed: bool) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if type(key) is not tuple:
        return (key,), {}
    at = next((i for i, part in enumerate(key) if part is mark), None)
    if at is None:
        return key[: len(key) // 2] if typed else key, {}
    rest = key[at + 1 :]
    if typed:  # the types of all values follow: of `at` arguments, and of half as many keywords as there are words
        rest = rest[: 2 * ((len(rest) - at) // 3)]
    return key[:at], dict(zip(rest[::2], rest[1::2], strict=True))


@contextmanager
def _calling(cached: Any, function: Callable[..., Any]) -> Iterator[None]:
    """The cached function calls another than its own inside."""
    place = _place_of_function(cached)
    own = place.value
    place.value = id(function)
    try:
        yield
    finally:
        place.value = own


def _place_of_function(cached: Any) -> Any:
    """Where the C structure of a cached function has the function that it calls."""
    wanted = id(gc.get_referents(cached)[_FUNCTION])
    base = id(cached)
    for offset in range(2 * _WORD, type(cached).__basicsize__, _WORD):
        place = ctypes.c_void_p.from_address(base + offset)
        if place.value == wanted:
            return place
    raise ValueError("what it calls is not where it was looked for")
