"""What the notebook has changed of modules, among what travels with a cell."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from types import ModuleType
from typing import Any

from cellburst.cells.describe import describe
from cellburst.cells.names import CellNames
from cellburst.cells.patches import Patched
from cellburst.cells.selection import Need
from cellburst.cells.stores import of_source
from cellburst.errors import CaptureError
from cellburst.model.manifest import InputEntry
from cellburst.payload import places
from cellburst.payload.kinds_objects import ATOMS
from cellburst.payload.steps import children

_BUILTINS = ("builtins", "__builtins__")
_MOST = 2_000  # objects that are looked through for those that a module holds, too


def entry(need: Need) -> InputEntry:
    """That it travels."""
    name = places.spelled(need.name)
    return InputEntry(name, describe(need.value), need.trial.size, "value", "changed in its module")


def left_out(need: Need, reason: str, patched: Patched) -> InputEntry:
    """That it does not: the cell finds what its module has after an import."""
    name = places.spelled(need.name)
    warning = "" if need.name in patched.optional else f"{name} is as after its import in the cell: {reason}"
    return InputEntry(name, describe(need.value), None, "skipped", f"cannot travel: {reason}", warning)


def matters(need: Need, names: CellNames, namespace: Mapping[str, Any], patched: Patched) -> bool:
    """Whether the cell itself names the module or class that it is in, so that it may depend on it."""
    if need.name in patched.optional:
        return False
    module, _, path = need.name.partition(":")
    last = path.rpartition(".")[2]
    read = {name for name in names.reads if _is_of(namespace.get(name), module)}
    return bool(last in names.attributes and (read or module in names.imports))


def _is_of(value: object, module: str) -> bool:
    if isinstance(value, ModuleType):
        name = value.__name__
        return name == module or module.startswith(f"{name}.")
    return getattr(value, "__module__", None) == module


def lost(patched: Patched, modules: Collection[str]) -> Iterator[Exception]:
    """Refusals for modules that the cell reads and whose imported version nobody has any more."""
    for name in patched.lost:
        if name in modules:
            yield CaptureError(
                f"the file of {name} was edited after it was imported, and what was imported is not to be found: "
                f"run importlib.reload({name}), so that the cell finds the same as this notebook"
            )


def builtins_made(source: str) -> set[str]:
    """Names that the cell itself adds to the builtins."""
    if "builtins" not in source:
        return set()
    return {chain[1] for chain in of_source(source).attributes if len(chain) == 2 and chain[0] in _BUILTINS}


def completed(inputs: dict[str, object], patched: Patched) -> dict[str, object]:
    """All inputs: also what comes before them, and what local modules hold that the cell gets another way, too."""
    absent = {place[1:] for place in patched.values if place.startswith(":") and place not in inputs}
    kept = {name: value for name, value in inputs.items() if name.partition(":")[0] not in absent or ":" not in name}
    return {**patched.inputs(), **kept, **_also_held(patched, kept)}


def _also_held(patched: Patched, inputs: Mapping[str, object]) -> dict[str, object]:
    if not patched.aliased:
        return {}
    found: dict[str, object] = {}
    seen: set[int] = set()
    waiting: list[Any] = [value for name, value in inputs.items() if not isinstance(value, ModuleType)]
    while waiting and len(seen) < _MOST:
        value = waiting.pop()
        if id(value) in seen or type(value) in ATOMS:
            continue
        seen.add(id(value))
        known = patched.aliased.get(id(value))
        if known is not None:
            found[known[0]] = known[1]
        waiting.extend(part for _, part in islice(children(value), _MOST))
    return found
