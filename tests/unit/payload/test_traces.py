"""A traceback that travelled is shown by Python and by IPython as the one that was taken."""

from __future__ import annotations

import asyncio
import inspect
import json
import pickle
import sys
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any

import numpy as np
import pytest
from IPython.core.ultratb import VerboseTB

from cellburst.payload import traces
from cellburst.payload.namespaces import filling


def _many(x: Any, *args: Any, k: int = 3, **more: Any) -> Any:
    def inner() -> Any:
        y = x
        return [1 / (i - 2) + y for i in range(5)]

    return inner()


class _Recursive:
    def method(self, n: int) -> Any:
        return (self.method(n - 1) + 0) if n else self.nope.foo  # type: ignore[attr-defined]


def _generator() -> Any:
    yield 1
    raise ValueError("in a generator")


async def _coroutine() -> None:
    await asyncio.sleep(0)
    raise KeyError("in a coroutine")


def _finally() -> Any:
    x: Any = 3
    try:
        return x.a + (1 /
                      0)  # fmt: skip
    finally:
        x = 4


def _class_body() -> None:
    class A:
        x = 1
        y = x / 0


def _long_way() -> Any:
    x: Any = []
    if not x:
        for _ in range(2):
            x = [x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x]
            x = [x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x]
            x = [x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x]
            x = [x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x]
            x = [x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x]
            x = [x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x]
            x = [x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x]
            x = [x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x]
    return x.nope


CASES: dict[str, Callable[[], Any]] = {
    "comprehension in a closure": lambda: _many(3, 4, z=1),
    "methods": lambda: _Recursive().method(3),
    "library": lambda: json.loads("{"),
    "generator": lambda: list(_generator()),
    "coroutine": lambda: asyncio.run(_coroutine()),
    "finally": _finally,
    "class body": _class_body,
    "far jump": _long_way,
    "exec": lambda: exec("1\n\n\n1/0"),
    "eval": lambda: eval("nope"),
    "first instruction": lambda: nope,  # type: ignore[name-defined]  # noqa: F821
    "lambda": lambda: (lambda q: q.foo)(3),
    "dict": lambda: {k: int(k) for k in "a"},
    "generator expression": lambda: max(1 / i for i in range(2)),
    "hidden": lambda: np.testing.assert_allclose([1], [2]),
    "raise": lambda: (_ for _ in ()).throw(ValueError("x")),
}


def taken(case: Callable[[], Any]) -> tuple[BaseException, TracebackType]:
    try:
        case()
    except BaseException as error:
        found = error
    trace: Any = found.__traceback__
    while (
        trace.tb_next is not None
        and trace.tb_frame.f_code.co_filename == __file__
        and trace.tb_frame.f_code.co_name == "taken"
    ):
        trace = trace.tb_next
    return found, trace


def sent(trace: TracebackType | None) -> TracebackType | None:
    return traces.rebuild(pickle.loads(pickle.dumps(traces.take(trace))))


def shown(error: BaseException, trace: TracebackType | None, colours: bool) -> str:
    options: dict[str, Any] = {"theme_name": "linux" if colours else "nocolor"}
    if "theme_name" not in inspect.signature(VerboseTB.__init__).parameters:
        options = {"color_scheme": "Linux" if colours else "NoColor"}
    tool = VerboseTB(include_vars=False, tb_offset=0, **options)
    return "\n".join(tool.structured_traceback(type(error), error, trace))


@pytest.mark.parametrize("name", CASES)
def test_python_shows_it_the_same(name: str) -> None:
    error, trace = taken(CASES[name])
    made = sent(trace)
    assert traceback.format_exception(type(error), error, made) == traceback.format_exception(type(error), error, trace)
    assert _lines(made) == _lines(trace)


def _lines(trace: TracebackType | None) -> list[tuple[int, str, int]]:
    """Before 3.11 frames are stopped where they begin, and only their tracebacks know the line."""
    early = sys.version_info < (3, 11)
    walked = traceback.walk_tb(trace)
    return [(line if early else frame.f_lineno, frame.f_code.co_name, line) for frame, line in walked]


@pytest.mark.parametrize("name", CASES)
def test_ipython_shows_it_the_same(name: str) -> None:
    error, trace = taken(CASES[name])
    assert shown(error, sent(trace), colours=False) == shown(error, trace, colours=False)
    # what is marked is sometimes found by what is beside it
    if name not in ("class body", "lambda"):
        assert shown(error, sent(trace), colours=True) == shown(error, trace, colours=True)


def test_it_can_be_rebuilt_while_another_exception_is_handled() -> None:
    _, trace = taken(CASES["methods"])
    try:
        raise KeyError("another")
    except KeyError as error:
        made = sent(trace)
        another = error
    assert traceback.format_tb(made) == traceback.format_tb(trace)
    assert len(traceback.extract_tb(another.__traceback__)) == 1


def test_nothing_of_the_code_is_executed() -> None:
    ran: list[int] = []

    def leaves_a_mark() -> None:
        ran.append(1)
        raise ValueError

    _, trace = taken(leaves_a_mark)
    sent(trace)
    assert ran == [1]


def test_frames_see_the_globals_of_their_modules() -> None:
    namespace: dict[str, Any] = {"__name__": "__main__", "x": 1}
    code = compile("def f(a):\n    return a / 0\nf(x)", "<cell>", "exec")
    _, trace = taken(lambda: exec(code, namespace))
    data = traces.take(trace)
    here: dict[str, Any] = {"x": "the kernel's"}
    with filling(here):
        made = traces.rebuild(data, lambda name: f"no {name}")
    assert made is not None
    frames = [frame for frame, _ in traceback.walk_tb(made)]
    assert frames[-1].f_globals is frames[-2].f_globals is here
    assert frames[-1].f_locals == {"a": "no a"}
    assert frames[-2].f_locals is here or frames[-2].f_locals == here
    assert frames[0].f_globals is globals()
    assert all(frame.f_back is None or frame.f_back.f_back is None for frame in frames)


def test_our_own_frames_are_left_out() -> None:
    from cellburst.payload.namespaces import globals_of

    _, trace = taken(lambda: globals_of("no_such_module"))
    data = traces.take(trace)
    assert data is not None
    assert not [fields for fields, _ in data.codes if "cellburst/payload" in fields["co_filename"]]


def test_a_deep_recursion_is_short_and_whole() -> None:
    def deep(n: int) -> Any:
        return deep(n - 1) if n else 1 / 0

    _, trace = taken(lambda: deep(400))
    data = traces.take(trace)
    assert data is not None
    assert len(data.entries) == 402
    assert len(pickle.dumps(data)) < 12_000
    assert traceback.format_tb(traces.rebuild(data)) == traceback.format_tb(trace)


def test_no_traceback_and_ours_alone_are_none() -> None:
    assert traces.take(None) is None
    assert traces.rebuild(None) is None


def test_very_long_code_has_its_lines() -> None:
    source = (
        "def f():\n"
        + "    x = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]; y = x + x; z = str(y) + str(x)\n" * 9000
        + "    return x.nope\n"
    )
    namespace: dict[str, Any] = {}
    exec(compile(source, "<long>", "exec"), namespace)
    _, trace = taken(namespace["f"])
    made = sent(trace)
    assert traceback.extract_tb(made)[-1].lineno == 9002
    assert [frame.f_lineno for frame, _ in traceback.walk_tb(made)][-1] == 9002


def _again(function: Callable[[], Any]) -> Any:
    return function()


def test_each_call_has_a_frame_of_its_own_but_deep_in_a_recursion() -> None:
    """IPython takes entries with the same frame for one."""

    def frames(function: Callable[[], Any]) -> list[Any]:
        with pytest.raises(ZeroDivisionError) as caught:
            function()
        trace = traces.take(caught.value.__traceback__)
        assert trace is not None
        found = [entry.tb_frame for entry in traces.walk(traces.rebuild(trace))]
        return [frame for frame in found if frame.f_code.co_name == "_again"]

    twice = frames(lambda: _again(lambda: _again(lambda: 1 / 0)))
    assert len(twice) == 2
    assert twice[0] is not twice[1]

    def deep(n: int) -> Any:
        return _again(lambda: deep(n - 1)) if n else 1 / 0

    many = frames(lambda: deep(200))
    assert len(many) == 200
    assert 10 < len(set(map(id, many))) < 50
