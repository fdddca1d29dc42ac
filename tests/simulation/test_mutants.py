"""The simulation finds each mistake that is planted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.simulation.mutants import MUTANTS
from tests.simulation.world import Broken, World

MOST = 1000


def first_broken(most: int) -> int | None:
    for seed in range(most):
        try:
            World(seed).run()
        except Broken:
            return seed
    return None


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("plant", MUTANTS, ids=lambda plant: plant.__name__)
def test_a_planted_mistake_is_found(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    assert first_broken(MOST) is not None
