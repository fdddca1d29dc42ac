"""The example notebook stays valid, clean and playable."""

from __future__ import annotations

import ast
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from cellburst.cli.demo import notebook

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def book() -> Any:
    return nbformat.read(ROOT / "examples" / "quickstart.ipynb", as_version=4)


def code(book: Any) -> list[Any]:
    return [cell for cell in book.cells if cell.cell_type == "code"]


def test_it_is_a_valid_notebook_without_outputs(book: Any) -> None:
    nbformat.validate(book)
    assert [cell.id for cell in code(book) if cell.outputs or cell.execution_count] == []


def test_every_cell_is_python(book: Any) -> None:
    for cell in code(book):
        body = cell.source.partition("\n")[2] if cell.source.startswith("%%") else cell.source
        ast.parse(TransformerManager().transform_cell(body))


def test_the_sweep_names_every_model_through_a_remote_cell(book: Any) -> None:
    [sweep] = [cell for cell in code(book) if cell.source.startswith("%%remote")]
    line = sweep.source.splitlines()[0]
    assert line.startswith("%%remote local ")
    assert "-p name=" in line


def test_every_code_cell_stands_below_an_explanation(book: Any) -> None:
    kinds = [cell.cell_type for cell in book.cells]
    assert kinds[0] == "markdown"
    assert all(before == "markdown" for before, kind in pairwise(kinds) if kind == "code")


def test_the_demo_finds_and_copies_it(tmp_path: Path) -> None:
    copy = notebook.copy_to(tmp_path / "new" / "folder")
    assert copy.read_bytes() == (ROOT / "examples" / "quickstart.ipynb").read_bytes()


def test_how_to_open_depends_on_where_we_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert notebook.how_to_open(Path("x.ipynb")) == "make lab"
    monkeypatch.chdir(tmp_path)
    assert notebook.how_to_open(Path("x.ipynb")) == "jupyter lab x.ipynb"
