"""Watching how a module is executed, also where somebody executes it in another way."""

from __future__ import annotations

import importlib.util
from functools import partial
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from cellburst.cells.loaders import execute_by, watch


def watched(path: Path, said: list[str], *names: str) -> ModuleSpec:
    """The spec of a file, watched by each of these, the last outermost."""
    spec = importlib.util.spec_from_file_location("watched_module", path)
    assert spec is not None

    def around(name: str, real: Any, module: ModuleType) -> None:
        said.append(f"{name} begins")
        real.exec_module(module)
        said.append(f"{name} ends with {module.value}")

    for name in names:
        watch(spec, partial(around, name))
    return spec


@pytest.mark.parametrize("names", [(), ("one",), ("inner", "outer")])
def test_whoever_watches_notices_every_way_of_execution(tmp_path: Path, names: tuple[str, ...]) -> None:
    path = tmp_path / "watched_module.py"
    path.write_text("value = 'on disk'\n")
    for by, value in ((None, "on disk"), (lambda module: vars(module).update(value="given"), "given")):
        said: list[str] = []
        spec = watched(path, said, *names)
        module = importlib.util.module_from_spec(spec)
        assert spec.loader is not None
        if by is None:
            spec.loader.exec_module(module)
        else:
            execute_by(spec.loader, module, by)
        assert module.value == value
        ends = [f"{name} ends with {value}" for name in names]
        assert said == [f"{name} begins" for name in reversed(names)] + ends
        assert type(module.__loader__) is SourceFileLoader
        assert type(module.__spec__.loader) is SourceFileLoader
