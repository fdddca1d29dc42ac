"""Every example of docs/sweeps.md gives as many tasks as it says, or runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cellburst.magics.cell_line import read_cell_line
from cellburst.settings import Settings
from cellburst.sweeps.build import build

PAGE = Path(__file__).parents[3] / "docs" / "sweeps.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
CELLS = [block for block in BLOCKS if block.startswith("%%remote")]
CODE = [block for block in BLOCKS if not block.startswith("%%remote") and "cellburst.map" not in block]


def names() -> dict[str, Any]:
    return {
        "df": pd.DataFrame({"user": [1, 2, 3], "country": ["de", "fr", "it"]}),
        "limit": 2,
        "files": [f"{number}.txt" for number in range(250)],
    }


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rows.csv").write_text("user,country\n1,de\n2,fr\n")
    Path("sweep.yaml").write_text("parameters: {lr: {min: 0.0, max: 1.0}, epochs: {value: 3}}\n")


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize("cell", CELLS)
def test_cells_have_as_many_tasks_as_it_says(cell: str) -> None:
    first, _, body = cell.partition("\n")
    said = re.search(r"# ([\d,]+) tasks$", body.rstrip())
    assert said is not None
    namespace = names()
    options = read_cell_line(first.removeprefix("%%remote"), namespace).options
    sweep, view = build(options.for_sweep(7, Settings(), namespace))
    assert sweep is not None
    assert view.count == int(said[1].replace(",", ""))
    for index in range(view.count):  # the cell itself, with what its tasks are given
        eval(body.strip(), {**dict.fromkeys(view.names), **sweep[index]})


@pytest.mark.parametrize("code", CODE)
def test_python_runs(code: str) -> None:
    *statements, last = code.strip().split("\n")
    found: dict[str, Any] = {}
    exec("\n".join(statements), found)
    points, everything, some, first = eval(last, found)
    assert (points, everything, some) == (8, 40, 20)
    assert set(first) == {"lr", "depth"}


def test_there_are_examples() -> None:
    assert len(CELLS) >= 11
    assert len(CODE) == 1
