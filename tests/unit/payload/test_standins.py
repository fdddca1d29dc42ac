"""What cannot travel is a placeholder at exactly its place, and everything around it comes back."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from cellburst.payload.delta import VALUE, NamespaceDelta, pack_delta, unpack_delta
from cellburst.payload.placeholders import Placeholder, reason_of
from cellburst.payload.snapshot import Snapshot
from cellburst.settings import Settings

from .conftest import Kernel

LOCK = "import threading\nlock = threading.Lock()\n"


def names(delta: NamespaceDelta) -> list[str]:
    return sorted(reason_of(found).name for found in delta.placeholders)


def words(delta: NamespaceDelta, name: str) -> str:
    return next(reason_of(found).words for found in delta.placeholders if reason_of(found).name == name)


def test_a_part_of_a_container(kernel: Kernel) -> None:
    delta = kernel.there(LOCK + "box = {'n': 1, 'deep': [(lock, 'x')], 'list': [1, 2]}\ndel lock")
    box = kernel.ns["box"]
    assert (box["n"], box["list"], box["deep"][0][1]) == (1, [1, 2], "x")
    assert type(box["deep"][0][0]) is Placeholder
    assert names(delta) == ["box['deep'][0][0]"]
    assert words(delta, "box['deep'][0][0]") == "is a lock, which stays on the worker"


def test_the_same_object_twice_is_the_same_placeholder(kernel: Kernel) -> None:
    delta = kernel.there(LOCK + "a = [lock, lock]\nb = {'again': lock}\nother = threading.Lock()")
    ns = kernel.ns
    assert ns["lock"] is ns["a"][0] is ns["a"][1] is ns["b"]["again"]
    assert ns["other"] is not ns["lock"]
    assert names(delta) == ["lock", "other"]


def test_attributes_closures_defaults_and_partials(kernel: Kernel) -> None:
    delta = kernel.there(
        LOCK + "import functools\nclass M: pass\nm = M(); m.log = M(); m.log.lock = lock; m.n = 5\n"
        "def outer():\n    inside = threading.Event()\n    def inner(a=1): return inside, a\n    return inner\n"
        "inner = outer()\npart = functools.partial(max, key=threading.RLock())\ndel lock, outer"
    )
    ns = kernel.ns
    assert ns["m"].n == 5
    assert names(delta) == ["inside (used by inner)", "m.log.lock", "part.keywords['key']"]
    assert type(ns["inner"].__closure__[0].cell_contents) is Placeholder
    assert type(ns["part"].keywords["key"]) is Placeholder


def test_a_change_in_place(kernel: Kernel) -> None:
    kernel.here("class M: pass\nkept = {'all': []}; m = M(); all_ = (kept['all'],)")
    kept, m = kernel.ns["kept"], kernel.ns["m"]
    delta = kernel.there(
        "import threading\nkept['all'].append((i for i in '')); kept['n'] = 1\nm.lock = threading.Lock()"
    )
    assert kernel.ns["kept"] is kept
    assert kept["all"] is kernel.ns["all_"][0]
    assert type(kept["all"][0]) is type(m.lock) is Placeholder
    assert kept["n"] == 1
    assert names(delta) == ["all_[0][0]", "m.lock"]
    assert delta.unreturned == {}


def test_the_value(kernel: Kernel) -> None:
    delta = kernel.there("x = 1\n[x, (i for i in 'abc')]")
    assert delta.has_value
    assert delta.value[0] == 1
    assert names(delta) == [f"{VALUE}[1]"]


def test_what_only_holds_what_cannot_travel_comes_back_around_it(kernel: Kernel) -> None:
    delta = kernel.there(
        "import logging, io, types\nhandler = logging.StreamHandler(open('/dev/null'))\nhandler.extra = [1]\n"
        "m = types.ModuleType('made'); m.x = 1; m.f = handler.stream"
    )
    assert kernel.ns["handler"].extra == [1]
    assert kernel.ns["m"].x == 1
    assert kernel.ns["m"].f is kernel.ns["handler"].stream
    assert "handler.stream" in names(delta)
    assert "handler" not in names(delta)


def test_kinds_are_one_thing_even_if_their_parts_could_be_pickled(kernel: Kernel) -> None:
    delta = kernel.there(
        "import threading, concurrent.futures as c, queue, sys, contextvars, sqlite3, tempfile\n"
        "class M: pass\nm = M()\nt = threading.Thread(target=print)\npool = c.ThreadPoolExecutor(1)\n"
        "q = queue.Queue()\n"
        "e = threading.Event(); frame = sys._getframe()\n"
        "db = sqlite3.connect(':memory:'); cursor = db.cursor(); context = contextvars.copy_context()\n"
        "file = tempfile.NamedTemporaryFile(); file.close()\nasync def co(): pass\nwaiting = co(); waiting.close()\n"
        "pool.shutdown()\ndb.close()"
    )
    assert names(delta) == sorted(["t", "pool", "q", "e", "frame", "db", "cursor", "context", "file", "waiting"])
    assert words(delta, "pool") == "is an executor, which stays on the worker"
    assert kernel.ns["m"] is not None


def test_what_refuses_in_its_own_words(kernel: Kernel) -> None:
    delta = kernel.there(
        "class No:\n    def __reduce__(self): raise RuntimeError('never,\\n ever')\n"
        "class Worse:\n    def __reduce__(self): return 'nowhere'\n"
        "class Odd:\n    def __reduce__(self): return (1, 2)\n"
        "class Gone:\n    def __reduce_ex__(self, n): raise SystemExit\n"
        "good = [No(), {'w': Worse()}, (Odd(), Gone(), 1)]"
    )
    good = kernel.ns["good"]
    found = [good[0], good[1]["w"], good[2][0], good[2][1]]
    assert {type(one) for one in found} == {Placeholder}
    assert len(set(map(id, found))) == 4
    assert good[2][2] == 1
    assert words(delta, "good[0]") == "(No) stays on the worker: it cannot be pickled (RuntimeError: never, ever)"
    assert reason_of(good[1]["w"]).kind == "Worse"


def test_what_nothing_can_stand_in_for_is_replaced_as_a_whole(kernel: Kernel) -> None:
    kernel.here("grown = []")
    delta = kernel.there(
        "deep = []\nfor _ in range(100_000): deep = [deep]\nfine = 1\ngrown.append(0)\n"
        "inner = []\nfor _ in range(100_000): inner = [inner]\ngrown.append(inner)\ndel inner\ndeep"
    )
    assert kernel.ns["fine"] == 1
    assert type(kernel.ns["deep"]) is Placeholder
    assert delta.value is kernel.ns["deep"]
    assert "nested too deeply" in words(delta, "deep")
    assert "nested too deeply" in delta.unreturned["grown"]
    assert kernel.ns["grown"] == []


def test_an_object_that_its_parts_are_needed_for_is_one_placeholder_here(kernel: Kernel) -> None:
    delta = kernel.there(
        LOCK + "class Guarded:\n    def __init__(self, lock): self.lock = lock; lock.acquire()\n"
        "    def __reduce__(self): return Guarded, (self.lock,)\ng = [Guarded(threading.RLock()), 2]\ndel lock"
    )
    assert kernel.ns["g"][1] == 2
    assert type(kernel.ns["g"][0]) is Placeholder
    assert words(delta, "g[0]") == (
        "cannot be rebuilt here: a part of it is a lock, which stays on the worker; make one here if it is needed here"
    )


def test_an_iterator_over_what_cannot_travel_is_one_placeholder(kernel: Kernel) -> None:
    delta = kernel.there(
        "import re, itertools\ngen = (i for i in 'ab')\n"
        "its = [map(str, gen), zip('ab', gen), re.finditer('a', 'aa'), itertools.chain(gen), map(str, [1, 2])]\ndel gen"
    )
    assert [type(one) is Placeholder for one in kernel.ns["its"]] == [True, True, True, True, False]
    assert next(kernel.ns["its"][4]) == "1"
    assert words(delta, "its[2]") == "is an iterator, which stays on the worker"


def test_arrays_and_frames_around_one_are_not_copied_into_the_stream(kernel: Kernel) -> None:
    kernel.there(
        LOCK + "import numpy as np, pandas as pd\nx = np.ones(1_000_000)\n"
        "df = pd.DataFrame({'n': [1, 2]}); df['o'] = [lock, 'text']\n"
        "box = {'x': x, 'o': np.array([lock, 1], dtype=object)}"
    )
    ns = kernel.ns
    assert ns["box"]["x"] is ns["x"]
    assert ns["box"]["o"][0] is ns["lock"]
    assert ns["box"]["o"][1] == 1
    assert list(ns["df"]["n"]) == [1, 2]
    assert ns["df"]["o"].iloc[0] is ns["lock"]
    assert kernel.returned.buffers


class _Tensor:
    """As a tensor of a library of that name, on whatever device."""

    def __init__(self, device: str) -> None:
        self.device = device


_Tensor.__module__ = "torch.fake"


def test_a_tensor_on_a_device_that_is_not_here(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", sys.modules.get("torch", ModuleType("torch")))
    module = ModuleType("torch.fake")
    module.__spec__ = pytest.__spec__
    module._Tensor = _Tensor  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch.fake", module)
    ns: dict[str, Any] = {}
    before = Snapshot.take(ns)
    ns["model"] = {"weights": _Tensor("cuda:0"), "bias": _Tensor("cpu")}
    ns["f"] = (i for i in ())
    for devices, expected in ((["cpu"], ["f", "model['weights']"]), (["cpu", "cuda"], ["f"]), (None, ["f"])):
        packed = pack_delta(before, ns, None, False, kernel.blobs, Settings(), devices=devices)
        delta = unpack_delta(packed, kernel.blobs, {})
        assert names(delta) == expected
        assert delta.assigned["model"]["bias"].device == "cpu"
    packed = pack_delta(before, ns, None, False, kernel.blobs, Settings(), devices=["cpu"])
    said = words(unpack_delta(packed, kernel.blobs, {}), "model['weights']")
    assert said == "is a tensor on cuda:0, which is not here"


def test_a_missing_class_leaves_each_instance_a_placeholder(kernel: Kernel) -> None:
    delta = kernel.there(
        "import sys, types, json\nm = types.ModuleType('only_there'); m.__spec__ = json.__spec__\n"
        "sys.modules['only_there'] = m\nclass T: pass\nT.__module__ = 'only_there'; m.T = T\n"
        "a = T(); pair = [a, T()]\ndel m, T, sys.modules['only_there']\n"
        "sys.modules['only_there'] = types.ModuleType('x')\n"
        "sys.modules['only_there'].T = type(a); sys.modules['only_there'].__spec__ = json.__spec__\n"
    )
    ns = kernel.ns
    assert ns["pair"][0] is ns["a"]
    assert ns["pair"][1] is not ns["a"]
    assert names(delta) == ["a", "pair[1]"]


def test_without_anything_of_the_kind_nothing_is_said(kernel: Kernel) -> None:
    assert kernel.there("x = [1]\nx").placeholders == []


def test_long_chains_of_objects_come_back_whole(kernel: Kernel) -> None:
    source = (
        "class Link:\n    pass\nhead = at = Link()\n"
        "for n in range({}):\n    at.next = Link(); at.next.prev = at; at = at.next"
    )
    assert kernel.there(source.format(400)).placeholders == []
    at, length = kernel.ns["head"], 0
    while at is not kernel.ns["at"]:
        at, length = at.next, length + 1
    assert length == 400
    delta = kernel.there(source.format(100_000) + "\nfine = [1]")
    assert kernel.ns["fine"] == [1]
    assert names(delta) == ["at", "head"]
    assert words(delta, "head") == "(Link) stays on the worker: it cannot be pickled (it is nested too deeply)"
