"""Whole runs in a simulated world: the same seeds each time, and some that nobody has tried."""

from __future__ import annotations

import os

import pytest

from tests.simulation.world import World

FIXED = 200
NEW = 50
_CHUNK = 10


def tried(seeds: range) -> None:
    for seed in seeds:
        try:
            World(seed).run()
        except Exception as error:
            pytest.fail(f"seed {seed}: {error}\n  python -m tests.simulation --first {seed} --seeds 1")


@pytest.mark.parametrize("first", range(0, FIXED, _CHUNK))
def test_promises_hold_in_worlds_that_are_known(first: int) -> None:
    tried(range(first, first + _CHUNK))


@pytest.mark.parametrize("nth", range(0, NEW, _CHUNK))
def test_promises_hold_in_worlds_that_are_new(nth: int) -> None:
    first = int.from_bytes(os.urandom(4), "big") + 1_000_000
    tried(range(first, first + _CHUNK))
