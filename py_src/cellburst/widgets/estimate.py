"""How long a grid will take, from earlier runs of the same code; what it will cost, where a target has a price."""

from __future__ import annotations

import math

from cellburst.client.machines.experience import Experience, essence, experience
from cellburst.errors import UsageError
from cellburst.paths import Folders
from cellburst.pool.capacity import usable_cores
from cellburst.pricing import Work, load, plan
from cellburst.settings import Settings
from cellburst.targets import find, has_machines

__all__ = ["Experience", "dollars", "essence", "experience", "price_per_hour", "run_seconds", "workers"]


def workers(target: str, parallel: int | None, settings: Settings) -> int:
    """How many tasks run at once on a target, as far as it can be known before."""
    capacity = (settings.workers or usable_cores()) if target == "local" else parallel or 1
    return max(1, min(capacity, parallel or capacity))


def run_seconds(count: int, at_once: int, each: float) -> float:
    """The time of the whole run: full rounds of workers."""
    return math.ceil(count / at_once) * each


def price_per_hour(target: str) -> float | None:
    """Dollars for an hour of one worker of a target; None where it costs nothing or nobody knows."""
    try:
        found = find(target)
        if not has_machines(found):
            return None
        prices = load(found.backend, found.region, Folders.of(Settings.load()).prices)
        planned = plan(found, prices, Work(tasks=0))
    except UsageError:
        return None
    return planned.offers[0].price / planned.workers


def dollars(count: int, each: float, target: str) -> float | None:
    """What the tasks of a run cost; None without a price."""
    price = price_per_hour(target)
    return None if price is None else count * each / 3600 * price
