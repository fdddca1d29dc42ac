"""Who says which tasks of a search are not worth finishing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optuna.pruners import BasePruner


def make_pruner(name: str) -> BasePruner:
    """The pruner of that name; "" is none."""
    from optuna import pruners

    if name == "asha":
        return pruners.SuccessiveHalvingPruner()
    if name == "median":
        return pruners.MedianPruner()
    if name == "hyperband":
        return pruners.HyperbandPruner()
    return pruners.NopPruner()
