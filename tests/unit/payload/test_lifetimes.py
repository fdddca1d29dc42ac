"""Objects whose end is noticed end in a remote cell when they end in a plain one, and once."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from cellburst.payload.lifetimes import finalizers_aside
from cellburst.payload.snapshot import Snapshot

from .conftest import Kernel

F = "log = []\nclass F:\n    def __init__(self, name): self.name = name\n    def __del__(self): log.append(self.name)\n"
N = "import weakref\nclass N: pass\n"
CASES = {
    "deleted": (F + "f = F('f')", "del f\nseen = list(log)"),
    "bound anew": (F + "f = F('f')", "f = F('g')\nseen = list(log)"),
    "taken out of a list": (F + "f = [F('f'), F('g')]", "f.pop()\nseen = list(log)\nf.append(1)"),
    "an attribute": (F + "f = F('f'); f.inner = F('inner')", "f.inner = 2\nseen = list(log)"),
    "of another name": (F + "f = g = F('f')", "del f\nseen = list(log)"),
    "kept": (F + "f = F('f')", "g = [f]\ndel f\nseen = list(log)"),
    "in a closure": (
        F + "def make():\n    held = F('f')\n    return lambda: held\nf = make()",
        "same = f() is f()\ndel f\nseen = list(log)",
    ),
    "kept by its class": (F + "F.all = {'f': F('f')}", "F.all.clear()\nseen = list(log)"),
    "weakly": (N + "n = N(); r = weakref.ref(n)", "before = r() is n\ndel n\nafter = r() is None"),
    "weak values": (
        N + "n = N(); m = N(); d = weakref.WeakValueDictionary(n=n, m=m)",
        "before = sorted(d)\ndel n\nafter = sorted(d)",
    ),
    "weak keys": (N + "n = N(); d = weakref.WeakKeyDictionary({n: 1})", "del n\nafter = len(d)"),
    "weak, kept": (N + "n = N(); r = weakref.ref(n)", "n.x = [n]\nalive = r() is n.x[0]"),
    "callback": (N + "log = []; n = N(); r = weakref.ref(n, lambda _: log.append(1))", "del n\nseen = list(log)"),
    "view": ("b = bytearray(b'abc'); v = memoryview(b)", "del v\nb += b'd'"),
    "view let go": ("b = bytearray(b'abc'); v = memoryview(b)", "v.release()\nb += b'd'"),
}
_TOLD = ("log", "seen", "before", "after", "alive", "same", "b")


@pytest.mark.parametrize(("setup", "cell"), CASES.values(), ids=list(CASES))
def test_an_object_ends_when_it_would_in_a_kernel(kernel: Kernel, setup: str, cell: str) -> None:
    kernel.here(setup)
    kernel.there(cell)
    found = {name: kernel.ns[name] for name in _TOLD if name in kernel.ns}
    assert found == plainly(setup, cell)


def plainly(setup: str, cell: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(setup, namespace)
    exec(cell, namespace)
    return {name: namespace[name] for name in _TOLD if name in namespace}


def test_what_ended_there_does_not_end_once_more_here(kernel: Kernel) -> None:
    kernel.here(F + "f, g = F('f'), F('g')")
    delta = kernel.there("del f", "f g F log")
    assert kernel.ns["log"] == ["f"]
    assert not delta.ended
    kernel.here("del g")
    assert kernel.ns["log"] == ["f", "g"]


def test_a_class_has_its_finalizer_again() -> None:
    ended = []

    class Base:
        def __del__(self) -> None:
            ended.append(self)

    class Kind(Base):
        pass

    finalizer = Base.__del__
    one, other = Kind(), Kind()
    with finalizers_aside({Kind}, frozenset({id(one)})):
        del one
        assert not ended
        del other
        assert len(ended) == 1
    assert Base.__del__ is finalizer


def test_a_snapshot_keeps_what_nobody_would_miss_and_knows_the_rest_afterwards() -> None:
    class Watched:
        def __del__(self) -> None:
            pass

    namespace: dict[str, Any] = {"a": Watched(), "b": [Watched()], "c": [1], "d": Watched()}
    kept, ended = weakref.ref(namespace["d"]), weakref.ref(namespace["a"])
    snapshot = Snapshot.take(namespace)
    assert snapshot.loosened is not None
    del namespace["a"]
    assert ended() is None
    namespace["b"].clear()
    snapshot.loosened.sweep()
    snapshot.settle()
    assert kept() is namespace["d"]
    assert sorted(node.path()[1] for node in snapshot.ended) == ["a", "b"]
    assert [node.obj for node in snapshot.changed_nodes()] == [[]]
    assert snapshot.variables["d"] is namespace["d"]


def test_nothing_is_loosened_without_need() -> None:
    gc.collect()
    assert Snapshot.take({"a": [1], "b": {"c": [2]}}).loosened is None
