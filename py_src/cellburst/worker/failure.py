"""An exception as data: the user's frames and nothing of ours, in bounded text, whatever its methods do."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable
from dis import opmap
from types import CodeType, TracebackType

from cellburst.errors import TaskPruned
from cellburst.model.blob import Packed
from cellburst.model.outcome import ErrorInfo, Frame
from cellburst.payload.traces import is_ours
from cellburst.worker.carry import Carried
from cellburst.worker.text import clean, shorten, text_of, type_name

_MOST_FRAMES = 200
_RAISE = bytes([opmap["RAISE_VARARGS"]])
_LONGEST_TEXT = 100_000
Pack = Callable[[object], Packed]


def describe(error: BaseException, pack: Pack, *, framed: bool = False) -> ErrorInfo:
    """Everything about ``error`` that is sent; ``pack`` makes an object travel or raises. Never raises.

    ``framed`` sends with the object what is needed to show it, and all that it is linked to, as if it had been raised
    in the kernel: some kilobytes.
    """
    return ErrorInfo(
        ename=type_name(error),
        evalue=text_of(error),
        traceback=_lines(error),
        frames=_frames(error.__traceback__),
        exception=_packed(error, pack, framed=framed),
    )


def describe_text(ename: str, evalue: str) -> ErrorInfo:
    """An error of ours about the task that was raised nowhere in it."""
    return ErrorInfo(ename, clean(evalue), (f"{ename}: {clean(evalue)}",))


def begin_at(error: BaseException, filename: str) -> None:
    """Let the traceback begin with the first frame of the user's code: how it was called is no part of it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != filename:
        trace = trace.tb_next
    if trace is not None:
        error.__traceback__ = trace


def is_pruning(error: BaseException) -> bool:
    """Whether a task ends early because it is not promising: by our exception, or by Optuna's."""
    return isinstance(error, TaskPruned) or any(
        kind.__name__ == "TrialPruned" and kind.__module__.partition(".")[0] == "optuna" for kind in type(error).__mro__
    )


def was_interrupted(error: BaseException) -> bool:
    """Whether a signal raised it: a KeyboardInterrupt that the user's own ``raise`` raises is an error like others."""
    found: BaseException | None = error
    seen: set[int] = set()
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        if isinstance(found, KeyboardInterrupt) and not _was_raised(found.__traceback__):
            return isinstance(error, KeyboardInterrupt)
        found = found.__cause__ or found.__context__
    return False


def _was_raised(trace: TracebackType | None) -> bool:
    """Whether a ``raise`` is where the innermost frame stands."""
    if trace is None:
        return False
    while trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame.f_code.co_code[trace.tb_lasti : trace.tb_lasti + 1] == _RAISE


def _packed(error: BaseException, pack: Pack, *, framed: bool) -> Packed | None:
    ways = (Carried(error), Carried(error, _Trial(pack)))
    for sent in (error, *ways) if framed else ways:
        try:
            return pack(sent)
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
        if not is_ours(code.co_filename):
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
    stack = [frame for frame in report.stack if not is_ours(frame.filename)]
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
