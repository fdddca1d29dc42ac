"""Reading notebooks: what is run, what is skipped, and how many."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.fidelity.notebooks import find, lacking, limited, read


def notebook(folder: Path, name: str, *cells: Any, **metadata: Any) -> Path:
    """Write a notebook; a cell is a source, or a source with tags."""
    made = [
        {"cell_type": "code", "source": source, "metadata": {"tags": tags}, "outputs": [], "execution_count": None}
        for source, tags in ((cell, []) if isinstance(cell, str) else cell for cell in cells)
    ]
    path = folder / f"{name}.ipynb"
    path.write_text(json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}))
    return path


def test_only_code_cells_with_code_are_run(tmp_path: Path) -> None:
    path = notebook(tmp_path, "a", "x = 1", "  \n", ["y", ["python>=99.0"]], ["z", ["needs:json", "other"]])
    book = read(path)
    assert [(cell.number, cell.source) for cell in book.runnable] == [(1, "x = 1"), (3, "z")]
    assert [cell.skipped for cell in book.cells if cell.skipped] == ["it is for python>=99.0"]


def test_a_notebook_says_what_it_needs(tmp_path: Path) -> None:
    assert read(notebook(tmp_path, "a", "x", cellburst={"requires": ["json"]})).runnable
    skipped = read(notebook(tmp_path, "b", "x", cellburst={"requires": ["json", "no_such_thing"]}))
    assert (skipped.runnable, skipped.skipped) == ([], "no_such_thing is not installed")


def test_tags() -> None:
    here = f"python>={sys.version_info[0]}.{sys.version_info[1]}"
    assert lacking([here]) == ""
    assert lacking([here.replace(">=", "<")]) != ""
    assert lacking(["needs:no_such_thing"]) == "no_such_thing is not installed"


def test_finding_and_limiting(tmp_path: Path) -> None:
    (tmp_path / "in" / ".ipynb_checkpoints").mkdir(parents=True)
    notebook(tmp_path / "in" / ".ipynb_checkpoints", "x", "1")
    paths = [notebook(tmp_path, "b", "1", "2"), notebook(tmp_path / "in", "a", "1", "2", "3")]
    assert find([tmp_path]) == paths
    assert find([paths[1]]) == [paths[1]]
    books = limited([read(path) for path in paths], 3)
    assert [len(book.runnable) for book in books] == [2, 1]
    assert [len(book.runnable) for book in limited([read(path) for path in paths], None)] == [2, 3]
