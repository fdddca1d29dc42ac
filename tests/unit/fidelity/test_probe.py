"""The probe tells apart what differs, tells the same of what is the same, and changes nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.fidelity import probe
from tests.unit.fidelity.kinds import DIFFERENT, SAME, Make


def described(space: dict[str, Any]) -> dict[str, str]:
    found = probe.description(space, space)["names"]
    assert json.loads(json.dumps(found)) == found
    return {str(place): str(text) for place, text in found.items()}


@pytest.mark.parametrize("kind", DIFFERENT)
def test_a_difference_is_found_at_its_place(kind: str) -> None:
    one, other, place = DIFFERENT[kind]
    left, right = described(one()), described(other())
    differing = {name for name in {*left, *right} if left.get(name) != right.get(name)}
    assert any(name.startswith(place) for name in differing), differing


@pytest.mark.parametrize("kind", SAME)
def test_the_same_is_told_twice(kind: str) -> None:
    make: Make = SAME[kind]
    assert described(make()) == described(make())


def test_figures_tell_their_lines() -> None:
    from matplotlib.figure import Figure

    def drawn(last: float) -> dict[str, Any]:
        figure = Figure()
        figure.add_subplot().plot([1, 2, last], label="a line")
        return {"figure": figure}

    assert described(drawn(3)) == described(drawn(3))
    assert described(drawn(3)) != described(drawn(4))


def test_a_figure_that_was_drawn_is_the_same_figure() -> None:
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.add_subplot()
    axes.plot([1, 2, 3], label="a")
    axes.set_xlabel("x")
    axes.legend()
    before = described({"figure": figure})
    figure.canvas.draw()
    assert described({"figure": figure}) == before


class Vicious:
    """Whatever it is asked raises."""

    def __init__(self) -> None:
        object.__setattr__(self, "held", [1])

    def _raise(self, *_: Any) -> Any:
        raise RuntimeError("no")

    __eq__ = __repr__ = __reduce__ = __reduce_ex__ = __getattr__ = __hash__ = __len__ = _raise  # type: ignore
    __iter__ = __bool__ = __getattribute__ = _raise  # type: ignore
    __class__ = property(_raise)  # type: ignore


def test_objects_with_a_mind_of_their_own_are_described() -> None:
    found = described({"x": Vicious(), "y": [Vicious()]})
    assert "Vicious" in found["x"]
    assert found["x.held"] == "list (1) [1]"


def test_a_class_with_a_mind_of_its_own_is_described() -> None:
    class Meta(type):
        def __getattribute__(cls, name: str) -> Any:
            raise RuntimeError(name)

    space: dict[str, Any] = {}
    exec(
        "class Odd(metaclass=Meta):\n    n = 1\nodd = object.__new__(Odd)",
        {"__name__": "__main__", "Meta": Meta},
        space,
    )
    found = described({"Odd": space["Odd"], "odd": space["odd"]})
    assert "n: 1" in found["Odd"]
    assert "-> Odd" in found["odd"]


def test_generators_and_iterators_are_not_consumed() -> None:
    space = {"g": (i for i in "abc"), "i": iter("abc"), "m": map(str, [1]), "z": zip([1], [2], strict=True)}
    described(space)
    assert [list(space["g"]), list(space["i"])] == [list("abc"), list("abc")]
    assert [list(space["m"]), list(space["z"])] == [["1"], [(1, 2)]]


def test_nothing_is_warned_about_and_registries_stay() -> None:
    """A registry forgets what was shown once as soon as anybody touches the filters."""
    code = """
import itertools, sys, warnings
import pandas as pd, matplotlib.pyplot
from tests.fidelity import probe
space = {"c": itertools.count(), "l": itertools.cycle("ab"), "f": pd.DataFrame({"a": [1]})}
probe.description(space, space)
warnings.simplefilter("once")
registry = {}
warnings.warn_explicit("shown once", UserWarning, "f", 1, registry=registry)
probe.description(space, space)
warnings.warn_explicit("shown once", UserWarning, "f", 1, registry=registry)
"""
    assert _outside(code).stderr.count("shown once") == 1


def test_deep_and_wide_namespaces_come_to_an_end() -> None:
    deep: list[Any] = []
    for _ in range(20_000):
        deep = [deep]
    wide = [[number] for number in range(20_000)]
    left = described({"deep": deep, "wide": wide})
    wide[-1].append(0)
    right = described({"deep": deep, "wide": wide})
    assert len(left) < 10_000
    assert {name for name in left if left[name] != right[name]} == {"wide<rest>"}


def test_large_data_are_read_once() -> None:
    series = pd.Series(np.zeros(400_000), name="s")
    frame = pd.DataFrame(np.zeros((100_000, 20)))
    found = probe.description({}, {"series": series, "frame": frame, "text": pd.Series(["a"] * 1000)})
    assert found["sizes"]["series"] == 400_000 * 8
    assert found["sizes"]["frame"] == 100_000 * 20 * 8
    assert len(found["names"]) < 60


def test_sizes_are_counted_by_name() -> None:
    sizes = probe.description({}, {"a": np.zeros(1000), "b": 1})["sizes"]
    assert sizes == {"a": 8000}


STATES = {
    "cwd": "import os; os.chdir('/')",
    "sys.path": "import sys; sys.path.append('/x')",
    "os.environ['NEW']": "import os; os.environ['NEW'] = '1'",
    "random": "import random; random.seed(1)",
    "numpy.random": "import numpy as np; np.random.seed(1)",
    "numpy.printoptions['precision']": "import numpy as np; np.set_printoptions(precision=2)",
    "numpy.err": "import numpy as np; np.seterr(all='raise')",
    "pandas.options.display.max_rows": "import pandas as pd; pd.set_option('display.max_rows', 7)",
    "rcParams['lines.linewidth']": "import matplotlib; matplotlib.rcParams['lines.linewidth'] = 7",
    "warnings.filters": "import warnings; warnings.simplefilter('ignore')",
    "__warningregistry__": "import __main__; __main__.__warningregistry__ = {('text', UserWarning, 1): True}",
    "decimal": "import decimal; decimal.getcontext().prec = 5",
    "locale": "import locale; locale.setlocale(locale.LC_CTYPE, 'C')",
    "logging['mine']": "import logging; logging.getLogger('mine').setLevel(10)",
    "logging['root']": "import logging; logging.getLogger().addHandler(logging.NullHandler())",
    "pyplot.figures": "import matplotlib.pyplot as plt; plt.figure()",
    "sys.recursionlimit": "import sys; sys.setrecursionlimit(5000)",
}


def test_patches_of_libraries_are_told() -> None:
    """In a process of its own: the libraries are patched for good."""
    code = """
import json, math, decimal, types
from tests.fidelity.probe import patches
exec("def f(self): pass", space := {"__name__": "__main__"})
shell = types.SimpleNamespace(user_ns={"math": math, "decimal": decimal, "D": decimal.Decimal})
before = dict(patches.describe(shell))
math.pi, math.extra, decimal.DecimalException.extra = 3.0, space["f"], property(space["f"])
after = dict(patches.describe(shell))
print(json.dumps(sorted(name for name in after if before.get(name) != after[name])))
"""
    assert json.loads(_outside(code).stdout) == [
        "constants[math]",
        "patches[decimal.DecimalException.extra]",
        "patches[math.extra]",
    ]


def test_states_are_told_apart() -> None:
    """One process: each state is changed in turn and seen at its place."""
    code = """
import json, sys
import numpy, pandas, matplotlib.pyplot
from tests.fidelity.probe import states
missed = []
for place, change in json.loads(sys.argv[1]).items():
    before = states.describe(None)
    exec(change, {"__name__": "__main__"})
    after = states.describe(None)
    if before.get(place) == after.get(place):
        missed.append(place)
print(json.dumps(missed))
"""
    assert json.loads(_outside(code, json.dumps(STATES)).stdout) == []


def _outside(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own, in which the tests' package can be imported."""
    root = str(Path(__file__).parents[3])
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=root,
        env={"PYTHONPATH": root, "LC_ALL": "C.UTF-8", "MPLBACKEND": "agg"},
    )
