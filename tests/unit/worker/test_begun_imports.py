"""Which imports of a running cell its kernel is told of."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cellburst.worker.places import ModulePlaces
from tests.unit.library_state.processes import run

PREPARE = """
import importlib, importlib.util, sys
from cellburst.worker.begun_imports import BegunImports
from cellburst.worker.hooks import ImportHooks
from cellburst.cells.imports import observer
told = []
allowed = True
hooks = ImportHooks({}, lambda: None, lambda name, begun: None)
imports = BegunImports(told.append, lambda: allowed)
hooks.looked_for = imports.looked_for
hooks.install()
observer.install()
imports.listening = True
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A package that imports parts of itself and another module, at once and later."""
    (tmp_path / "pack").mkdir()
    later = (
        "def later():\n    import pack.second\n"
        "def __getattr__(name):\n"
        "    if name != 'third': raise AttributeError(name)\n"
        "    import importlib\n    return importlib.import_module('pack.' + name)\n"
    )
    (tmp_path / "pack" / "__init__.py").write_text(f"import other\nfrom pack import first\n{later}")
    for path in ("other", "another", "pack/first", "pack/second", "pack/third"):
        (tmp_path / f"{path}.py").write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("import pack", ["pack"]),
        ("import pack.third", ["pack", "pack.third"]),
        ("from pack import third", ["pack", "pack.third"]),
        ("import pack\npack.third", ["pack", "pack.third"]),
        ("from pack import first, second", ["pack", "pack.second"]),
        ("import pack, other, another", ["pack", "another"]),
        ("import pack\npack.later()", ["pack", "pack.second"]),
        ("def f():\n    import other\nf()", ["other"]),
        ("importlib.import_module('pack.first')", ["pack"]),
        ("import pack\nimport pack", ["pack"]),
        ("importlib.util.find_spec('other')", []),
        ("importlib.util.find_spec('pack.third')", ["pack"]),
        ("imports.listening = False\nimport other", []),
        ("allowed = False\nimport other", []),
        ("import sys, importlib", []),
        (
            "import threading\ndef f():\n    import other\nt = threading.Thread(target=f)\nt.start()\nt.join()",
            ["other"],
        ),
    ],
)
def test_what_is_told(folder: Path, code: str, names: list[str]) -> None:
    run(f"{PREPARE}{code}\nassert list(dict.fromkeys(told)) == {names}, told\n", folder)


def test_what_we_import_is_not_told(folder: Path) -> None:
    ours = "exec('def ours(then): then()', {'__name__': 'cellburst.worker.shell'}, found := {})"
    theirs = "def theirs():\n    import other\n"
    run(f"{PREPARE}{theirs}{ours}\nfound['ours'](lambda: importlib.import_module('another'))\ntheirs()\n"
        "assert told == ['another', 'other'], told\n", folder)  # fmt: skip
    imports = "def ours():\n    import other\n    import json.tool\n"
    ours = f"exec({imports!r}, {{'__name__': 'cellburst.worker.shell'}}, found := {{}})"
    run(f"{PREPARE}{ours}\nfound['ours']()\nassert told == [], told\n", folder)


@pytest.mark.parametrize(
    ("source", "may"),
    [
        ("x = 1", False),
        ("self.x = 1\nx[0] = 1", False),
        ("thing.name = 1", False),
        ("os.path = 1", False),  # of the process itself, which is compared
        ("json.dumps = 1", True),
        ("json.decoder.x = 1", True),
        ("things[0].name = json", True),
        ("patch('json.dumps')", True),
    ],
)
def test_cells_that_may_change_modules(source: str, may: bool) -> None:
    import json

    places = ModulePlaces()
    places.enter({"json": json, "os": os, "thing": object(), "x": [1]}, source, single=True)
    try:
        assert places.may_change() is may
    finally:
        places.restore()
