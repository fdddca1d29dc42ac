"""Named places to run on: the built-in ones and those of ``targets.toml``."""

from __future__ import annotations

from cellburst.targets.builtin import BUILT_IN, about, has_machines
from cellburst.targets.collection import add, find, known, load, remove
from cellburst.targets.naming import unknown_target
from cellburst.targets.schema import KeyTrouble, changed, make

__all__ = [
    "BUILT_IN",
    "KeyTrouble",
    "about",
    "add",
    "changed",
    "find",
    "has_machines",
    "known",
    "load",
    "make",
    "remove",
    "unknown_target",
]
