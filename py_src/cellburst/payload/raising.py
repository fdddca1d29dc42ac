"""Code that raises as soon as it is called, and is in all else the code of a frame elsewhere.

Its first instruction leads straight to one that raises, on the right line: nothing of the code itself is executed.
Positions, names and every other instruction stay, because tools compare them with the source. On Python 3.10 they
compare every instruction: there the code stays whole, and a trace function stops it where it begins.
"""

from __future__ import annotations

import dis
import inspect
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

HIDE = "__tracebackhide__"
_EXTENDED_ARG, _JUMP, _RAISE = (dis.opmap[name] for name in ("EXTENDED_ARG", "JUMP_FORWARD", "RAISE_VARARGS"))
_SUSPENDS = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR | inspect.CO_ITERABLE_COROUTINE
_WHOLE = 1 << 30  # among the flags: one that Python has no use for
_RESUME, _NOP = dis.opmap.get("RESUME"), dis.opmap["NOP"]
_MAKES_GENERATOR = frozenset({dis.opmap.get("RETURN_GENERATOR"), dis.opmap["POP_TOP"]})
# Instructions behind which nothing is kept; others may, and what they keep has the same position as they.
_PLAIN = "LOAD_NAME LOAD_FAST LOAD_CONST LOAD_DEREF PUSH_NULL POP_TOP STORE_NAME STORE_FAST"
_KEEPS_NOTHING = frozenset(dis.opmap[name] for name in _PLAIN.split() if name in dis.opmap)


def raising(fields: dict[str, Any], shown: Collection[int], line: int) -> CodeType:
    """Code with these fields that raises at ``line``, and has all else in its place, above all what is ``shown``."""
    flags = fields["co_flags"] & ~_SUSPENDS
    changes: dict[str, Any] = {**fields, "co_flags": flags, "co_stacksize": fields["co_stacksize"] + 1}
    if sys.version_info < (3, 13) and HIDE in fields["co_varnames"]:  # else it would be unset with each look
        changes["co_varnames"] = tuple("_hide" if name == HIDE else name for name in fields["co_varnames"])
    if sys.version_info >= (3, 11):
        changes["co_exceptiontable"] = b""
    template = (lambda: None).__code__
    if not fields["co_code"]:
        return _without_positions(template, changes, line)
    if sys.version_info < (3, 11):
        changes["co_flags"] |= _WHOLE
        return template.replace(**{**changes, **_as_shown(changes)})
    changes["co_code"] = _steered(template.replace(**changes), shown, line)
    return template.replace(**changes)


def _as_shown(fields: dict[str, Any]) -> dict[str, Any]:
    """What to change of the code of a cell's last expression, which here has a value and in a kernel shows it."""
    code, constants, table = fields["co_code"], fields["co_consts"], fields["co_linetable"]
    end = bytes([dis.opmap["RETURN_VALUE"], 0])
    is_value = fields["co_name"] == "<module>" and not any(constants[i] is None for i in _last_constant(code))
    if is_value and code.count(end) == 1 and code.endswith(end) and len(table) >= 2 and table[-2] < 250:
        nothing = next((i for i, constant in enumerate(constants) if constant is None), len(constants))
        code = code[:-2] + bytes([dis.opmap["PRINT_EXPR"], 0, dis.opmap["LOAD_CONST"], nothing & 0xFF]) + end
        constants = constants if nothing < len(constants) else (*constants, None)
        table = table[:-2] + bytes([table[-2] + 4, table[-1]])
    return {"co_code": code, "co_consts": constants, "co_linetable": table}


def _last_constant(code: bytes) -> list[int]:
    """The number of the constant that is returned at the end, if one is."""
    return [code[-3]] if len(code) >= 4 and code[-4] == dis.opmap["LOAD_CONST"] else []


def is_left_whole(code: CodeType) -> bool:
    """Whether ``raising`` has left the code as it is, so that it must not be called but while it is being stopped."""
    return bool(code.co_flags & _WHOLE)


class _Stopped(Exception):
    pass


@contextmanager
def stopping(code: CodeType) -> Iterator[list[FrameType]]:
    """Inside, a call of such code ends before its first instruction; its frame is in the list."""
    frames: list[FrameType] = []

    def stop(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code is not code:
            return None
        frames.append(frame)
        raise _Stopped

    before = sys.gettrace()
    sys.settrace(stop)
    try:
        yield frames
    except _Stopped:
        pass
    finally:
        sys.settrace(before)


def _without_positions(template: CodeType, changes: dict[str, Any], line: int) -> CodeType:
    made = compile("\n" * max(0, line - 1) + "raise", changes["co_filename"], "exec")
    own = {name: getattr(made, name) for name in ("co_code", "co_linetable", "co_consts")}
    return template.replace(**{**changes, **own, "co_freevars": (), "co_cellvars": ()})


def _steered(code: CodeType, shown: Collection[int], line: int) -> bytes:
    """The code with a way from its start to an instruction of that line, which raises; the rest stays in its place.

    The instructions that are shown stay what they are, because tools compare them with the source.
    """
    made = bytearray(code.co_code)
    first = _make_start(made)
    target = _target(code, shown, line, first)
    way = _jump(target, first)
    if target <= first or any(first <= place < first + len(way) for place in shown):
        target, way = first, b""
        if first in shown:  # the very first one failed, which can only load something: it may do so again
            target = next((step.offset for step in dis.get_instructions(code) if step.offset > first), first)
    made[first : first + len(way)] = way
    made[target : target + 2] = bytes([_RAISE, 0])
    return bytes(made)


def _target(code: CodeType, shown: Collection[int], line: int, first: int) -> int:
    """An instruction on the line that is not shown; the best is one behind which nothing is kept for it."""
    for alone in (True, False):
        usable = [place for place in _starts(code, line, alone=alone) if place > first and place not in shown]
        if usable:
            return max((place for place in usable if place < max(shown)), default=usable[0])
    return min(shown)


def _make_start(made: bytearray) -> int:
    """Where the code begins that is the user's; what Python does before that stays, for a frame is none without it."""
    if _RESUME is None:
        return 0
    first = next((place for place in range(0, len(made), 2) if made[place] == _RESUME), 0)
    for place in range(0, first, 2):
        if made[place] in _MAKES_GENERATOR:
            made[place : place + 2] = bytes([_NOP, 0])
    made[first : first + 2] = bytes([_RESUME, 0])
    return first + 2


def _starts(code: CodeType, line: int, *, alone: bool) -> Iterator[int]:
    """Places on a line where an instruction is for certain; ``alone``: and where nothing is kept behind it."""
    if sys.version_info < (3, 11):
        yield from (place for start, end, number in code.co_lines() if number == line for place in range(start, end, 2))
        return
    positions = [None, *code.co_positions(), None]
    for number, (before, position, after) in enumerate(zip(positions, positions[1:], positions[2:], strict=False)):
        fits = not alone or position != after or code.co_code[2 * number] in _KEEPS_NOTHING
        if position and position[0] == line and position != before and fits:  # what is kept has its owner's position
            yield 2 * number


def _jump(target: int, start: int) -> bytes:
    """A jump that stands at ``start``; its length depends on how far it goes."""
    for length in (2, 4, 6, 8):
        distance = (target - start - length) // 2
        if 0 <= distance < 1 << (8 * length // 2):
            high = [
                byte for step in range(length // 2 - 1, 0, -1) for byte in (_EXTENDED_ARG, distance >> 8 * step & 0xFF)
            ]
            return bytes([*high, _JUMP, distance & 0xFF])
    return b""
