"""States that libraries and notebooks add themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

import cellburst
from cellburst.errors import UsageError
from tests.unit.library_state.processes import run


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("", int, print), "name"),
        ((3, int, print), "name"),
        (("a: b", int, print), "colon"),
        (("mine", 1, print), "get is a function"),
        (("mine", int, None), "set is a function"),
        (("random", int, print), "already"),
    ],
)
def test_what_cannot_be_meant_is_refused(arguments: tuple[object, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        cellburst.register_state(*arguments)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="module"):
        cellburst.register_state("mine", int, print, module=3)  # type: ignore[arg-type]


def test_a_state_of_the_notebook_takes_its_functions_along() -> None:
    run(
        "import cellburst, colorsys\n"
        "def read(): return getattr(colorsys, 'mine', None)\n"
        "def write(value): colorsys.mine = value\n"
        "cellburst.register_state('mine', read, write, module='colorsys')\n"
        "cellburst.register_state('mine', read, write, module='colorsys')\n"
        "colorsys.mine = 5\nfunctions, value = sent('registered states'), sent('mine')\n"
        "put('registered states', None)\nassert registry.find('mine') is None\n"
        "del read, write, colorsys.mine\nput('registered states', functions)\nput('mine', value)\n"
        "import colorsys\nassert colorsys.mine == 5 and get('mine') == 5\n"
        "state = registry.find('mine')\nassert state.module == 'colorsys' and get('registered states') == functions\n"
        "put('registered states', functions)\nassert registry.find('mine') is state\n"
    )


LIBRARY = """
import cellburst
units = 'si'
def use(found):
    global units
    units = found or 'si'
cellburst.register_state('units', lambda: None if units == 'si' else units, use, module='measures')
"""


def test_a_state_of_a_library_comes_with_its_import(tmp_path: Path) -> None:
    (tmp_path / "measures.py").write_text(LIBRARY)
    told = run("import measures\nprint(repr(get('registered states')))", tmp_path)
    run(
        f"put('registered states', {told.strip()})\nassert 'measures' not in sys.modules\n"
        "from cellburst.library_state.registered import load_home\nload_home('units')\nimport measures\n"
        "put('units', 'cgs')\nassert measures.units == 'cgs' and get('units') == 'cgs'\n"
        "put('registered states', None)\nassert registry.find('units') is not None\n",
        tmp_path,
    )


def test_the_name_of_a_library_is_not_for_the_notebook(tmp_path: Path) -> None:
    (tmp_path / "measures.py").write_text(LIBRARY)
    run(
        "import measures, cellburst\n"
        "try:\n    cellburst.register_state('units', lambda: 1, print)\n"
        "except cellburst.errors.UsageError as error:\n    assert 'units' in str(error)\n"
        "else:\n    raise AssertionError\n",
        tmp_path,
    )
