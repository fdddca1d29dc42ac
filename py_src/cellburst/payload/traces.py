"""Tracebacks as data and back, so that everything that shows one shows the same on either side.

A traceback needs frames, and a frame needs code that has run: ``raising`` makes each frame's own code stop at once.
"""

from __future__ import annotations

import inspect
import itertools
import os
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from types import CellType, CodeType, FrameType, FunctionType, TracebackType
from typing import Any, NamedTuple

import cellburst
from cellburst.payload import namespaces
from cellburst.payload.raising import HIDE, is_left_whole, raising, stopping
from cellburst.payload.sources import SourceRef, text_of

_OURS = os.path.join(os.path.dirname(os.path.abspath(cellburst.__file__)), "")
_MOST = 20_000  # entries that travel: the first and the last of them
_FRAMES = 20  # of a function that came to the same line: IPython tells them apart, a deep recursion's share the last
_LONGEST_CODE = 256 * 1024
_LONGEST_CONSTANT = 200
_FIELDS = (
    *("co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_nlocals", "co_stacksize", "co_flags"),
    *("co_firstlineno", "co_code", "co_names", "co_varnames", "co_freevars", "co_cellvars", "co_filename", "co_name"),
    *(("co_qualname", "co_linetable") if sys.version_info >= (3, 11) else ("co_linetable",)),
)


Entry = tuple[int, int, int, int, bool]


class Trace(NamedTuple):
    """A traceback: ``entries`` are (number of the code, instruction, line, the line that the frame came to, hidden).

    They are in order, outermost first.

    ``codes`` are pairs of a code's fields and the name of the module whose globals it sees. With ``sources``, lines
    that no file has are known where it is unpickled.
    """

    codes: tuple[tuple[dict[str, Any], str], ...]
    entries: tuple[Entry, ...]
    sources: tuple[SourceRef | None, ...] = ()


def take(traceback: TracebackType | None, until: TracebackType | None = None) -> Trace | None:
    """A traceback (up to where ``until`` begins) without our own frames; None if nothing is left of it."""
    entries_before = itertools.takewhile(lambda entry: entry is not until, walk(traceback))
    found = [entry for entry in entries_before if not is_ours(entry.tb_frame.f_code.co_filename)]
    if len(found) > _MOST:
        found[_MOST // 2 : -_MOST // 2] = []
    numbers: dict[tuple[int, str], int] = {}
    codes: list[tuple[dict[str, Any], str]] = []
    entries = []
    for entry in found:
        frame = entry.tb_frame
        module = frame.f_globals.get("__name__")
        key = id(frame.f_code), module if isinstance(module, str) else ""
        if key not in numbers:
            numbers[key] = len(codes)
            codes.append((_sketch(frame.f_code), key[1]))
        line = entry.tb_lineno or 0
        came_to = line if is_left_whole(frame.f_code) else frame.f_lineno or line
        entries.append((numbers[key], entry.tb_lasti, line, came_to, _is_hidden(frame)))
    names = dict.fromkeys(fields["co_filename"] for fields, _ in codes)
    sources = tuple(SourceRef(name) for name in names if text_of(name))
    return Trace(tuple(codes), tuple(entries), sources) if entries else None


def is_ours(filename: str) -> bool:
    """Whether a file belongs to cellburst."""
    return filename.startswith(_OURS)


def walk(traceback: TracebackType | None) -> Iterator[TracebackType]:
    """Its entries, outermost first."""
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _sketch(code: CodeType) -> dict[str, Any]:
    """What is shown of a code: everything but the values that it was compiled with."""
    fields = {name: getattr(code, name) for name in _FIELDS}
    if len(code.co_code) > _LONGEST_CODE:  # a generated one: its lines have to do
        fields["co_code"] = b""
    fields["co_consts"] = tuple(map(_short_constant, code.co_consts))
    return fields


def _short_constant(value: Any) -> Any:
    if value is None or isinstance(value, int | float | complex):
        return value
    return value if isinstance(value, str | bytes) and len(value) <= _LONGEST_CONSTANT else None


def _is_hidden(frame: FrameType) -> bool:
    """Whether IPython leaves the frame out; asked without making it collect its variables in vain."""
    if HIDE not in frame.f_code.co_varnames and frame.f_code.co_flags & inspect.CO_OPTIMIZED:
        return False
    try:
        return bool(frame.f_locals.get(HIDE))
    except Exception:  # the value is the user's
        return False


# From data to tracebacks


def rebuild(
    trace: Trace | None, argument: Callable[[str], Any] = lambda _: None, rest: TracebackType | None = None
) -> TracebackType | None:
    """A traceback like the one that was taken, which leads to ``rest``.

    ``argument(name)`` is what its frames hold for a parameter.

    The frames see the globals of the modules that they were in, and those of the namespace that is being filled.
    """
    if trace is None:
        return rest
    shown: dict[tuple[int, int], set[int]] = {}
    for number, instruction, _, came_to, _ in trace.entries:
        shown.setdefault((number, came_to), set()).add(instruction)
    keys = list(_frames_of(trace))
    codes = {(number, line): raising(trace.codes[number][0], shown[number, line], line) for number, line in shown}
    functions = {key: _function(codes[key[:2]], trace.codes[key[0]][1], argument) for key in dict.fromkeys(keys)}
    frames = dict(zip(functions, _stopped(list(functions.values())), strict=True))
    found = rest
    for key, (number, instruction, line, _, hidden) in zip(reversed(keys), reversed(trace.entries), strict=True):
        frame = frames[key]
        if hidden:
            frame.f_locals[HIDE] = True
        found = TracebackType(found, frame, instruction if trace.codes[number][0]["co_code"] else frame.f_lasti, line)
    return found


def _frames_of(trace: Trace) -> Iterator[tuple[int, int, int]]:
    """Which frame each entry has: its code, the line that it came to, and a number where there are several like that.

    An entry for another line than its frame came to is of a frame that has handled the exception and raised it again.
    """
    counts: dict[tuple[int, int], int] = {}
    for number, _, line, came_to, _ in trace.entries:
        known = counts.get((number, came_to), 0)
        if known == 0 or (line == came_to and known < _FRAMES):
            counts[number, came_to] = known = known + 1
        yield number, came_to, known


def _function(code: CodeType, module: str, argument: Callable[[str], Any]) -> FunctionType:
    """A function whose call raises on the line that the frame came to; it can be called without arguments."""
    names, first, last = code.co_varnames, code.co_argcount, code.co_argcount + code.co_kwonlyargcount
    defaults = tuple(argument(name) for name in names[:first])
    function = FunctionType(code, _globals(module), None, defaults, tuple(CellType() for _ in code.co_freevars))
    function.__kwdefaults__ = {name: argument(name) for name in names[first:last]}
    return function


def _stopped(functions: list[FunctionType]) -> list[FrameType]:
    """The frames of these functions, where they raised."""
    if sys.exc_info()[1] is None:
        return _stop_all(functions)
    found: list[FrameType] = []  # a bare `raise` would raise what is being handled here, and leave no frame
    thread = threading.Thread(target=lambda: found.extend(_stop_all(functions)))
    thread.start()
    thread.join()
    return found


def _stop_all(functions: list[FunctionType]) -> list[FrameType]:
    """Frames remember who called them, and all that was on the stack with that: here it is a generator that waits."""
    caller = _stop(functions)
    next(caller)
    return [caller.send(caller) for _ in functions]


def _stop(functions: list[FunctionType]) -> Generator[Any, Any, None]:
    itself = yield None  # kept, so that it waits for as long as one of the frames is there
    for function in functions:
        if is_left_whole(function.__code__):
            with stopping(function.__code__) as frames:
                function()
            itself = yield frames.pop()
            continue
        try:
            function()
        except Exception as error:  # "No active exception to reraise"
            inner = error.__traceback__ and error.__traceback__.tb_next
        assert inner is not None
        itself = yield inner.tb_frame
    del itself


def _globals(module: str) -> dict[str, Any]:
    if module == "__main__":
        return namespaces.current()
    found = sys.modules.get(module)
    return {"__name__": module} if found is None else vars(found)
