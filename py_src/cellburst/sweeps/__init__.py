"""Which variations a run has, and their seeds.

``grid``, ``zipped``, ``table`` and ``each`` make sweeps, ``sample`` takes some points of ranges and lists; ``a * b`` is
every combination, ``a + b`` one after the other; ``.where("lr * depth < 3")``, ``.when(gamma="kernel == 'rbf'")`` and
``.sample(n)`` choose among them. ``cellburst.map(fn, sweep)`` and ``%%remote --over sweep`` take them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cellburst.sweeps.making import each, grid, sample, table, zipped
    from cellburst.sweeps.options import SweepOptions
    from cellburst.sweeps.preview import Preview, describe
    from cellburst.sweeps.ranges import choice, lograndint, loguniform, quniform, randint, uniform

__all__ = [
    "Preview",
    "SweepOptions",
    "choice",
    "describe",
    "each",
    "grid",
    "lograndint",
    "loguniform",
    "quniform",
    "randint",
    "sample",
    "table",
    "uniform",
    "zipped",
]

# imported when first used: a worker needs only what its sweep is made of
_HOMES = {
    **dict.fromkeys(("choice", "lograndint", "loguniform", "quniform", "randint", "uniform"), "ranges"),
    **dict.fromkeys(("each", "grid", "sample", "table", "zipped"), "making"),
    **dict.fromkeys(("Preview", "describe"), "preview"),
    "SweepOptions": "options",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'cellburst.sweeps' has no attribute {name!r}")
    module = import_module(f"cellburst.sweeps.{home}")
    found = globals()[name] = getattr(module, name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
