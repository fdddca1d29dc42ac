"""A placeholder says what it is, and is of no other use."""

from __future__ import annotations

import asyncio
import copy
import math
import operator
import os
import pickle
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cellburst.errors import CellburstError, PlaceholderError, UnpicklableError
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.diagnose import explain
from cellburst.payload.pickling import pack, unpack
from cellburst.payload.placeholders import Placeholder, Reason, Sent, become, reason_of
from cellburst.settings import Settings

REASON = Reason(
    "model.log", "is an open file, which stays on the worker", "open it again here", "TextIOWrapper", "ab12"
)


def held() -> Placeholder:
    return Placeholder(REASON)


async def _await(p: Any) -> None:
    await p


async def _enter(p: Any) -> None:
    async with p:
        pass


async def _for(p: Any) -> None:
    async for _ in p:
        pass


def _with(p: Any) -> None:
    with p:
        pass


def _set_item(p: Any) -> None:
    p[0] = 1


def _delete_item(p: Any) -> None:
    del p[0]


def _set(p: Any) -> None:
    p.x = 1


def _delete(p: Any) -> None:
    del p.x


def _base(p: Any) -> None:
    class Sub(p): ...


def _unpack(p: Any) -> None:
    _, _ = p


def _match(p: Any) -> None:
    match p:
        case [_, _]:
            raise AssertionError
        case 3:
            raise AssertionError


BINARY = [
    operator.add, operator.sub, operator.mul, operator.matmul, operator.truediv, operator.floordiv, operator.mod,
    divmod, operator.pow, operator.lshift, operator.rshift, operator.and_, operator.xor, operator.or_,
    operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne,
]  # fmt: skip
IN_PLACE = [
    operator.iadd, operator.isub, operator.imul, operator.imatmul, operator.itruediv, operator.ifloordiv,
    operator.imod, operator.ipow, operator.ilshift, operator.irshift, operator.iand, operator.ixor, operator.ior,
]  # fmt: skip
UNARY: list[Callable[[Any], Any]] = [
    operator.neg, operator.pos, operator.abs, operator.invert, operator.index, operator.not_, bool, int, float, complex,
    len, operator.length_hint, iter, next, reversed, list, tuple, set, dict, sorted, sum, max, any, bytes, round,
    math.trunc, math.floor, math.ceil, os.fspath, open, memoryview, aiter, anext, np.asarray, np.array,
]  # fmt: skip
OTHERS: list[Callable[[Any], Any]] = [
    lambda p: p(), lambda p: p(1, a=2), lambda p: p.read, lambda p: hasattr(p, "read"), lambda p: getattr(p, "x", None),
    lambda p: p[0], lambda p: p[1:2], lambda p: 1 in p, lambda p: f"{p}", lambda p: f"{p:>10}",
    lambda p: isinstance(1, p),
    lambda p: issubclass(int, p), lambda p: [*p], lambda p: print(*p), lambda p: {**p},
    lambda p: p == None,  # noqa: E711
    lambda p: [p] == [3], lambda p: p in [1, 2], lambda p: "a" if p else "b", lambda p: np.ones(2) + p,
    lambda p: operator.mod("%d", p),
    lambda p: range(p), lambda p: [1, 2][p], lambda p: "".join(p), _with, _set_item, _delete_item, _set, _delete,
    _base, _unpack, _match, lambda p: asyncio.run(_await(p)), lambda p: asyncio.run(_enter(p)),
    lambda p: asyncio.run(_for(p)),
]  # fmt: skip


@pytest.mark.parametrize("use", [*UNARY, *OTHERS])
def test_every_use_is_refused_with_the_reason(use: Callable[[Any], Any]) -> None:
    if use in (open, memoryview):  # they ask for a number or a buffer in ways that differ between versions
        with pytest.raises((PlaceholderError, TypeError)):
            use(held())
        return
    with pytest.raises(
        PlaceholderError, match=r"needs the object itself, but model\.log is an open file, .*run ab12"
    ) as e:
        use(held())
    assert str(e.value).endswith("; open it again here")


@pytest.mark.parametrize("operation", [*BINARY, *IN_PLACE])
@pytest.mark.parametrize("other", [3, "text", 2.5, [1], (1,), None, object()], ids=lambda other: type(other).__name__)
def test_no_operator_takes_it_on_either_side(operation: Callable[[Any, Any], Any], other: object) -> None:
    with pytest.raises(PlaceholderError):
        operation(held(), other)
    if operation is operator.mod and isinstance(other, str):
        return  # a text without a place for a value formats anything that has items
    if operation not in IN_PLACE or isinstance(other, int | float | tuple):
        with pytest.raises(PlaceholderError):
            operation(other, held())


def test_the_error_is_none_that_code_which_tries_things_swallows() -> None:
    assert issubclass(PlaceholderError, CellburstError)
    assert not issubclass(PlaceholderError, (AttributeError, TypeError, LookupError, ValueError, StopIteration))


def test_looking_at_it_is_no_use() -> None:
    p = held()
    text = "<placeholder: model.log is an open file, which stays on the worker (run ab12); open it again here>"
    assert repr(p) == str(p) == text
    assert "\n" not in text
    assert type(p) is Placeholder
    assert isinstance(p, Placeholder)
    assert not isinstance(p, (int, str, dict, list))
    assert operator.eq(p, p)
    assert not operator.ne(p, p)
    assert p in [1, p][1:]
    assert {p: 1}[p] == 1
    assert weakref.ref(p)() is p
    assert reason_of(p) == REASON
    assert isinstance(dir(p), list)


def test_copies_are_itself_and_pickles_are_placeholders() -> None:
    p = held()
    model = {"a": [p], "b": p}
    again = copy.deepcopy(model)
    assert copy.copy(p) is again["b"] is again["a"][0] is p
    loaded = pickle.loads(pickle.dumps(model))
    assert loaded["a"][0] is loaded["b"]
    assert reason_of(loaded["b"]) == REASON


def test_displays_show_it() -> None:
    from IPython.core.formatters import DisplayFormatter
    from IPython.lib.pretty import pretty

    assert pretty([held()]) == f"[{held()!r}]"
    data, _ = DisplayFormatter().format(held())
    assert data == {"text/plain": repr(held())}
    frame = pd.DataFrame({"n": [1, 2]})
    frame["o"] = pd.Series([None, None], dtype=object)
    frame["o"].array._ndarray[0] = held()
    assert "<placeholder" in frame.to_string()
    assert "placeholder" in frame.to_html()


def test_an_instance_of_something_else_can_become_one() -> None:
    class Plain:
        def __init__(self) -> None:
            self.why = "?"

    other = Plain()
    box = [other, {"again": other}]
    become(other, REASON)
    assert repr(box[0]) == repr(held())
    assert vars(other) == {"_placeholder": REASON}


def test_a_cell_that_reads_one_is_refused_by_name_and_reason(tmp_path: Any) -> None:
    blobs = BlobFolder(tmp_path)
    with pytest.raises(UnpicklableError, match=r"^x\['log'\]\[0\] is a placeholder: model\.log is an open file"):
        pack({"x": {"log": [held()]}}, blobs, Settings())
    assert str(explain(held(), "f")).startswith("f is a placeholder: ")


def test_one_can_be_sent_on_purpose(tmp_path: Any) -> None:
    blobs = BlobFolder(tmp_path)
    found = unpack(pack({"x": Sent(REASON)}, blobs, Settings()), blobs)["x"]
    assert repr(found) == repr(held())
