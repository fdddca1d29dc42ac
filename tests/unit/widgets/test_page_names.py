"""The page of the grid stands in the same document as the panel of JupyterLab: neither may restyle the other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
_CLASS = re.compile(r"\.(cb-[A-Za-z0-9-]+)")
_VARIABLE = re.compile(r"(--cb-[a-z0-9-]+)\s*:")


def found(pattern: re.Pattern[str], folder: str) -> set[str]:
    sheets = list((ROOT / folder / "style").glob("*.css"))
    if not sheets:
        pytest.skip("no sheets here")
    return {name for sheet in sheets for name in pattern.findall(sheet.read_text())}


def test_no_class_is_styled_by_both() -> None:
    both = found(_CLASS, "widget") & found(_CLASS, "labextension")
    assert {name for name in both if not name.startswith("cb-mod-")} == set()


def test_no_variable_is_set_by_both() -> None:
    assert found(_VARIABLE, "widget") & found(_VARIABLE, "labextension") == set()


def test_modifiers_stand_beside_a_class_of_the_grid() -> None:
    for sheet in (ROOT / "widget" / "style").glob("*.css"):
        for line in sheet.read_text().splitlines():
            assert not re.match(r"\s*\.cb-mod-(?!counting)", line), f"{sheet.name}: {line}"
