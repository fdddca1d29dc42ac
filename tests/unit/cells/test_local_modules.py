"""Modules of the user's own: which they are, and what has something of them."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from cellburst.cells import local_modules


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on ``sys.path`` whose modules are forgotten afterwards."""
    before = set(sys.modules)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def write(folder: Path, **modules: str) -> None:
    for name, text in modules.items():
        path = folder / (name.replace("__in__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_what_is_local(project: Path) -> None:
    write(project, mine="x = 1", pack__in__sub="x = 1")
    mine, sub = importlib.import_module("mine"), importlib.import_module("pack.sub")
    assert local_modules.is_local(mine)
    assert local_modules.is_local(sub)
    assert local_modules.is_local(sys.modules["pack"])
    assert {"mine", "pack", "pack.sub"} <= set(local_modules.loaded())


@pytest.mark.parametrize("packages", ["site-packages", "dist-packages"])
def test_what_another_environment_has_installed_is_not(project: Path, packages: str) -> None:
    write(project / "lib" / packages, reached="x = 1")
    sys.path.append(str(project / "lib" / packages))  # as a .pth file does
    assert not local_modules.is_local(importlib.import_module("reached"))
    assert local_modules.extra_path([str(project), str(project / "lib" / packages)]) == (str(project),)


@pytest.mark.parametrize("module", [json, np, np.linalg, sys, os, pytest, time, sys.modules["__main__"], local_modules])
def test_what_is_not(module: ModuleType) -> None:
    assert not local_modules.is_local(module)


def test_modules_without_files_are_not() -> None:
    assert not local_modules.is_local(ModuleType("made_up"))
    assert not local_modules.is_local(3)


def test_the_folders_that_they_were_found_in(project: Path) -> None:
    below = project / "below"
    write(below, pack__in____init__="x = 1", mine="x = 1", named_otherwise="x = 1")
    sys.path.append(str(below))
    importlib.import_module("pack")
    assert str(below) in local_modules.folders()
    assert os.path.dirname(os.path.dirname(np.__file__)) not in local_modules.folders()
    del sys.modules["pack"]
    spec = importlib.util.spec_from_file_location("alias", below / "named_otherwise.py")
    assert spec is not None
    sys.modules["alias"] = importlib.util.module_from_spec(spec)
    sys.modules["more"] = ModuleType("more")
    assert str(below) not in local_modules.folders()


def test_extra_path(tmp_path: Path) -> None:
    installed = os.path.dirname(os.path.dirname(np.__file__))
    path = ["", str(tmp_path), os.path.dirname(os.__file__), installed, str(tmp_path)]
    assert local_modules.extra_path(path) == (os.getcwd(), str(tmp_path))


def test_dependents_are_what_has_something_of_a_module(project: Path) -> None:
    sources = {
        "base": "class B: pass\ndef f(): return 1\nlimit = 1",
        "uses_function": "from base import f",
        "uses_module": "import base as b",
        "has_instance": "import base\nthing = base.B()\ndel base",
        "further": "import uses_function",
        "apart": "x = 1",
    }
    write(project, **sources)
    modules = {name: importlib.import_module(name) for name in sources}
    found = local_modules.with_dependents({"base"}, modules)
    assert sorted(found) == ["base", "further", "has_instance", "uses_function", "uses_module"]


def test_another_notebooks_module_of_the_same_name_hides_one(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, tools="x = 1")
    tools = importlib.import_module("tools")
    assert not local_modules.is_hidden(tools)
    write(project / "other", tools="x = 2")
    monkeypatch.setattr(sys, "path", [str(project / "other"), *sys.path])
    importlib.invalidate_caches()
    assert local_modules.is_hidden(tools)
