"""Whatever fails, at whichever call: no machine outlives its deadline, none is launched twice, nobody else's is
touched, and what was printed before the run is not exceeded."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.property.fleet_parts import BOUNDARIES, Trouble, a_plan
from tests.property.fleet_world import World

LONG = 24 * 3600.0


def world_of(seed: int) -> World:
    """Every seed has a fault for certain, at a call that many of them reach, and others by chance."""
    rng = random.Random(seed)
    plan = a_plan(rng)
    trouble = Trouble(
        refused=rng.choice((0.0, 0.05, 0.2)),
        unanswered=rng.choice((0.0, 0.05, 0.2)),
        dead_on_arrival=rng.choice((0.0, 0.05, 0.3)),
        frozen=rng.choice((0.0, 0.02)),
        reclaimed=rng.choice((0.0, 0.3)),
        killed=rng.choice((0.0, 0.02)),
        at_call=rng.choice((*range(1, 16), rng.randint(16, 200))),
        at_what=BOUNDARIES[seed % len(BOUNDARIES)],
        destroyed=0.002 if rng.random() < 0.1 else None,
    )
    world = World(seed, plan, rng.randint(1, 40), trouble, task_seconds=rng.choice((10.0, 60.0, 300.0)))
    if rng.random() < 0.15:
        world.later(rng.uniform(0, 600), world.cancel)
    return world


def check(world: World) -> None:
    plan, said = world.plan, f"seed {world.seed}"
    for each in world.servers:
        assert each.ended is not None, f"{said}: {each.id} is alive"
        assert each.ended <= each.deadline + 60, f"{said}: {each.id} lived past its deadline"
    assert not {each.id for each in world.foreign} & set(world.ended_by_us), f"{said}: a foreign machine was ended"
    dearest = max(offer.dearest for offer in plan.offers)
    assert world.cost() <= plan.worst + dearest * 60 / 3600, f"{said}: {world.cost()} of {plan.worst}"
    assert world.most_alive <= plan.machines, f"{said}: {world.most_alive} machines of {plan.machines}"
    if not world.destroyed:
        assert world.finished, f"{said}: not over, {world.core.runs}"
        assert set(world.tasks.values()) <= {"done", "given up"}, f"{said}: tasks wait"
        known = {machine.id for machine in world.store.values()}
        ended = {each.id for each in world.servers if each.id not in known}
        assert ended <= set(world.ended_by_us), f"{said}: machines that nobody knew of"


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_500_schedules_with_a_fault_at_a_call_boundary(block: int) -> None:
    for seed in range(block * 50, block * 50 + 50):
        world = world_of(seed)
        world.go(LONG)
        check(world)


@pytest.mark.slow
@given(st.integers(min_value=1000, max_value=2**32))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_schedule(seed: int) -> None:
    world = world_of(seed)
    world.go(LONG)
    check(world)


def test_without_faults_everything_is_done_by_as_few_calls_as_there_are_batches() -> None:
    plan = a_plan(random.Random(3))
    world = World(3, plan, 30, Trouble(0, 0, 0, 0, 0, 0))
    world.go(LONG)
    check(world)
    assert set(world.tasks.values()) == {"done"}
    assert len(world.servers) == len({each.token for each in world.servers}) or len(world.servers) >= plan.machines
