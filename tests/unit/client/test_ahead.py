"""What a cell begins with is imported in the kernel while it runs elsewhere."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from cellburst.client.following.ahead import Ahead, import_ahead, leading_imports


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


def do_all(ahead: Ahead) -> None:
    while ahead.waits:
        ahead.go_on()


def test_what_the_worker_has_begun_to_import_is_imported(unloaded: None) -> None:
    ahead = Ahead("f()")
    do_all(ahead)  # what brings back a kernel's first cell
    ahead.imports(["sys", "this_is_nowhere_at_all", "this.neither", "colorsys"])
    assert "colorsys" not in sys.modules
    do_all(ahead)
    assert "colorsys" in sys.modules


def test_the_users_own_are_not_imported_because_the_worker_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "users_own.py").write_text("raise SystemError")
    monkeypatch.syspath_prepend(str(tmp_path))
    ahead = Ahead("f()")
    ahead.imports(["users_own", "users_own.part"])
    do_all(ahead)
    assert "users_own" not in sys.modules


@pytest.mark.parametrize("source", ["sys.modules.pop('colorsys')", "from sys import meta_path", "sys.path_hooks"])
def test_a_cell_that_meddles_with_imports_is_not_followed(unloaded: None, source: str) -> None:
    ahead = Ahead(source)
    ahead.imports(["colorsys"])
    do_all(ahead)
    assert "colorsys" not in sys.modules


def test_an_interrupt_ends_it(unloaded: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "interrupted.py").write_text("raise KeyboardInterrupt")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("cellburst.client.following.ahead._is_installed", lambda name: True)
    ahead = Ahead("f()")
    do_all(ahead)
    ahead.imports(["interrupted", "colorsys"])
    with pytest.raises(KeyboardInterrupt):
        ahead.go_on()
    assert "interrupted" not in sys.modules


def test_what_is_said_meanwhile_is_the_workers_to_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    says = "print('said')\nwarnings.warn('warned')\nlogging.getLogger('talks').error('logged')"
    (tmp_path / "talks.py").write_text(f"import logging, warnings\n{says}\nraise SystemExit(1)")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("cellburst.client.following.ahead._is_installed", lambda name: True)
    ahead = Ahead("f()")
    real, handler = logging.Logger.callHandlers, logging.StreamHandler(sys.stderr)
    monkeypatch.setattr(logging.getLogger("talks"), "handlers", [handler])
    ahead.imports(["talks"])
    do_all(ahead)
    assert capsys.readouterr() == ("", "")
    assert logging.Logger.callHandlers is real
    logging.getLogger("talks").error("afterwards")
    assert capsys.readouterr() == ("", "afterwards\n")


@pytest.mark.parametrize("worker_has_it", [True, False])
def test_what_a_cell_begins_with_logs_once(
    worker_has_it: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "begins.py").write_text("import logging\nlogging.getLogger('begins').error('logged')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("cellburst.client.following.ahead._is_installed", lambda name: True)
    monkeypatch.setattr(logging.getLogger("begins"), "handlers", [logging.StreamHandler(sys.stderr)])
    ahead = Ahead("import begins\nbegins")
    ahead.begin()
    monkeypatch.delitem(sys.modules, "begins")
    assert capsys.readouterr() == ("", "")
    if not worker_has_it:
        ahead.imports(["begins"])
    ahead.end()
    assert capsys.readouterr() == ("", "logged\n" if worker_has_it else "")
