"""A package outside of cellburst that registers what it remembers: both ways."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.kernels import Kernel
from tests.integration.shared import shared_folders  # noqa: F401

REMOTE = "%%remote local --quiet\n"
_PACKAGE = '''\
"""Units of measurement."""
import cellburst
from measures import _memory
from measures._memory import current, use

cellburst.register_state("measures", _memory.get, _memory.put, module="measures")
'''
_MEMORY = """\
import threading

_kept = threading.local()  # which no pickle can hold: nothing but the registered state can carry it
_kept.units, _kept.history = {"length": "m"}, []


def current():
    return dict(_kept.units), list(_kept.history)


def use(**units):
    _kept.units.update(units)
    _kept.history.append(sorted(units))


def get():
    return current() if _kept.history else None


def put(value):
    units, history = value or ({"length": "m"}, [])
    _kept.units, _kept.history = dict(units), list(history)
"""


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    """One that finds the package."""
    folder = tmp_path / "packages"
    (folder / "measures").mkdir(parents=True)
    (folder / "measures" / "__init__.py").write_text(_PACKAGE)
    (folder / "measures" / "_memory.py").write_text(_MEMORY)
    started = Kernel()
    said(started, f"import sys; sys.path.insert(0, {str(folder)!r})")
    yield started
    started.close()


def said(kernel: Kernel, cell: str) -> str:
    done = kernel.run(cell)
    assert not done.error, done.traceback
    assert done.stderr == ""
    return done.stdout


_SHOW = "print(measures.current())"


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_what_is_changed_in_the_kernel_holds_there_and_the_other_way_round(kernel: Kernel) -> None:
    said(kernel, "import measures; measures.use(length='ft')")
    assert said(kernel, REMOTE + _SHOW) == "({'length': 'ft'}, [['length']])\n"
    said(kernel, REMOTE + "measures.use(mass='kg')")
    both = "({'length': 'ft', 'mass': 'kg'}, [['length'], ['mass']])\n"
    assert said(kernel, _SHOW) == both
    said(kernel, "measures.use(length='mile')")
    assert said(kernel, REMOTE + "import measures as m; print(m.current()[0])") == "{'length': 'mile', 'mass': 'kg'}\n"
    said(kernel, REMOTE + "measures._memory.put(None)")
    assert said(kernel, _SHOW) == "({'length': 'm'}, [])\n"
    assert said(kernel, REMOTE + _SHOW) == "({'length': 'm'}, [])\n"


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_cell_that_fails_a_sweep_and_another_kernel(kernel: Kernel) -> None:
    """What a failed cell had changed is changed; tasks of a sweep find it; nobody else's cell does."""
    failed = kernel.run(REMOTE + "import measures\nmeasures.use(length='mile')\n1 / 0")
    assert failed.error["ename"] == "ZeroDivisionError"
    assert said(kernel, _SHOW) == "({'length': 'mile'}, [['length']])\n"
    swept = "%%remote local --quiet --into found -p n=1,2\nmeasures.use(mass='kg')\nmeasures.current()[0], n"
    said(kernel, swept)
    expected = str([({"length": "mile", "mass": "kg"}, n) for n in (1, 2)])
    assert said(kernel, "print(list(found))") == f"{expected}\n"
    assert said(kernel, _SHOW) == "({'length': 'mile'}, [['length']])\n"
    other = Kernel()
    try:
        said(other, said(kernel, "print(f'import sys; sys.path.insert(0, {sys.path[0]!r})')"))
        assert said(other, REMOTE + "import measures\n" + _SHOW) == "({'length': 'm'}, [])\n"
    finally:
        other.close()
