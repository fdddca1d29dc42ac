"""How a run's tasks are decided while it goes on: by a search for the best parameters, or until enough is known."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct


class Dimension(Struct, frozen=True):
    """One parameter of a search.

    "float" and "int" lie between ``low`` and ``high`` (both included), in steps of ``step`` if there is one, or
    evenly in their logarithm with ``log``. "choice" is one of ``choices``, as shown; a task is given its place.
    Unless ``when`` is empty, it exists only for points whose earlier parameters make that expression true.
    """

    name: str
    kind: Literal["float", "int", "choice"]
    low: float = 0.0
    high: float = 0.0
    step: float | None = None
    log: bool = False
    choices: tuple[Any, ...] = ()
    when: str = ""


class Search(Struct, frozen=True, tag="search"):
    """Points that earlier ones suggest. ``metric`` names what is to become small or large.

    ``sampler`` and ``pruner`` are names that the command line knows; ``trials`` is how many points there will be.
    """

    sampler: str
    trials: int
    metric: str
    direction: Literal["minimize", "maximize"]
    space: tuple[Dimension, ...] = ()
    pruner: str = ""


class Until(Struct, frozen=True, tag="until"):
    """Copies with other seeds until ``condition`` on what they gave is true, ``most`` of them at most."""

    condition: str
    most: int
    metric: str = ""
    least: int = 0
