"""docs/faults.md names tests that exist, for every row of the catalogue that belongs to this part."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "faults.md").read_text()
ROWS = {56, 52, 29, *range(1, 12), *range(16, 19), *range(21, 27), *range(30, 42), 53, 54, 55, 57, 59, 60, 64, 65, 67}


def test_every_row_is_there_once() -> None:
    assert sorted(map(int, re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE))) == sorted(ROWS)


def test_every_named_test_exists() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", TEXT)
    assert len(named) > len(ROWS)
    missing = [(path, name) for path, name in named if f"def {name}(" not in (ROOT / "tests" / path).read_text()]
    assert missing == []
