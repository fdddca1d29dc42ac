"""Parameters of notebooks."""

from __future__ import annotations

import ast
import math
from typing import Any

import pytest

from cellburst.commands.injection import inject, unknown
from cellburst.errors import UsageError


def book(*cells: tuple[str, list[str]], language: str = "python") -> dict[str, Any]:
    made = [
        {"cell_type": "code", "metadata": {"tags": tags}, "source": source, "outputs": []} for source, tags in cells
    ]
    return {"cells": made, "metadata": {"kernelspec": {"language": language}}, "nbformat": 4, "nbformat_minor": 5}


def sources(notebook: dict[str, Any]) -> list[str]:
    return [cell["source"] for cell in notebook["cells"]]


def test_parameters_come_after_the_tagged_cell() -> None:
    found = inject(book(("import x", []), ("n = 1", ["parameters"]), ("n", [])), {"n": 3})
    assert sources(found) == ["import x", "n = 1", "# Parameters\nn = 3", "n"]
    assert found["cells"][2]["metadata"]["tags"] == ["injected-parameters"]


def test_without_a_tagged_cell_they_come_first() -> None:
    assert sources(inject(book(("n", [])), {"n": 3})) == ["# Parameters\nn = 3", "n"]


def test_those_of_an_earlier_run_are_replaced() -> None:
    before = inject(book(("n = 1", ["parameters"]), ("n", [])), {"n": 3})
    assert sources(inject(before, {"n": 4})) == ["n = 1", "# Parameters\nn = 4", "n"]
    assert sources(inject(before, {})) == ["n = 1", "n"]


def test_python_reads_back_what_was_written() -> None:
    params = {"a": [1, 2.5, None], "b": {"x y": True}, "c": "it's \\ \n", "d": -3}
    [injected] = inject(book(), params)["cells"]
    tree = ast.parse(injected["source"])
    assert {node.targets[0].id: ast.literal_eval(node.value) for node in tree.body} == params  # type: ignore[attr-defined]


def test_numbers_that_are_none_are_written() -> None:
    [injected] = inject(book(), {"a": math.inf, "b": math.nan})["cells"]
    namespace: dict[str, Any] = {}
    exec(injected["source"], namespace)
    assert namespace["a"] == math.inf
    assert math.isnan(namespace["b"])


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("R", ["n <- 3L", 's <- "a\\"b"', "x <- c(1L, 2L)", "y <- NULL", "t <- TRUE", 'm <- list(1L, "a")']),
        ("julia", ["n = 3", 's = "a\\"b"', "x = [1, 2]", "y = nothing", "t = true", 'm = [1, "a"]']),
    ],
)
def test_other_languages(language: str, lines: list[str]) -> None:
    params = {"n": 3, "s": 'a"b', "x": [1, 2], "y": None, "t": True, "m": [1, "a"]}
    [injected] = inject(book(language=language), params)["cells"]
    assert injected["source"].splitlines()[1:] == lines


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(UsageError, match="x: a value of type object cannot be written"):
        inject(book(), {"x": object()})
    with pytest.raises(UsageError, match="notebooks in julia, python, r, and this one is in scala"):
        inject(book(language="scala"), {"x": 1})


def test_a_parameter_without_a_default_is_said() -> None:
    assert unknown(book(("n = 1\nm = 2", ["parameters"])), ("n", "k")) == ["the notebook's parameters have no k: m, n"]
    assert unknown(book(("n = 1", [])), ("n",)) == [
        "the notebook has no cell with the tag 'parameters'; its parameters are set before its first cell"
    ]
    assert unknown(book(("%magic\nn = 1", ["parameters"])), ("k",)) == []
    assert unknown(book(("n", [])), ()) == []
