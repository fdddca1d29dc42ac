"""Tracebacks whose lines of code are partly here."""

from __future__ import annotations

import linecache

import pytest

from cellburst.client.collecting.remote_lines import with_source

CELL = "<a cell of these tests>"


@pytest.fixture(autouse=True)
def _cell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(linecache.cache, CELL, (9, None, ["def f():\n", "    return g()\n"], CELL))


def test_lines_that_are_missing_are_put_in() -> None:
    lines = (
        "Traceback (most recent call last):",
        f'  File "{CELL}", line 2, in f',
        '  File "lib.py", line 7, in g\n    return 1 / 0\n           ~~^~~',
        f'  File "{CELL}", line 99, in h',
        "ZeroDivisionError: division by zero",
    )
    assert with_source(lines).split("\n") == [
        lines[0],
        lines[1],
        "    return g()",
        *lines[2].split("\n"),
        *lines[3:],
    ]


def test_groups_keep_their_frame() -> None:
    assert with_source([f'  | File "{CELL}", line 2, in f', "  | ValueError"]).split("\n")[1] == "  |   return g()"
