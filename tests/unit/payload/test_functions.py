"""Functions and classes, rebuilt in this process; `test_cells` has a second one."""

from __future__ import annotations

import sys
import types
from typing import Any

import pytest

from cellburst.payload import functions
from cellburst.payload.pickling import pack, unpack
from cellburst.settings import Settings

from .conftest import Kernel


def there(kernel: Kernel, names: str) -> dict[str, Any]:
    """What the kernel has, in another namespace of this process."""
    namespace = types.ModuleType("__main__").__dict__
    namespace.update(unpack(kernel.inputs(names), kernel.blobs, namespace=namespace))
    return namespace


def test_functions_get_the_namespace_that_is_filled(kernel: Kernel) -> None:
    kernel.here(
        "k = 1\ndef f(): return g() + k\ndef g(): return 10\ndef h():\n    global k\n    k += 1\n"
        "make = lambda n: lambda: n + k"
    )
    ns = there(kernel, "f g h make")
    assert "k" not in ns
    ns["k"] = 5
    ns["h"]()
    assert (ns["f"](), ns["make"](100)()) == (16, 106)
    assert kernel.here("f()") == 11


def test_a_functions_own_things_are_kept(kernel: Kernel) -> None:
    kernel.here('def f(a: int, b=[1], *, c={"x": 1}) -> str:\n    "What it says."\nf.tag = [2]')
    f = there(kernel, "f")["f"]
    assert (f.__name__, f.__doc__, f.__defaults__, f.__kwdefaults__) == ("f", "What it says.", ([1],), {"c": {"x": 1}})
    assert (f.__annotations__, f.tag, f.__module__) == (kernel.ns["f"].__annotations__, [2], "__main__")


def test_closures_go_on_sharing_a_variable(kernel: Kernel) -> None:
    kernel.here(
        "def make():\n    n = 0\n    def up():\n        nonlocal n\n        n += 1\n    def get(): return n\n"
        "    def unset(): return late\n    if False: late = 1\n    return up, get, unset\nup, get, unset = make()"
    )
    ns = there(kernel, "up get unset")
    ns["up"]()
    assert (ns["get"](), kernel.here("get()")) == (1, 0)
    with pytest.raises(NameError):
        ns["unset"]()


def test_a_local_function_that_calls_itself(kernel: Kernel) -> None:
    kernel.here(
        "import functools\ndef make():\n    @functools.cache\n"
        "    def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)\n"
        "    def fac(n): return n * fac(n - 1) if n else 1\n    return fib, fac\nfib, fac = make()"
    )
    ns = there(kernel, "fib fac")
    assert (ns["fib"](20), ns["fac"](5)) == (6765, 120)


def test_cached_functions_travel(kernel: Kernel) -> None:
    kernel.here(
        "import functools\n@functools.lru_cache(maxsize=3, typed=True)\ndef f(n): return n + k\nk = 1\nf.tag = 1\nf(1)"
    )
    ns = there(kernel, "f k")
    assert ns["f"].cache_parameters() == {"maxsize": 3, "typed": True}
    assert ns["f"].cache_info() == (0, 1, 3, 1)  # with what it has kept
    assert (ns["f"](1), ns["f"].tag, ns["f"].__wrapped__.__name__) == (2, 1, "f")


def test_a_decorated_function_uses_its_decorators_module(kernel: Kernel) -> None:
    kernel.here("import contextlib\n@contextlib.contextmanager\ndef f():\n    yield k\nk = 3")
    ns = there(kernel, "f k")
    with ns["f"]() as value:
        assert value == 3
    assert ns["f"].__globals__ is sys.modules["contextlib"].__dict__


def test_submodules_that_a_function_uses_are_imported(kernel: Kernel) -> None:
    kernel.here("import xml, xml.dom.minidom\ndef f():\n    return xml.dom.minidom.parseString\ndef g(): return 1")
    code, ns = kernel.ns["f"].__code__, kernel.ns
    assert sorted(functions.used_submodules(code, ns)) == ["xml.dom", "xml.dom.minidom"]
    assert list(functions.used_submodules(ns["g"].__code__, ns)) == []
    assert kernel.there("f()('<a/>').documentElement.tagName", "f xml").value == "a"


def test_without_a_namespace_functions_carry_their_globals(kernel: Kernel) -> None:
    kernel.here("k = 1\ndef f(): return k + g()\ndef g(): return 1")
    f = unpack(pack(kernel.ns["f"], kernel.blobs, Settings()), kernel.blobs)
    kernel.here("k = 50")
    assert f() == 2
