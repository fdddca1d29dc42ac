"""Every example is clean, explained, and runs from its first cell to its last."""

from __future__ import annotations

import ast
import shutil
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.ipynb"))
EVERY = pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)


def code(book: Any) -> list[Any]:
    return [cell for cell in book.cells if cell.cell_type == "code"]


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 6


@EVERY
def test_it_is_a_valid_notebook_without_outputs(path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    assert [cell.id for cell in code(book) if cell.outputs or cell.execution_count] == []


@EVERY
def test_every_cell_is_python_below_an_explanation(path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    kinds = [cell.cell_type for cell in book.cells]
    assert kinds[0] == "markdown"
    assert all(before == "markdown" for before, kind in pairwise(kinds) if kind == "code")
    for cell in code(book):
        body = cell.source.partition("\n")[2] if cell.source.startswith("%%") else cell.source
        ast.parse(TransformerManager().transform_cell(body))


@EVERY
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_it_runs(path: Path, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path)
    book = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory(prefix="cbk-") as sockets:  # ports might be taken meanwhile by another
        manager = AsyncKernelManager(
            kernel_name="python3", transport="ipc", connection_file=str(Path(sockets) / "kernel.json")
        )
        NotebookClient(book, manager, timeout=240, resources={"metadata": {"path": str(tmp_path)}}).execute(
            cleanup_kc=True  # it is ours
        )
    said = [output for cell in code(book) for output in cell.outputs if output.get("name") == "stderr"]
    assert said == []
