"""Values whose repr says everything about them."""

from __future__ import annotations

import datetime
import decimal
import fractions
import hashlib
import pathlib
import random
import re
import sys
import types
import uuid
from typing import TYPE_CHECKING, Any

from .atoms import is_a, token, type_name

if TYPE_CHECKING:
    from .walk import Walk

_BY_REPR = (
    datetime.date,
    datetime.time,
    datetime.timedelta,
    datetime.tzinfo,
    decimal.Decimal,
    fractions.Fraction,
    pathlib.PurePath,
    uuid.UUID,
    range,
    slice,
    types.GenericAlias,
    type(int | str),
)


def describe(walk: Walk, path: str, obj: Any) -> str | None:
    kind = type(obj)
    if type(kind) is type and kind.__module__ != "__main__":
        if is_a(obj, *_BY_REPR):
            return f"{type_name(kind)} {obj!r}"
        if is_a(obj, re.Pattern):
            return f"re.Pattern {obj.pattern!r} {obj.flags}"
        if is_a(obj, re.Match):
            return f"re.Match {obj.re.pattern!r} {obj.regs} {obj.string!r}"
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None and is_a(obj, numpy.generic):
        return f"{type_name(kind)} {obj.dtype!r} {obj.tobytes().hex() if not obj.dtype.hasobject else ''} {obj!r}"
    if kind in {bytearray, memoryview}:
        walk.weigh(len(obj))
        return f"{type_name(kind)} {bytes(obj)!r}" + (f" {obj.format} {obj.readonly}" if kind is memoryview else "")
    if is_a(obj, random.Random):
        state = hashlib.sha1(repr(random.Random.getstate(obj)).encode(), usedforsecurity=False)
        return f"{type_name(kind)} {state.hexdigest()[:16]}"
    if is_a(obj, decimal.Context):
        return f"{type_name(kind)} {obj!r}"
    if is_a(obj, int, float, complex, str, bytes):
        plain = _plain(obj)
        return None if plain is None or type.__getattribute__(kind, "__dictoffset__") else f"{type_name(kind)} {plain}"
    return None


def _plain(obj: Any) -> str | None:
    for base in (int, float, complex, str, bytes):
        if is_a(obj, base):
            return token(base.__getnewargs__(obj)[0])  # type: ignore[attr-defined]
    return None
