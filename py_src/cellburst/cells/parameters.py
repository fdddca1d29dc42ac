"""Whether a cell uses the parameters that its sweep gives it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from types import CodeType

from cellburst.cells.names import CellNames


def unused(names: CellNames, codes: Collection[CodeType], parameters: Iterable[str]) -> list[str]:
    """A sentence for each of ``parameters`` that makes no difference to the cell with these ``names``.

    ``codes`` are notebook functions that go with the cell. Nothing is said of cells that may read any name.
    """
    if names.any_name or names.by_name or names.unknown or "params" in names.attributes:
        return []
    read_by_functions = {name for code in codes for name in _names(code)}
    found = []
    for name in parameters:
        if name in names.reads or name in read_by_functions:
            continue
        if name in names.assigns:
            found.append(
                f"the cell sets {name} itself before it reads it, so its values in the sweep make no difference"
            )
        else:
            found.append(f"the cell never reads the parameter {name}")
    return found


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _names(const)
