"""A cell run twice on the same variables: in a plain kernel, and in another process with the result brought back."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from cellburst.payload.delta import NamespaceDelta

from . import far
from .conftest import Kernel
from .identity import Observer


def same(kernel: Kernel, setup: str, cell: str, sent: str = "") -> NamespaceDelta:
    """Assert that both leave the same variables, objects and sharing; ``sent`` are the names the cell needs (all)."""
    expected = plainly(setup, cell)
    observer = Observer()
    kernel.here(setup)
    observer.describe(kernel.ns)
    delta = kernel.there(cell, sent)
    if delta.has_value:
        kernel.ns["value"] = delta.value
    if delta.unreturned or delta.placeholders:
        raise AssertionError(f"not brought back: {delta.unreturned} {delta.placeholders}")
    found = observer.describe(kernel.ns)
    different = [name for name in {*expected, *found} if found.get(name) != expected.get(name)]
    if different:
        raise AssertionError("\n".join(_difference(name, found.get(name), expected.get(name)) for name in different))
    return delta


def plainly(setup: str, cell: str) -> dict[str, Any]:
    """What a kernel of its own has after the cell, told as by someone who knew it before."""
    module = ModuleType("__main__")
    before = sys.modules["__main__"]
    sys.modules["__main__"] = module
    try:
        observer = Observer()
        far.run_cell(setup, module.__dict__)
        observer.describe(module.__dict__)
        value, has_value = far.run_cell(cell, module.__dict__)
        if has_value:
            module.__dict__["value"] = value
        return observer.describe(module.__dict__)
    finally:
        sys.modules["__main__"] = before


def _difference(name: str, found: Any, expected: Any) -> str:
    """The two, from a little before where they begin to differ."""
    one, other = repr(found), repr(expected)
    at = next(
        (i for i, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other))
    )
    start = max(0, at - 100)
    return f"{name}\n  is        ...{one[start : at + 200]}\n  should be ...{other[start : at + 200]}"
