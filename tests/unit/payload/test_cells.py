"""A cell in another process leaves the kernel as if it had run in it."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from cellburst.payload import merge
from cellburst.payload.delta import VALUE, unpack_delta
from cellburst.payload.placeholders import Placeholder, reason_of
from cellburst.settings import Settings

from .conftest import Kernel


def test_assigned_deleted_and_the_value(kernel: Kernel) -> None:
    kernel.here("a = 1; b = [1]; c = 3")
    delta = kernel.there("a = 2\nd = 4\ndel c\na + d")
    assert (kernel.ns["a"], kernel.ns["d"], "c" in kernel.ns) == (2, 4, False)
    assert set(delta.assigned) == {"a", "d"}
    assert (delta.value, delta.has_value, delta.deleted, delta.changed) == (6, True, ("c",), {})


def test_nothing_done_nothing_returned(kernel: Kernel) -> None:
    kernel.here("import numpy as np\nx = np.zeros(1_000_000); d = {'x': x}; s = {1, 2}; t = (d, s)")
    delta = kernel.there("x.sum()")
    assert (delta.assigned, delta.changed, delta.deleted, delta.unreturned) == ({}, {}, (), {})
    assert kernel.returned.buffers == ()
    assert kernel.returned.size < 500


def test_only_the_changed_object_is_sent(kernel: Kernel) -> None:
    kernel.here("import numpy as np\nclass M: pass\nm = M(); m.weights = np.ones(2_000_000); m.log = []")
    kernel.there("m.log.append('fitted')")
    assert kernel.ns["m"].log == ["fitted"]
    assert kernel.returned.size < 1000


def test_other_references_see_the_change(kernel: Kernel) -> None:
    kernel.here("inner = [1]\nouter = {'inner': inner}\nalias = inner")
    kernel.there("inner.append(2)\nouter['more'] = inner", "inner outer")
    ns = kernel.ns
    assert ns["alias"] == [1, 2]
    assert ns["outer"]["inner"] is ns["outer"]["more"] is ns["inner"] is ns["alias"]


def test_what_is_assigned_refers_to_the_kernels_objects(kernel: Kernel) -> None:
    kernel.here("models = [{'name': 'a'}, {'name': 'b'}]")
    models = list(kernel.ns["models"])
    delta = kernel.there("best = models[1]\nbest['won'] = True\npair = (best, [best])\nbest")
    assert kernel.ns["best"] is models[1] is delta.value
    assert kernel.ns["pair"] == (models[1], [models[1]])
    assert kernel.ns["pair"][1][0] is models[1]
    assert models[1] == {"name": "b", "won": True}


def test_new_objects_are_shared_between_what_is_assigned_and_what_is_changed(kernel: Kernel) -> None:
    kernel.here("box = []")
    kernel.there("new = {'a': 1}\nbox.append(new)")
    assert kernel.ns["box"][0] is kernel.ns["new"]


def test_what_cannot_be_changed_in_place_is_bound_anew_everywhere(kernel: Kernel) -> None:
    kernel.here("import numpy as np\nx = np.arange(4)\nbox = {'x': x}\nit = iter([1, 2, 3])\nkeep = (it,)")
    delta = kernel.there("x.resize((8,), refcheck=False)\nnext(it)")
    assert kernel.ns["x"].shape == (8,)
    assert kernel.ns["box"]["x"] is kernel.ns["x"]
    assert list(kernel.ns["it"]) == [2, 3]
    assert kernel.ns["keep"][0] is kernel.ns["it"]
    assert delta.unreturned == {}


def test_a_cell_that_fits_a_model(kernel: Kernel) -> None:
    kernel.here(
        "from sklearn.linear_model import LinearRegression\nimport numpy as np\n"
        "X = np.arange(60.).reshape(20, 3) ** 2; y = X.sum(axis=1)\nmodel = LinearRegression()\nalias = model"
    )
    delta = kernel.there("model.fit(X, y)", "model X y")
    assert delta.value is kernel.ns["alias"] is kernel.ns["model"]
    assert kernel.ns["alias"].coef_ == pytest.approx([1, 1, 1])
    assert set(delta.changed) == {"model"}


def test_a_pipeline_is_fitted_in_place(kernel: Kernel) -> None:
    kernel.here(
        "from sklearn.pipeline import make_pipeline\nfrom sklearn.preprocessing import StandardScaler\n"
        "from sklearn.ensemble import RandomForestClassifier\nimport numpy as np\n"
        "X = np.random.default_rng(0).normal(size=(40, 3)); y = X[:, 0] > 0\n"
        "forest = RandomForestClassifier(3, random_state=0); p = make_pipeline(StandardScaler(), forest)"
    )
    kernel.there("p.fit(X, y)")
    assert len(kernel.ns["forest"].estimators_) == 3
    assert kernel.ns["p"].steps[1][1] is kernel.ns["forest"]
    assert kernel.ns["p"].predict(kernel.ns["X"]).shape == (40,)


def test_functions_share_the_kernels_namespace(kernel: Kernel) -> None:
    kernel.here("total = 0\ndef add(n):\n    global total\n    total += n\n    return even(n)")
    kernel.there("def even(n): return n == 0 or odd(n - 1)\ndef odd(n): return n != 0 and even(n - 1)\nok = add(4)")
    assert (kernel.ns["total"], kernel.ns["ok"]) == (4, True)
    assert kernel.ns["even"].__globals__ is kernel.ns
    assert kernel.here("add(3), total") == (False, 7)
    kernel.there("late = 5\nf = lambda: late")
    assert kernel.here("late = 6\nf()") == 6


def test_a_class_keeps_its_identity(kernel: Kernel) -> None:
    kernel.here(
        "class A:\n    def who(self): return type(self).__name__\n"
        "class B(A):\n    def who(self): return 'B' + super().who()\na = A()"
    )
    methods = dict(vars(kernel.ns["B"]))
    kernel.there("b = B(); made = type(b)", "A B")
    ns = kernel.ns
    assert type(ns["b"]) is ns["made"] is ns["B"]
    assert isinstance(ns["b"], ns["A"])
    assert ns["b"].who() == "BB"
    assert vars(ns["B"])["who"] is methods["who"]


def test_a_class_that_is_reached_through_an_instance_keeps_its_identity(kernel: Kernel) -> None:
    kernel.here("class A: pass\na = A()\nlist_of = [a]")
    kernel.there("other = type(list_of[0])()", "list_of")
    assert type(kernel.ns["other"]) is kernel.ns["A"]


def test_a_class_defined_there_is_the_kernels_from_then_on(kernel: Kernel) -> None:
    kernel.there("class New:\n    n = 1\n    def m(self): return self.n + k\nk = 10\nnew = New()")
    ns = kernel.ns
    assert (type(ns["new"]) is ns["New"], ns["new"].m()) == (True, 11)
    kernel.here("New.n = 2")
    delta = kernel.there("seen = New.n, type(new) is New")
    assert ns["seen"] == (2, True)
    assert "New" not in delta.changed


def test_the_worker_sees_what_the_kernel_changed_in_a_class(kernel: Kernel) -> None:
    kernel.here("class C:\n    a = 1\n    b = 2")
    assert kernel.there("C.a, C.b").value == (1, 2)
    kernel.here("C.a = 5\ndel C.b")
    assert kernel.there("C.a, hasattr(C, 'b')").value == (5, False)


def test_collecting_a_value_does_not_change_the_kernels_class(kernel: Kernel) -> None:
    kernel.here("class C:\n    seen = 0")
    made = kernel.value("C.seen = 99\nC()")
    assert type(made) is kernel.ns["C"]
    assert kernel.ns["C"].seen == 0


def test_enumerations_and_named_tuples_keep_their_identity(kernel: Kernel) -> None:
    kernel.here(
        "from enum import Enum\nfrom typing import NamedTuple\nclass Colour(Enum):\n    RED = 1\n    BLUE = 2\n"
        "class P(NamedTuple):\n    x: int\np = P(1)"
    )
    kernel.there("c = Colour.BLUE; q = P(2)")
    assert kernel.ns["c"] is kernel.ns["Colour"].BLUE
    assert type(kernel.ns["q"]) is kernel.ns["P"]


def test_what_cannot_come_back_does_not_spoil_the_rest(kernel: Kernel) -> None:
    kernel.here("kept = {'all': []}")
    delta = kernel.there(
        "f = open('/dev/null')\ngood = 1\nkept['all'].append((i for i in ()))\nlambda: f\n(i for i in ())"
    )
    assert kernel.ns["good"] == 1
    assert delta.unreturned == {}
    assert type(kernel.ns["f"]) is type(kernel.ns["kept"]["all"][0]) is type(delta.value) is Placeholder
    said = [reason_of(found).sentence().partition(",")[0] for found in delta.placeholders]
    assert sorted(said) == ["f is an open file", "kept['all'][0] is a generator", f"{VALUE} is a generator"]


def test_what_cannot_be_rebuilt_here_does_not_spoil_the_rest(kernel: Kernel) -> None:
    delta = kernel.there(
        "import sys, types\nm = types.ModuleType('only_there'); sys.modules['only_there'] = m\n"
        "import importlib.machinery\nm.__spec__ = importlib.machinery.ModuleSpec('only_there', None)\n"
        "class T: pass\nT.__module__ = 'only_there'; m.T = T\nbad = {'deep': [T()]}\ngood = [1]\nbad"
    )
    assert kernel.ns["good"] == [1]
    assert delta.value is kernel.ns["bad"]
    found = {reason_of(one).name: one for one in delta.placeholders}
    assert set(found) == {"m", "T", "bad['deep'][0]"}
    assert kernel.ns["bad"]["deep"][0] is found["bad['deep'][0]"]
    said = reason_of(found["bad['deep'][0]"]).sentence()
    assert said.startswith("bad['deep'][0] cannot be rebuilt here: ModuleNotFoundError")
    assert said.endswith("is it installed in this environment?")


def test_a_kernel_without_the_inputs_takes_them_from_the_run(kernel: Kernel) -> None:
    kernel.here("a = [1]; b = {'a': a}")
    kernel.delta("a.append(2); c = a")
    fresh: dict[str, Any] = {"a": "something else"}
    delta = unpack_delta(kernel.returned, kernel.blobs, fresh, inputs=kernel.sent)
    merge.apply(delta, fresh)
    assert fresh["a"] == [1, 2]
    assert fresh["c"] is fresh["a"]
    assert kernel.ns["a"] == [1]


def test_a_kernel_without_the_inputs_is_told_what_is_missing(kernel: Kernel) -> None:
    kernel.here("a = [1]")
    kernel.delta("a.append(2); c = a; d = 1")
    fresh: dict[str, Any] = {}
    delta = unpack_delta(kernel.returned, kernel.blobs, fresh)
    merge.apply(delta, fresh)
    assert set(fresh) == {"c", "d"}
    assert reason_of(fresh["c"]).sentence() == "c cannot be rebuilt here: it refers to a, which is not here"
    assert "a" in delta.unreturned


def test_an_update_that_is_refused_here_is_noted(kernel: Kernel) -> None:
    kernel.here("import numpy as np\nx = np.zeros(3); y = [1]")
    delta = kernel.delta("x[0] = 1; y.append(2)")
    kernel.ns["x"].resize((5,), refcheck=False)
    merge.apply(delta, kernel.ns)
    assert kernel.ns["y"] == [1, 2]
    assert delta.unreturned["x"].startswith("x could not be changed in place: ValueError")


def test_a_very_large_graph_is_judged_as_a_whole(kernel: Kernel) -> None:
    kernel.here("rows = [{'n': [i]} for i in range(6000)]; deep = None\nfor i in range(300): deep = [deep]")
    rows = kernel.ns["rows"]
    assert kernel.there("n = len(rows)").changed == {}
    kernel.there("rows[17]['n'].append(0)\nlast = rows[-1]")
    assert kernel.ns["rows"] is rows
    assert rows[17] == {"n": [17, 0]}


def test_cycles_are_kept(kernel: Kernel) -> None:
    kernel.here("class N: pass\na = N(); b = N(); a.b = b; b.a = a; l = [1]; l.append(l)")
    kernel.there("a.b.a.mark = 1; l.append(2); new = []; new.append(new)")
    ns = kernel.ns
    assert ns["a"].mark == 1
    assert ns["a"].b.a is ns["a"]
    assert ns["l"][1] is ns["l"]
    assert ns["l"][2] == 2
    assert ns["new"][0] is ns["new"]


def test_pythons_and_the_shells_names_do_not_come_back(kernel: Kernel) -> None:
    delta = kernel.there("_i = 'x'; _3 = 1; In = []; __annotations__ = {}; _ = 7; _private = 8; __x = 9")
    assert set(delta.assigned) == {"_", "_3", "_private", "__x", "__annotations__"}


def test_loggers_and_modules_are_those_of_the_process(kernel: Kernel) -> None:
    kernel.here("import logging, json; log = logging.getLogger('here')")
    delta = kernel.there("import math as m\nagain = log; same = json", "log json")
    assert delta.assigned["again"] is logging.getLogger("here")
    assert kernel.ns["m"].pi > 3
    assert kernel.ns["same"] is kernel.ns["json"]


def test_a_value_without_a_namespace_carries_what_it_uses(kernel: Kernel) -> None:
    make = kernel.value("k = 5\ndef f(x): return x + k\nf")
    assert make(1) == 6
    assert "k" not in kernel.ns


def test_large_results_share_the_memory_of_their_blob(kernel: Kernel) -> None:
    delta = kernel.there("import numpy as np\nx = np.full(1_000_000, 7.0)")
    x = delta.assigned["x"]
    assert x.flags.writeable
    x[0] = 1
    assert unpack_delta(kernel.returned, kernel.blobs, {}).assigned["x"][0] == 7
    assert Settings().buffer_bytes < x.nbytes


def test_what_refers_into_a_very_large_graph_is_told_that_it_is_old(kernel: Kernel) -> None:
    kernel.here("rows = [[i, [i]] for i in range(30_000)]; one = rows[7]; two = rows[8]")
    quiet = kernel.delta("rows[5].append('x')", "rows one two")
    merge.apply(quiet, kernel.ns)
    assert quiet.unreturned == {}
    assert kernel.ns["rows"][7] is kernel.ns["one"]
    told = kernel.there("rows[5].append('y')", "rows")
    assert list(told.unreturned) == ["the identity of what is in rows"]
    assert "does not see the change" in told.unreturned["the identity of what is in rows"]
    del quiet, told  # which have the rows, too
    kernel.here("del one, two")
    assert kernel.there("rows[5].append('z')", "rows").unreturned == {}
    assert kernel.ns["rows"][5] == [5, [5], "x", "y", "z"]


def test_what_a_cell_deletes_is_gone(kernel: Kernel) -> None:
    kernel.here("import weakref\nclass K: pass\nk = K(); k.me = [1]; r = weakref.ref(k)")
    kernel.there("k.me.append(2); del k", "k")
    assert kernel.ns["r"]() is None


ITERATORS = {
    "islice": "islice(range(50), 3, 40, 4)",
    "cycle": "cycle('abc')",
    "cycle, second time": "cycle('a')",
    "count": "count(3, 2)",
    "repeat": "repeat([1], 9)",
    "chain": "chain([1, 2], [3], 'xyz')",
    "product": "product('ab', [1, 2, 3])",
    "permutations": "permutations([1, 2, 3])",
    "combinations": "combinations([1, 2, 3, 4], 2)",
    "accumulate": "accumulate([1, 2, 3, 4, 5])",
    "takewhile": "takewhile((9).__gt__, range(20))",
    "dropwhile": "dropwhile((3).__gt__, range(20))",
    "starmap": "starmap(pow, [(2, 3), (3, 2), (1, 1), (5, 1)])",
    "compress": "compress('abcdefg', [1, 0, 1, 1, 1, 0, 1])",
    "zip_longest": "zip_longest([1, 2, 3, 4, 5], 'ab')",
    "enumerate": "enumerate(zip('abcdef', [1, 2, 3, 4, 5, 6]))",
    "filter": "filter(None, [1, 0, 2, 0, 3, 4, 5])",
    "dict": "iter({1: 2, 3: 4, 5: 6, 7: 8}.items())",
    "reversed": "reversed([1, 2, 3, 4, 5])",
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", ITERATORS)
def test_an_iterator_goes_on_where_the_cell_left_it(kernel: Kernel, name: str) -> None:
    kernel.here(f"from itertools import *\nit = {ITERATORS[name]}\nbox = [it]")
    kernel.here("seen = [next(it)]")
    for _ in range(2):
        kernel.there("seen.append(next(box[0]))", "box seen")
    found = kernel.here("seen + [next(it, 'end') for _ in range(4)]")
    kernel.here(f"it = {ITERATORS[name]}")
    expected = kernel.here("[next(it, 'end') for _ in range(7)]")
    assert found == expected


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_still_has_an_object_that_was_replaced_is_told(kernel: Kernel) -> None:
    kernel.here("from itertools import groupby\ng = groupby('aabbcc'); box = [g]; next(g)")
    assert kernel.there("next(g)", "g box groupby").unreturned == {}
    assert kernel.ns["box"][0] is kernel.ns["g"]
    told = kernel.there("next(g)", "g groupby").unreturned
    assert list(told) == ["the identity of g"]
    assert "a new groupby for one that cannot be changed in place" in told["the identity of g"]
