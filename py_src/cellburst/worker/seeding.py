"""The random generators of a task: seeded by its own seed, in libraries that are loaded and in those that it loads."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from typing import Any

from cellburst.worker.first_use import Watch

SeedOf = Callable[[], int]
_current: SeedOf | None = None


def seed_task(seed: SeedOf) -> None:
    """A task with a seed of its own starts."""
    global _current
    _current = seed
    if not RANDOM.unused:
        _seed_random()
    if "numpy.random" in sys.modules:
        seed_numpy()
    if "torch" in sys.modules:
        seed_torch()


def leave_unseeded() -> None:
    """A task starts whose generators behave as in the kernel."""
    global _current
    was_seeded, _current = _current is not None, None
    if was_seeded:
        _settle_torch_threads()


def _seed_random() -> None:
    if _current is not None:
        _seed_generator(_current())
        _generator.gauss_next = None


def seed_numpy() -> None:
    """Numpy's global generator; also called when a task is the first to import it."""
    _call("numpy.random", "seed", 0xFFFF_FFFF)


def seed_torch() -> None:
    """Torch's generators and number of threads; also called when a task is the first to import it."""
    _call("torch", "manual_seed", 0xFFFF_FFFF_FFFF_FFFF)
    _settle_torch_threads()


def _settle_torch_threads() -> None:
    if hasattr(sys.modules.get("torch"), "set_num_threads"):
        from cellburst.library_state import torch_

        torch_.settle_threads(alone=_current is None)


def _call(module: str, function: str, mask: int) -> None:
    found: Any = getattr(sys.modules.get(module), function, None)
    if _current is not None and found is not None:
        found(_current() & mask)


_generator: Any = getattr(random, "_inst")  # noqa: B009 - what random.random() and its like are methods of
_seed_generator = super(random.Random, _generator).seed  # random.seed, without its care for other types than int
RANDOM = Watch(random, _seed_random)
"""Seeded when a task is the first to use it, and from then on for every task."""
