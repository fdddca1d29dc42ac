"""JupyterLab's "Run remotely" edits a magic line as Python reads it."""

from __future__ import annotations

import re
from pathlib import Path

from cellburst.cells.shell_magics import Magic, reason_against
from cellburst.magics.syntax import CELL

_SOURCE = Path(__file__).parents[3] / "labextension" / "src" / "model" / "magicLine.ts"
_CELL_MAGICS = [
    # those of IPython
    "bash",
    "capture",
    "code_wrap",
    "debug",
    "file",
    "html",
    "javascript",
    "js",
    "latex",
    "markdown",
    "perl",
    "prun",
    "pypy",
    "python",
    "python2",
    "python3",
    "ruby",
    "script",
    "sh",
    "svg",
    "sx",
    "system",
    "time",
    "timeit",
    "writefile",
]


def test_the_same_options_take_values() -> None:
    assert _list("VALUE_OPTIONS") == [option.name for option in CELL.options if option.read and option.bare is None]


def test_the_same_cell_magics_are_refused() -> None:
    refused = {name for name in _CELL_MAGICS if reason_against(Magic("cell", name, "")) is not None}
    assert set(_list("REFUSED_MAGICS")) == refused


def _list(name: str) -> list[str]:
    found = re.search(rf"export const {name}: readonly string\[\] = \[([^\]]*)\]", _SOURCE.read_text(encoding="utf-8"))
    assert found is not None
    return re.findall(r"'([^']+)'", found[1])
