"""What a cell begins with is imported in the kernel while it runs elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cellburst.client.ahead import import_ahead, leading_imports


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import a", "a"),
        ("import a.b as c, d\nfrom e.f import g\nx = 1\nimport h", "a.b d e.f"),
        ("# first\n\nimport a  # why\nfrom b import (c,\n    d)\nimport e\n", "a b e"),
        ("from . import a", ""),
        ("x = 1\nimport a", ""),
        ("if x:\n    import a", ""),
        ("import a; x = 1\nimport b", ""),
        ("get_ipython().run_line_magic('time', 'x')\nimport a", ""),
        ("'''import a'''", ""),
        ("from a import (b,\n c", "a"),
        ("get_ipython().run_line_magic('matplotlib', 'inline')\nimport a", "matplotlib.pyplot a"),
        ("", ""),
    ],
)
def test_imports_that_nothing_comes_before(source: str, names: str) -> None:
    assert leading_imports(source) == names.split()


@pytest.fixture
def unloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("colorsys", "sndhdr"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_an_installed_module_is_imported(unloaded: None) -> None:
    import_ahead("import colorsys\n")
    assert "colorsys" in sys.modules


def test_the_users_own_are_left_to_the_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "users_own.py").write_text("raise SystemError")
    monkeypatch.syspath_prepend(str(tmp_path))
    import_ahead("import users_own")
    assert "users_own" not in sys.modules


def test_nothing_after_one_that_may_fail_is_imported(unloaded: None) -> None:
    import_ahead("import this_is_nowhere_at_all\nimport colorsys")
    assert "colorsys" not in sys.modules


def test_what_fails_fails_in_the_cell(unloaded: None) -> None:
    import_ahead("import this_is_nowhere_at_all, colorsys.nothing\nimport colorsys")
