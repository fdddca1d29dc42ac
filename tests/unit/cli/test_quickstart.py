"""The quickstart stays what `cellburst demo` plays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from cellburst.cli.demo import notebook

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def book() -> Any:
    return nbformat.read(ROOT / "examples" / "quickstart.ipynb", as_version=4)


def code(book: Any) -> list[Any]:
    return [cell for cell in book.cells if cell.cell_type == "code"]


def test_the_sweep_names_every_model_through_a_remote_cell(book: Any) -> None:
    [sweep] = [cell for cell in code(book) if cell.source.startswith("%%remote")]
    line = sweep.source.splitlines()[0]
    assert line.startswith("%%remote local ")
    assert "-p name=" in line


def test_the_demo_finds_and_copies_it(tmp_path: Path) -> None:
    copy = notebook.copy_to(tmp_path / "new" / "folder")
    assert copy.read_bytes() == (ROOT / "examples" / "quickstart.ipynb").read_bytes()


def test_how_to_open_depends_on_where_we_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert notebook.how_to_open(Path("x.ipynb")) == "make lab"
    monkeypatch.chdir(tmp_path)
    assert notebook.how_to_open(Path("x.ipynb")) == "jupyter lab x.ipynb"
