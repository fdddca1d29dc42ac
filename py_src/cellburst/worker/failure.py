"""An exception as data: the user's frames and nothing of ours, in bounded text, whatever its methods do."""

from __future__ import annotations

import inspect
import os
import traceback
from collections.abc import Callable
from types import CodeType, TracebackType

import cellburst
from cellburst.model.blob import Packed
from cellburst.model.outcome import ErrorInfo, Frame
from cellburst.worker.carry import Carried
from cellburst.worker.text import clean, shorten, text_of, type_name

_OURS = os.path.join(os.path.dirname(os.path.abspath(cellburst.__file__)), "")
_MOST_FRAMES = 200
_LONGEST_TEXT = 100_000
Pack = Callable[[object], Packed]


def describe(error: BaseException, pack: Pack) -> ErrorInfo:
    """Everything about ``error`` that is sent; ``pack`` makes an object travel or raises. Never raises."""
    return ErrorInfo(
        ename=type_name(error),
        evalue=text_of(error),
        traceback=_lines(error),
        frames=_frames(error.__traceback__),
        exception=_packed(error, pack),
    )


def describe_text(ename: str, evalue: str) -> ErrorInfo:
    """An error of ours about the task that was raised nowhere in it."""
    return ErrorInfo(ename, clean(evalue), (f"{ename}: {clean(evalue)}",))


def _packed(error: BaseException, pack: Pack) -> Packed | None:
    for can_travel in (None, _Trial(pack)):
        try:
            return pack(Carried(error, can_travel))
        except BaseException:  # its __reduce__ and its attributes are the user's
            continue
    return None


class _Trial:
    """Whether an object can be packed, by doing it."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack

    def __call__(self, value: object) -> bool:
        try:
            self._pack(value)
        except BaseException:
            return False
        return True


def _frames(trace: TracebackType | None) -> tuple[Frame, ...]:
    found: list[Frame] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        if not _is_ours(code.co_filename):
            found.append(_frame(code, trace.tb_lineno or 0))
        trace = trace.tb_next
    if len(found) > _MOST_FRAMES:
        found[_MOST_FRAMES // 2 : -_MOST_FRAMES // 2] = []
    return tuple(found)


def _frame(code: CodeType, lineno: int) -> Frame:
    name = clean(code.co_name)
    qualname = clean(getattr(code, "co_qualname", name))  # from Python 3.11 on
    return Frame(clean(code.co_filename), lineno, name, qualname, code.co_firstlineno, _signature(code))


def _signature(code: CodeType) -> tuple[str, ...]:
    count = code.co_argcount + code.co_kwonlyargcount
    names = [clean(name) for name in code.co_varnames]
    stars = [star for star, flag in (("*", inspect.CO_VARARGS), ("**", inspect.CO_VARKEYWORDS)) if code.co_flags & flag]
    return (*names[:count], *(star + name for star, name in zip(stars, names[count:], strict=False)))


def _is_ours(filename: str) -> bool:
    return filename.startswith(_OURS)


def _lines(error: BaseException) -> tuple[str, ...]:
    """The traceback as Python prints it."""
    try:
        report = traceback.TracebackException(type(error), error, error.__traceback__, compact=True)
        _keep_theirs(report, set())
        lines = [clean(line.rstrip("\n")) for line in report.format()]
    except BaseException:  # a hostile exception, or no memory
        return (f"{type_name(error)}: {text_of(error)}",)
    return _bounded(lines)


def _keep_theirs(report: traceback.TracebackException, seen: set[int]) -> None:
    """Take our frames, and the middle of a very deep stack, out of a report and of all that it is linked to."""
    if id(report) in seen:
        return
    seen.add(id(report))
    stack = [frame for frame in report.stack if not _is_ours(frame.filename)]
    if len(stack) > _MOST_FRAMES:
        stack[_MOST_FRAMES // 2 : -_MOST_FRAMES // 2] = []
    report.stack[:] = stack
    others = [report.__cause__, report.__context__, *(getattr(report, "exceptions", None) or ())]
    for other in others:
        if other is not None:
            _keep_theirs(other, seen)


def _bounded(lines: list[str]) -> tuple[str, ...]:
    if sum(map(len, lines)) <= _LONGEST_TEXT:
        return tuple(lines)
    each = max(200, _LONGEST_TEXT // len(lines))
    return tuple(shorten(line, each) for line in lines[-_MOST_FRAMES * 2 :])
