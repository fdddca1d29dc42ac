"""Sweeps against itertools, seeds against numpy."""

from __future__ import annotations

import itertools
import string
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cellburst.errors import SweepError
from cellburst.model.sweep import SweepView
from cellburst.sweeps.base import Points
from cellburst.sweeps.build import build as build_from
from cellburst.sweeps.options import SweepOptions
from cellburst.sweeps.seeds import task_seed

names = st.text(string.ascii_lowercase, min_size=1, max_size=3).filter(
    lambda name: name not in {"as", "if", "in", "is", "or"}
)
names = names.filter(lambda name: name not in {"and", "def", "del", "for", "not", "try"})
scalars = st.one_of(st.integers(-(2**63), 2**63 - 1), st.booleans(), st.none(), st.text(max_size=5))
grids = st.dictionaries(names, st.lists(scalars, min_size=1, max_size=4), min_size=1, max_size=4)
seeds = st.one_of(st.integers(0, 2**64), st.integers(0, 2**300))


def build(
    params: dict[Any, Any], over: object = None, parallel: int | None = None, **options: Any
) -> tuple[Points | None, SweepView]:
    return build_from(SweepOptions(params=params, over=over, parallel=parallel, **options))


@given(grids)
def test_a_grid_is_the_product_with_the_last_axis_fastest(params: dict[str, list[Any]]) -> None:
    sweep, view = build(params)
    assert sweep is not None
    wanted = [dict(zip(params, row, strict=True)) for row in itertools.product(*params.values())]
    assert [sweep[index] for index in range(len(sweep))] == wanted
    assert view.count == len(wanted)
    assert view.names == tuple(params)
    assert [set(view.params(index)) for index in range(len(wanted))] == [set(params)] * len(wanted)


@given(grids, st.lists(st.tuples(scalars, scalars), min_size=1, max_size=4))
def test_rows_and_a_grid_are_their_product(params: dict[str, list[Any]], pairs: list[tuple[Any, Any]]) -> None:
    over = [{"left_row": left, "right_row": right} for left, right in pairs]
    sweep, view = build(params, over)
    grid, _ = build(params)
    assert sweep is not None
    assert grid is not None
    wanted = [{**row, **grid[index]} for row in over for index in range(len(grid))]
    assert [sweep[index] for index in range(len(sweep))] == wanted
    assert len(view.rows) == view.count == len(wanted)


@given(st.dictionaries(st.text(max_size=4), st.one_of(scalars, st.lists(scalars, max_size=3)), max_size=3), scalars)
def test_anything_gives_a_sweep_or_one_clear_line(params: dict[str, Any], over: Any) -> None:
    try:
        sweep, view = build(params, over)
    except SweepError as error:
        said = str(error)
    else:
        assert view.count == (1 if sweep is None else len(sweep)) >= 1
        return
    assert said.startswith("-")
    assert "\n" not in said


@settings(deadline=None)
@given(seeds, st.integers(0, 2**70))
def test_seeds_are_numpys(run_seed: int, index: int) -> None:
    sequence = np.random.SeedSequence(run_seed, spawn_key=(index,))
    assert task_seed(run_seed, index) == int(sequence.generate_state(1, np.uint64)[0])


@settings(deadline=None, max_examples=20)
@given(seeds, st.integers(0, 1000), st.integers(0, 50))
def test_the_seeds_of_a_run_are_those_that_numpy_spawns(run_seed: int, start: int, count: int) -> None:
    found = [task_seed(run_seed, index) for index in range(start, start + count)]
    assert len(set(found)) == count
    spawned = np.random.SeedSequence(run_seed, n_children_spawned=start).spawn(count)
    assert found == [int(child.generate_state(1, np.uint64)[0]) for child in spawned]
