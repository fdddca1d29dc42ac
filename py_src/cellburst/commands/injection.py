"""Parameters of a notebook: a cell tagged ``parameters`` has the defaults, and what a task is given comes after it.

The convention is papermill's, <https://papermill.readthedocs.io/en/latest/usage-parameterize.html>.
"""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from cellburst.errors import UsageError

PARAMETERS = "parameters"
INJECTED = "injected-parameters"

Notebook = dict[str, Any]


def inject(notebook: Notebook, params: Mapping[str, Any]) -> Notebook:
    """The notebook with a cell that assigns ``params``; one that an earlier run has put there is replaced.

    Raises UsageError for a language or a value that cannot be written down.
    """
    cells = [cell for cell in notebook["cells"] if INJECTED not in _tags(cell)]
    if params:
        place = next((number for number, cell in enumerate(cells, 1) if PARAMETERS in _tags(cell)), 0)
        cells.insert(place, _cell(notebook, _assignments(_language(notebook), params)))
    return {**notebook, "cells": cells}


def unknown(notebook: Notebook, names: tuple[str, ...]) -> list[str]:
    """What to warn of: parameters that the notebook's own cell of defaults does not assign."""
    tagged = [cell for cell in notebook["cells"] if PARAMETERS in _tags(cell)]
    if not tagged:
        said = "the notebook has no cell with the tag 'parameters'"
        return [f"{said}; its parameters are set before its first cell"] if names else []
    if _language(notebook) != "python":
        return []
    try:
        tree = ast.parse(_source(tagged[0]))
    except SyntaxError:
        return []  # magics and the like
    assigned = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return [
        f"the notebook's parameters have no {name}: {', '.join(sorted(assigned))}"
        for name in names
        if name not in assigned
    ]


def _cell(notebook: Notebook, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"tags": [INJECTED]},
        "outputs": [],
        "source": source,
    }
    if (notebook.get("nbformat", 4), notebook.get("nbformat_minor", 0)) >= (4, 5):
        cell["id"] = INJECTED
    return cell


def _tags(cell: Mapping[str, Any]) -> list[str]:
    found = cell.get("metadata", {}).get("tags", [])
    return found if cell.get("cell_type") == "code" and isinstance(found, list) else []


def _source(cell: Mapping[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _language(notebook: Notebook) -> str:
    metadata = notebook.get("metadata", {})
    said = metadata.get("kernelspec", {}).get("language") or metadata.get("language_info", {}).get("name") or "python"
    return str(said).lower()


def _assignments(language: str, params: Mapping[str, Any]) -> str:
    if language not in _WRITERS:
        raise UsageError(
            f"parameters can be given to notebooks in {', '.join(sorted(_WRITERS))}, and this one is in {language}"
        )
    sign, write, comment = _WRITERS[language]
    lines = [f"{comment} Parameters"]
    for name, value in params.items():
        try:
            lines.append(f"{name} {sign} {write(_simple(value))}")
        except TypeError as error:
            raise UsageError(
                f"{name}: {error} cannot be written into a notebook; give it a number, a text or a list"
            ) from None
    return "\n".join(lines)


def _simple(value: Any) -> Any:
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "ndim", None) == 0:
        value = item()
    if isinstance(value, (list, tuple)):
        return [_simple(part) for part in value]
    if isinstance(value, dict) and all(isinstance(name, str) for name in value):
        return {name: _simple(part) for name, part in value.items()}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"a value of type {type(value).__name__}")


def _python(value: Any) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, list):
        return f"[{', '.join(map(_python, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name!r}: {_python(part)}" for name, part in value.items()) + "}"
    return repr(value)


def _r(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Inf" if value > 0 else "-Inf")
    if isinstance(value, int):
        return f"{value}L" if abs(value) < 1 << 31 else str(value)
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, list):
        kinds = {type(part) for part in value}
        return f"{'c' if len(kinds) == 1 and not kinds & {list, dict} else 'list'}({', '.join(map(_r, value))})"
    if isinstance(value, dict):
        return "list(" + ", ".join(f"`{name}` = {_r(part)}" for name, part in value.items()) + ")"
    return str(value)


def _julia(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Inf" if value > 0 else "-Inf")
    if isinstance(value, str):
        return json.dumps(value).replace("$", "\\$")
    if isinstance(value, list):
        return f"[{', '.join(map(_julia, value))}]"
    if isinstance(value, dict):
        return "Dict(" + ", ".join(f"{_julia(name)} => {_julia(part)}" for name, part in value.items()) + ")"
    return str(value)


_WRITERS: dict[str, tuple[str, Callable[[Any], str], str]] = {
    "python": ("=", _python, "#"),
    "r": ("<-", _r, "#"),
    "julia": ("=", _julia, "#"),
}
