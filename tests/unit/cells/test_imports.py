"""Local modules as they are imported: their source, what they hold, and versions that are pinned."""

from __future__ import annotations

import importlib
import os
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cellburst.cells import late, versions
from cellburst.cells.imports import Observer, Pin
from cellburst.payload.places import MISSING
from tests.unit.cells.projects import forgotten, write
from tests.unit.untouched import new_observer


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on ``sys.path`` whose modules are forgotten afterwards."""
    with forgotten():
        monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
        monkeypatch.setattr(sys, "dont_write_bytecode", False)
        yield tmp_path


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Observer:
    return new_observer(monkeypatch)


def load(name: str) -> Any:
    importlib.invalidate_caches()
    return importlib.import_module(name)


def test_a_local_module_is_seen_with_its_source(project: Path, own: Observer) -> None:
    write(project, mine="x = 1\n")
    mine = load("mine")
    seen = own.loaded()["mine"]
    assert seen.module is mine
    assert seen.source == b"x = 1\n"
    assert seen.runs == 1
    assert type(mine.__loader__).__name__ == "SourceFileLoader"
    assert mine.__spec__.loader is mine.__loader__


def test_an_installed_module_is_not(project: Path, own: Observer) -> None:
    sys.modules.pop("this", None)
    sys.modules.pop("colorsys", None)
    importlib.import_module("colorsys")
    assert "colorsys" not in own.loaded()
    assert own.find_spec("colorsys") is None  # from now on without asking the others


def test_what_it_holds_is_compared_with_how_it_was(project: Path, own: Observer) -> None:
    write(project, mine="n = 1\nitems = []\nfixed = {'a': [1]}\nclass C:\n    seen = []\n    k = 1\ndef f(): pass\n")
    mine = load("mine")
    base = own.loaded()["mine"].base
    assert base is not None
    assert base.changed(mine) == {}
    mine.n = 2
    mine.items.append(3)
    mine.fixed["a"].append(2)
    mine.C.seen.append(1)
    mine.C.k = 5
    mine.new = "new"
    mine.f.calls = 1
    changed = base.changed(mine)
    assert set(changed) == {
        *("mine:n", "mine:items", "mine:fixed", "mine:C.seen", "mine:C.k", "mine:new", "mine:f.calls"),
    }
    assert changed["mine:items"] is mine.items
    del mine.n
    assert base.changed(mine)["mine:n"] is MISSING


def test_a_reload_runs_again_and_leaves_names_over(project: Path, own: Observer) -> None:
    write(project, mine="x = 1\ndef old(): return 'old'\n")
    mine = load("mine")
    write(project, mine="x = 2\n")
    importlib.reload(mine)
    seen = own.loaded()["mine"]
    assert seen.runs == 2
    assert seen.source == b"x = 2\n"
    assert seen.base is not None
    assert seen.base.changed(mine) == {"mine:old": mine.old}


def test_an_edit_within_a_second_is_not_hidden_by_compiled_code(project: Path, own: Observer) -> None:
    write(project, mine="x = 1")
    mine = load("mine")
    facts = (project / "mine.py").stat()
    (project / "mine.py").write_text("x = 2")
    os.utime(project / "mine.py", ns=(facts.st_atime_ns, facts.st_mtime_ns))
    importlib.reload(mine)
    assert mine.x == 2


def test_a_pinned_version_is_made_without_a_sound_and_once(
    project: Path, own: Observer, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, mine="print('loads')\nx = 'on disk'")
    own.pins["mine"] = Pin(str(project / "mine.py"), False, b"print('loads')\nx = 'pinned'")
    assert load("mine").x == "pinned"
    assert capsys.readouterr().out == ""
    del sys.modules["mine"]
    assert load("mine").x == "on disk"
    assert capsys.readouterr().out == "loads\n"


def test_a_pinned_package_has_its_folder(project: Path, own: Observer) -> None:
    write(project, pack__in____init__="from . import one", pack__in__one="x = 1")
    own.pins["pack"] = Pin(str(project / "pack" / "__init__.py"), True, b"from .one import x as pinned")
    assert load("pack").pinned == 1
    assert list(load("pack").__path__) == [str(project / "pack")]


def test_modules_that_were_loaded_before_are_found_later(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, mine="x = 1")
    mine = load("mine")
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    own = Observer()
    own.install()
    assert own.loaded() == {}
    own.look_back()
    seen = own.loaded()["mine"]
    assert seen.module is mine
    assert seen.base is None
    found, lost = versions.loaded_here(own)
    assert ("mine", str(project / "mine.py"), False, seen.digest, None) in found
    assert "mine" not in lost
    assert seen.digest


@pytest.mark.parametrize("edit", ["def f(): return 2\nlimit = 1\n", "def f(): return 1\nlimit = 2\n", None])
def test_a_module_that_was_edited_before_anybody_looked_is_lost(project: Path, edit: str | None) -> None:
    write(project, mine="def f(): return 1\nlimit = 1\n")
    os.utime(project / "mine.py", (1e9, 1e9))
    mine = load("mine")
    path = project / "mine.py"
    assert late.source_as_imported(mine, str(path)) == path.read_bytes()
    if edit is None:
        path.unlink()
    else:
        path.write_text(edit)
    assert late.source_as_imported(mine, str(path)) is None


def test_lines_that_a_traceback_has_shown_are_the_version(project: Path) -> None:
    import linecache

    write(project, mine="def f(): return 1\n")
    mine = load("mine")
    path = str(project / "mine.py")
    linecache.getlines(path)
    write(project, mine="def f(): return 22\n")
    assert late.source_as_imported(mine, path) == b"def f(): return 1\n"


def test_modules_of_an_archive(project: Path, own: Observer, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(project / "lib.zip", "w") as archive:
        archive.writestr("zipped.py", "x = 3\n")
    monkeypatch.syspath_prepend(str(project / "lib.zip"))
    assert load("zipped").x == 3
    (version,) = versions.loaded_here(own)[0]
    assert version[0] == "zipped"
    assert version[4] == b"x = 3\n"
    own.forget(["zipped"])
    own.pins["zipped"] = Pin(version[1], False, version[4])
    assert load("zipped").x == 3


def test_two_finders_that_ask_each_other_come_to_an_end(project: Path, own: Observer) -> None:
    class Asking:
        """As the hooks of a worker are."""

        def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> Any:
            others = [finder for finder in sys.meta_path if finder is not self]
            return next((spec for finder in others if (spec := finder.find_spec(name, path, target))), None)

    sys.meta_path.insert(0, Asking())
    write(project, mine="x = 1")
    assert load("mine").x == 1
    assert "mine" in own.loaded()
