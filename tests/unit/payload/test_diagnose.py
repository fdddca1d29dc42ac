"""One plain sentence for what cannot travel."""

from __future__ import annotations

import asyncio
import ctypes
import gzip
import socket
import sqlite3
import sys
import tempfile
import threading
import types
import weakref
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cellburst.payload.diagnose import explain

NAMESPACE: dict[str, Any] = {}


class Thing:
    """A thing with attributes."""

    def __init__(self, **attributes: Any) -> None:
        vars(self).update(attributes)


@pytest.fixture
def file() -> Iterator[Any]:
    with tempfile.TemporaryFile("w+") as opened:
        yield opened


def why(obj: object, path: str = "x", **options: Any) -> str | None:
    return explain(obj, path, namespace=NAMESPACE, **options)


def test_the_sentence_of_the_readme(file: Any) -> None:
    model = Thing(big=np.zeros(10), log=Thing(handlers=[Thing(stream=file)]))
    assert why(model, "model") == "model.log.handlers[0].stream is an open file"


@pytest.mark.parametrize("value", [1, "a", [1, {"b": (2, 3)}], Thing(a=1), np.zeros(3), pd.DataFrame({"a": [1]}), len])
def test_what_travels_has_no_reason(value: object) -> None:
    assert why(value) is None


def test_kinds() -> None:
    async def coroutine() -> None: ...

    waiting = coroutine()
    connection = sqlite3.connect(":memory:")
    frame = sys._getframe()
    kinds: list[tuple[object, str]] = [
        ((i for i in ()), "a generator"),
        (waiting, "a coroutine"),
        (frame, "a stack frame"),
        (threading.Lock(), "a lock"),
        (threading.RLock(), "a lock"),
        (threading.Condition(), "a lock"),
        (threading.Thread(), "a thread"),
        (threading.local(), "a thread-local variable"),
        (weakref.ref(Thing()), None),  # to what is no more
        (connection, "a database connection"),
        (connection.cursor(), "a database cursor"),
        (ctypes.pointer(ctypes.c_int(1)), "a C pointer"),
        (ctypes.c_char_p(b"a"), "a C pointer"),
        (memoryview((ctypes.c_int * 2)()), "a memoryview (send bytes(...) of it)"),
        (asyncio.Queue().__class__.get, None),  # type: ignore[list-item]
    ]
    try:
        for value, words in kinds:
            assert why([value]) == (words and f"x[0] is {words}")
    finally:
        waiting.close()
        connection.close()


def test_sockets_and_binary_files() -> None:
    with socket.socket() as one, tempfile.TemporaryFile() as file:
        assert why({"s": one}) == "x['s'] is a network socket"
        assert why(file) == "x is an open file"
    assert why(file) is None


def test_a_closed_file_of_another_kind(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "x.gz", "wb") as packed:
        pass
    assert why(packed) == "x is a closed file"


def test_paths(file: Any) -> None:
    class Slotted:
        __slots__ = ("here",)

    slotted = Slotted()
    slotted.here = file  # type: ignore[attr-defined]

    def uses() -> Any:
        return file

    def defaults(a: Any = file, *, b: Any = None) -> None: ...

    class Holder:
        attribute = file

    class Own:
        def __getstate__(self) -> dict[str, Any]:
            return {"kept": [file]}

    class Reduced:
        def __init__(self) -> None:
            self.inner = [file]

        def __reduce__(self) -> Any:
            return Reduced, (self.inner,)

    cases = {
        "x.here is an open file": slotted,
        "x[1][0] is an open file": (1, deque([file])),
        "x[2.5] is an open file": {2.5: file},
        "file (used by x) is an open file": uses,
        "a default argument of x is an open file": defaults,
        "x.attribute is an open file": Holder,
        "x.kept[0] is an open file": Own(),
        "x.inner[0] is an open file": Reduced(),
        "x[1] is an open file": np.array([1, file], dtype=object),
        "x['col'][0] is an open file": pd.DataFrame({"ok": [1], "col": [file]}, dtype=object),
        "x.__self__.f is an open file": types.MethodType(lambda self: None, Thing(f=file)),
    }
    for sentence, value in cases.items():
        assert why(value) == sentence


def test_an_element_of_a_large_list_is_found(file: Any) -> None:
    many: list[Any] = [{"n": n} for n in range(20_000)]
    many[12_345]["f"] = file
    assert why(many) == "x[12345]['f'] is an open file"


def test_a_cycle_ends(file: Any) -> None:
    loop = Thing()
    loop.me = [loop]  # type: ignore[attr-defined]
    assert why(loop) is None
    loop.f = file  # type: ignore[attr-defined]
    assert why(loop) == "x.f is an open file"


def test_what_a_class_leaves_out_is_not_blamed(file: Any) -> None:
    class LeavesOut:
        def __init__(self) -> None:
            self.file = file
            self.lock = threading.Lock()
            self.bad = [(i for i in ())]

        def __getstate__(self) -> dict[str, Any]:
            return {"bad": self.bad}

    assert why(LeavesOut()) == "x.bad[0] is a generator"


def test_hostile_objects_do_not_hinder() -> None:
    class Hostile:
        def __getattr__(self, name: str) -> Any:
            raise SystemError(name)

        def __repr__(self) -> str:
            raise SystemError

        def __reduce_ex__(self, protocol: Any) -> Any:
            raise SystemError("not me")

        def __hash__(self) -> int:
            return 1

    found = why({Hostile(): [Hostile()]})
    assert found is not None
    assert found.endswith("Hostile) cannot be pickled: SystemError: not me")


def test_a_long_message_is_cut() -> None:
    class Talks:
        def __reduce__(self) -> Any:
            raise ValueError("x" * 100_000)

    found = why(Talks())
    assert found is not None
    assert len(found) < 1000


def test_devices() -> None:
    tensor_type = type("Tensor", (), {"__module__": "torch", "__reduce__": lambda self: (int, ())})
    tensor = tensor_type()
    tensor.device = types.SimpleNamespace(type="cuda", index=0)
    value = Thing(layers=[tensor])
    assert why(value) is None
    assert why(value, devices=["cuda"]) is None
    found = why(value, devices=["cpu"])
    assert found is not None
    assert found.startswith("x.layers[0] is a tensor on ")
    assert "move it with .cpu()" in found
    tensor.device.type = "cpu"
    assert why(value, devices=[]) is None


def test_functions_of_the_notebook_are_not_blamed_for_their_globals(monkeypatch: pytest.MonkeyPatch, file: Any) -> None:
    module = types.ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", module)
    exec("def f(): return opened", module.__dict__)
    module.opened = file  # type: ignore[attr-defined]
    assert explain(module.f, "f") is None  # type: ignore[attr-defined]
