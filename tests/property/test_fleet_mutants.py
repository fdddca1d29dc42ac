"""Mistakes that the schedules of test_fleet_schedules.py have to notice, each within some seeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cellburst.fleet import answering, core, deciding, facts, launching, money, watching
from tests.property.test_fleet_schedules import LONG, check, world_of

pytestmark = pytest.mark.slow
_SEEDS = 150


def _believes_silence(patch: pytest.MonkeyPatch) -> None:
    """No answer is taken as "not launched"."""

    def unanswered(served: Any, fact: facts.Unanswered, now: float) -> None:
        if fact.token in served.calls:
            launching.park(served, served.calls[fact.token], "no answer")

    patch.setattr(answering, "unanswered", unanswered)


def _forgets_promises(patch: pytest.MonkeyPatch) -> None:
    """Money that live machines may still cost counts as not spent."""
    patch.setattr(money, "spent", lambda plan, machines: sum(m.cost(m.ended or 0.0) for m in machines if not m.live))


def _asks_first(patch: pytest.MonkeyPatch) -> None:
    """EC2 is asked before the intent is committed."""
    step = deciding.step

    def hasty(served: Any, now: float, new_token: Any) -> list[Any]:
        effects = step(served, now, new_token)
        for call in list(served.calls.values()):
            if call.state is launching.CallState.INTENT:
                effects.append(launching._send(served, call, now))
        return effects

    patch.setattr(deciding, "step", hasty)


def _takes_all_for_ours(patch: pytest.MonkeyPatch) -> None:
    """What has our tag and no known run is ended, whatever its deadline."""
    forgotten: Callable[..., bool] = lambda self, each, now: each.tags.get(core.names.RUN) not in self.runs  # noqa: E731
    patch.setattr(core.Core, "_forgotten", forgotten)


def _replaces_at_once(patch: pytest.MonkeyPatch) -> None:
    """A machine that EC2 does not show in this moment counts as gone."""
    patch.setattr(watching, "ABSENT", 0.0)


@pytest.mark.parametrize(
    ("mutate", "first"),
    [
        (_believes_silence, 0),
        (_forgets_promises, 140),  # one schedule in twenty notices it
        (_asks_first, 30),
        (_takes_all_for_ours, 0),
        (_replaces_at_once, 0),
    ],
)
def test_a_mistake_is_noticed(
    mutate: Callable[[pytest.MonkeyPatch], None], first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutate(monkeypatch)
    for seed in range(first, first + _SEEDS):
        world = world_of(seed)
        try:
            world.go(LONG)
            check(world)
        except AssertionError:
            return
    pytest.fail(f"{_SEEDS} schedules did not notice")
