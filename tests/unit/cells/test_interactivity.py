from __future__ import annotations

import pytest

from cellburst.cells import futures
from cellburst.cells.interactivity import shown

SHOW = "get_ipython().displayhook"


@pytest.mark.parametrize(
    ("mode", "source", "expected"),
    [
        ("last_expr", "1\n2", "1\n2"),
        ("none", "1", "1"),
        ("last_expr_or_assign", "v = 3", "v = 3\nv\n"),
        ("last_expr_or_assign", "v += 3", "v += 3\nv\n"),
        ("last_expr_or_assign", "a = b = 3", "a = b = 3"),
        ("last_expr_or_assign", "x.y = 3", "x.y = 3"),
        ("last_expr_or_assign", "v = 3;", "v = 3;"),
        ("all", "1\n2", f"{SHOW}(1)\n2"),
        ("all", "é; f(\n 2)\n3", f"{SHOW}(é); {SHOW}(f(\n 2))\n3"),
        ("all", "for i in x:\n    i\n", f"for i in x:\n    {SHOW}(i)\n"),
        ("all", "def f():\n    1\n", "def f():\n    1\n"),
        ("all", "1\n2;", "1\n2;"),
        ("last", "1\nfor i in x: i", f"1\nfor i in x: {SHOW}(i)"),
        ("all", "1 +", "1 +"),
    ],
)
def test_what_is_shown(mode: str, source: str, expected: str) -> None:
    assert shown(source, mode) == expected


def test_flags_of_a_cell_are_added_to_those_before() -> None:
    flags = futures.of_source("from __future__ import annotations", 0)
    assert flags
    assert futures.of_source("x = 1", flags) == flags
    assert futures.of_source("from __future__ import braces", 0) == 0
