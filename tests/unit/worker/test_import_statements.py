"""What a cell imports that its worker has loaded before: read from its statements, or noticed when it happens."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from cellburst.library_state import library_filters
from tests.unit.library_state.processes import run

PREPARE = """
import warnings, importlib
from types import ModuleType
from cellburst.library_state import library_filters, warnings_
from cellburst.worker import import_statements
warnings_.note_library_filters()
put('warnings filters', None)
kernels = get('warnings filters')
import lib.inner, other
put('warnings filters', kernels)
def hidden():
    return sorted(one[2].__name__ for one in library_filters.hidden)
assert hidden() == ['InnerWarning', 'LibWarning', 'OtherWarning']
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With libraries that set filters: a package, what is in it, and another module."""
    (tmp_path / "lib").mkdir()
    for path, kind in (("lib/__init__", "Lib"), ("lib/inner", "Inner"), ("other", "Other")):
        text = f"import warnings\nclass {kind}Warning(Warning): pass\nwarnings.simplefilter('ignore', {kind}Warning)\n"
        (tmp_path / f"{path}.py").write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("statement", "left"),
    [
        ("import lib", ["Inner", "Other"]),
        ("import lib.inner as i", ["Other"]),
        ("from lib import inner, nothing", ["Other"]),
        ("if True:\n    import os, other", ["Inner", "Lib"]),
        ("class A:\n    import other", ["Inner", "Lib"]),
        ("def f():\n    import other", ["Inner", "Lib", "Other"]),
        ("with warnings.catch_warnings():\n    import other", ["Inner", "Lib", "Other"]),
        ("import not_loaded_at_all", ["Inner", "Lib", "Other"]),
        ("; ".join(f"a{n} = {n}" for n in range(300)) + "; import other", ["Inner", "Lib"]),
    ],
)
def test_what_a_statement_imports(folder: Path, statement: str, left: list[str]) -> None:
    run(
        f"{PREPARE}import_statements.before(compile({statement!r}, 'cell', 'exec'))\n"
        f"assert hidden() == {[f'{name}Warning' for name in left]}, hidden()\n",
        folder,
    )


def test_an_import_inside_a_function_is_noticed(folder: Path) -> None:
    run(
        PREPARE + "import_statements.begin()\nother.__name__, lib.__dict__\nassert len(hidden()) == 3\n"
        "def f():\n    import other\nf()\nassert hidden() == ['InnerWarning', 'LibWarning']\n"
        "assert type(other) is ModuleType is not type(lib)\n"
        "import_statements.end()\nassert type(lib) is ModuleType\n",
        folder,
    )


@pytest.mark.skipif(sys.version_info < (3, 11), reason="import_module does not ask a loaded module for its __spec__")
def test_an_import_by_name_is_noticed(folder: Path) -> None:
    run(
        PREPARE + "import_statements.begin()\nimportlib.import_module('lib')\n"
        "assert hidden() == ['InnerWarning', 'OtherWarning']\nimport_statements.end()\n",
        folder,
    )


def test_a_tool_that_looks_for_a_library_does_not_import_it(folder: Path) -> None:
    run(
        PREPARE + "import_statements.begin()\nexec('import other', {'__name__': 'IPython.core.formatters'})\n"
        "assert len(hidden()) == 3\nimport_statements.end()\nimport other\nassert len(hidden()) == 3\n",
        folder,
    )


def test_nothing_is_watched_where_nothing_is_hidden(folder: Path) -> None:
    run(
        PREPARE + "put('warnings filters', (*kernels[:2], frozenset({'lib', 'other'}), False))\nassert not hidden()\n"
        "import_statements.begin()\nassert type(lib) is type(other) is ModuleType\n",
        folder,
    )


def test_modules_without_a_name_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as stand for others until they are used."""
    nameless = ModuleType("for a moment")
    del nameless.__dict__["__name__"]
    library = ModuleType("somebodys_library")
    vars(library).update(stand_in=nameless, dumps=json.dumps)
    monkeypatch.setitem(sys.modules, "somebodys_library", library)
    assert library_filters._referred("somebodys_library") == {"json"}
