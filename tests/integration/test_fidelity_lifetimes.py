"""Finalizers print at their place, once, and names that a cell binds and deletes are gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.pairs import Pair
from tests.integration.shared import shared_folders  # noqa: F401 - a fixture

CASES: dict[str, tuple[str, ...]] = {
    "finalizers": (
        "class F:\n    def __init__(self, name): self.name = name\n    def __del__(self): print('bye', self.name)\n"
        "a, b = F('a'), F('b')\ndel a\nprint('made')",
        "kept = [b]\nb = None\nprint('kept')",
        "kept.clear()\nprint('cleared')\nc = d = [F('c')]",
        "del c\nprint('one of two')",
        "both: d.append(1)",
        "del d\nprint('both')\ne = F('e')",
        "both: del e",
    ),
    "names": (
        "e = 5; x = 6; y = 7",
        "try: 1 / 0\nexcept ZeroDivisionError as e: pass\nx = 1\ndel x\ntry: pass\nexcept ValueError as y: pass",
        "both: print([name for name in 'exy' if name in globals()])",
        "print('___' in globals(), globals()['y'])",
        "both: _, __, ___",
    ),
    "mocks": (
        "from unittest import mock\nimport math\npatcher = mock.patch.object(math, 'pi', 3)\npatcher.start()\nmath.pi",
        "patcher.stop()\nround(math.pi, 2)",
        "both: round(math.pi, 2)",
    ),
    "texts": ("t = ''.join(['some', ' text'])", "kept = [t, t + '!']", "kept[0] is t, kept[1]"),
}


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    found = Pair()
    yield found
    found.close()


@pytest.mark.parametrize("cells", CASES.values(), ids=list(CASES))
@pytest.mark.slow
def test_a_remote_cell_shows_what_a_plain_one_does(pair: Pair, cells: tuple[str, ...]) -> None:
    pair.check(cells)
