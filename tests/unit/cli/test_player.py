"""The player executes any notebook in a real kernel of this interpreter."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from cellburst.cli.demo.player import play
from cellburst.cli.demo.screen import PlainScreen
from cellburst.errors import RunError


def write(path: Path, *cells: object) -> Path:
    nbformat.write(new_notebook(cells=list(cells)), path)
    return path


@pytest.mark.timeout(120)
def test_it_shows_headings_and_tagged_cells_and_saves_every_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tagged = new_code_cell("import sys\nprint(sys.executable)\n6 * 7", metadata={"tags": ["terminal"]})
    path = write(tmp_path / "book.ipynb", new_markdown_cell("## A part\ntext"), tagged, new_code_cell("'kept'"))
    play(path, PlainScreen())
    said = capsys.readouterr().out
    assert "== A part" in said
    assert sys.executable in said
    assert "42" in said
    assert "kept" not in said
    assert "kept" in path.read_text()


@pytest.mark.timeout(120)
def test_a_cell_that_fails_is_named_and_its_outputs_are_saved(tmp_path: Path) -> None:
    path = write(tmp_path / "book.ipynb", new_code_cell("print('before')\n1 / 0"))
    with pytest.raises(RunError, match=r"book\.ipynb failed: ZeroDivisionError: division by zero"):
        play(path, PlainScreen())
    assert "before" in path.read_text()
