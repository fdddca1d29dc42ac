"""As many calls fit before a RecursionError as in a plain kernel, and sets iterate as there."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.integration.pairs import BOTH, Pair
from tests.integration.shared import shared_folders  # noqa: F401 - a fixture

_COUNT = (
    BOTH + "import inspect, sys\n"
    "def fit(n=0):\n    try:\n        return fit(n + 1)\n    except RecursionError:\n        return n\n"
    "async def awaited():\n    return fit(), len(inspect.stack(0))\n"
    "from functools import lru_cache\n@lru_cache(None)\ndef total(n):\n    return n and n + total(n - 1)",
    *[BOTH + f"{number}" for number in range(8)],  # Python 3.11 counts less when it has called IPython's often enough
)
_GLIDER = (
    "from itertools import product\n"
    "alive = {(0, 1), (1, 2), (2, 0), (2, 1), (2, 2)}\n"
    "def step(alive):\n    counts = {}\n"
    "    for r, c in alive:\n        for i, j in product((-1, 0, 1), repeat=2):\n"
    "            if i or j:\n                counts[r + i, c + j] = counts.get((r + i, c + j), 0) + 1\n"
    "    return {cell for cell, n in counts.items() if n == 3 or (n == 2 and cell in alive)}\n"
)
CASES: dict[str, tuple[str, ...]] = {
    "calls of a plain cell": (*_COUNT, "print(fit(), len(inspect.stack(0)))", "fit(), sys.getrecursionlimit()"),
    "calls of a cell that awaits": (*_COUNT, "print(fit())\nprint(await awaited())", "await awaited()", "fit()"),
    "calls under another limit": (
        *_COUNT,
        "sys.setrecursionlimit(300)",
        "print(fit(), sys.getrecursionlimit())",
        "sys.setrecursionlimit(len(inspect.stack(0)) + 150)\nprint(fit())",
        BOTH + "print(fit()); sys.setrecursionlimit(1000)",
        "fit()",
    ),
    "a recursion through C code that just fits": (
        *_COUNT,
        "for n in range(100, 1000):\n    total.cache_clear()\n    try:\n        total(n)\n"
        "    except RecursionError:\n        break\nprint(n)",
    ),
    "sets of cells": (
        _GLIDER,
        "for _ in range(20):\n    alive = step(alive)\nprint(alive)",
        BOTH + "print(alive)\nfor _ in range(3):\n    alive = step(alive)\nprint(alive)",
        "print(alive)\nfor cell in list(alive):\n    alive.add((cell[0] + 3, cell[1])); alive.discard(cell)\nalive",
        BOTH + "print(alive)\nalive |= {(n, 1) for n in range(40)}\nfor n in range(5, 40): alive.discard((n, 1))",
        "print(alive)\nalive.discard((1, 1))\nbox = [alive, frozenset(range(3))]",
        BOTH + "print(box, alive)",
        "box[0].add((1, 1))",
        BOTH + "print(box, alive)",
    ),
}


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    found = Pair()
    yield found
    found.close()


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("name", CASES)
def test_the_same_as_in_a_plain_kernel(name: str, pair: Pair) -> None:
    if "C code" in name and sys.version_info[:2] == (3, 12):
        pytest.skip("Python 3.12 counts such calls apart, and does not tell how many there are")
    pair.check(CASES[name])
