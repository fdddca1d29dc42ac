"""What a module was made from that had been imported before anybody looked.

Its file may have been edited since. The compiled code beside it, and the lines that tracebacks have shown, may
still be the version that was imported; a version is the right one if its functions are those of the module.
"""

from __future__ import annotations

import linecache
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from types import CodeType, FunctionType, ModuleType
from typing import Any

_HEADER = 16  # bytes in front of the code in a compiled file


def source_as_imported(module: ModuleType, path: str) -> bytes | None:
    """The source that a loaded module was made from; None if it was edited since and is not to be found."""
    try:
        with open(path, "rb") as file:
            on_disk: bytes | None = file.read()
    except OSError:
        on_disk = None
    if on_disk is not None and fits(on_disk, module, path) and not _is_newer(path, module):
        return on_disk
    remembered = linecache.cache.get(path)
    if remembered is not None and len(remembered) == 4:
        text = "".join(remembered[2]).encode()
        if text != on_disk and fits(text, module, path):
            return text
    return None


def _is_newer(path: str, module: ModuleType) -> bool:
    """Whether the file may be newer than the module, though its functions are the same: a constant may be another."""
    try:
        facts = os.stat(path)
    except OSError:
        return True
    if facts.st_mtime < _started():
        return False
    header = _header(str(getattr(module, "__cached__", None) or ""))
    if header is None:
        return True
    written, size = int.from_bytes(header[8:12], "little"), int.from_bytes(header[12:16], "little")
    return (int(facts.st_mtime) & 0xFFFFFFFF, facts.st_size & 0xFFFFFFFF) != (written, size)


def _header(path: str) -> bytes | None:
    with suppress(OSError), open(path, "rb") as file:
        header = file.read(_HEADER)
        return header if len(header) == _HEADER and not any(header[4:8]) else None
    return None


def _started() -> float:
    """When this process was started, in wall seconds."""
    with suppress(OSError, ValueError, IndexError), open("/proc/self/stat") as file:
        ticks = int(file.read().rpartition(")")[2].split()[19])
        with open("/proc/uptime") as uptime:
            up = float(uptime.read().split()[0])
        return time.time() - up + ticks / os.sysconf("SC_CLK_TCK")
    return 0.0


def fits(source: bytes, module: ModuleType, path: str) -> bool:
    """Whether the functions and methods of the module are those that the source defines."""
    try:
        code = compile(source, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    made = _codes(code)
    return all(any(_do_the_same(own, other) for other in made.get(name, ())) for name, own in _functions(module, path))


def _do_the_same(one: CodeType, other: CodeType) -> bool:
    """Whether they differ in their lines at most."""
    if one.co_code != other.co_code or one.co_names != other.co_names or one.co_varnames != other.co_varnames:
        return False
    if len(one.co_consts) != len(other.co_consts):
        return False
    pairs = zip(one.co_consts, other.co_consts, strict=True)
    return all(
        _do_the_same(mine, theirs) if isinstance(mine, CodeType) and isinstance(theirs, CodeType) else mine == theirs
        for mine, theirs in pairs
    )


def _codes(code: CodeType) -> dict[str, list[CodeType]]:
    found: dict[str, list[CodeType]] = {}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found.setdefault(constant.co_name, []).append(constant)
            for name, inner in _codes(constant).items():
                found.setdefault(name, []).extend(inner)
    return found


def _functions(module: ModuleType, path: str) -> Iterator[tuple[str, CodeType]]:
    for value in list(vars(module).values()):
        parts: list[Any] = [value]
        if isinstance(value, type) and value.__module__ == module.__name__:
            parts = [getattr(part, "__func__", part) for part in vars(value).values()]
        for part in parts:
            if isinstance(part, FunctionType) and part.__code__.co_filename == path:
                yield part.__code__.co_name, part.__code__
