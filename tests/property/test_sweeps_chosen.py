"""Conditions and samples against the plain way to do them."""

from __future__ import annotations

import itertools
import math
import pickle
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cellburst.errors import SweepError
from cellburst.model.sweep import SweepView
from cellburst.sweeps import ranges
from cellburst.sweeps.base import Points
from cellburst.sweeps.build import build as build_from
from cellburst.sweeps.drawn import SpreadUnits
from cellburst.sweeps.options import SweepOptions
from cellburst.sweeps.permutation import Shuffled, unit

small = st.lists(st.integers(-5, 5), min_size=1, max_size=5)
reals = st.floats(-1e6, 1e6, allow_nan=False)
above = st.floats(1e-9, 1e9)


def build(**options: Any) -> tuple[Points, SweepView]:
    sweep, view = build_from(SweepOptions(**options))
    assert sweep is not None
    return sweep, view


def points(sweep: Points) -> list[dict[str, Any]]:
    return [sweep[index] for index in range(len(sweep))]


def pairs(low: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, Any]]:
    return st.tuples(low, low).map(sorted).map(tuple).filter(lambda pair: pair[0] < pair[1])


any_range = st.one_of(
    pairs(reals).map(lambda pair: ranges.uniform(*pair)),
    pairs(above).map(lambda pair: ranges.loguniform(*pair)),
    pairs(st.integers(-1000, 1000)).map(lambda pair: ranges.randint(*pair)),
    pairs(st.integers(1, 1000)).map(lambda pair: ranges.lograndint(*pair)),
    st.tuples(pairs(st.integers(-50, 50)), st.integers(1, 9)).map(lambda made: ranges.quniform(*made[0], made[1])),
    st.tuples(pairs(st.floats(-50, 50)), st.floats(0.1, 9)).map(lambda made: ranges.quniform(*made[0], made[1])),
    st.lists(st.text(max_size=3), min_size=1, max_size=9).map(ranges.choice),
)


@given(small, small, small, st.integers(-20, 20))
def test_where_is_the_filtered_product(a: list[int], b: list[int], c: list[int], limit: int) -> None:
    wanted = [{"a": x, "b": y, "c": z} for x, y, z in itertools.product(a, b, c) if x * z < limit and x != z]
    options = {"params": {"a": a, "b": b, "c": c}, "where": ("a * c < limit", "a != c"), "namespace": {"limit": limit}}
    if not wanted:
        with pytest.raises(SweepError, match="none of the"):
            build(**options)
        return
    sweep, view = build(**options)
    assert points(sweep) == wanted
    assert view.count == len(wanted)
    assert points(pickle.loads(pickle.dumps(sweep))) == wanted


@given(st.lists(st.sampled_from(["rbf", "poly", "linear"]), min_size=1, max_size=3, unique=True), small, small, small)
def test_parameters_that_only_some_points_have(
    kernels: list[str], gamma: list[int], degree: list[int], c: list[int]
) -> None:
    """Each list without repetitions, so that no two points are equal by themselves."""
    gamma, degree, c = (list(dict.fromkeys(values)) for values in (gamma, degree, c))
    wanted: list[dict[str, Any]] = []
    for x, g, kernel, d in itertools.product(c, gamma, kernels, degree):
        point: dict[str, Any] = {"C": x, "gamma": g, "kernel": kernel, "degree": d}
        if kernel == "linear":
            del point["gamma"]
        if kernel != "poly" or g <= 0:
            del point["degree"]
        if point not in wanted:
            wanted.append(point)
    sweep, view = build(
        params={"C": c, "gamma": gamma, "kernel": kernels, "degree": degree},
        when={"degree": "kernel == 'poly' and gamma > 0", "gamma": "kernel != 'linear'"},
    )
    assert points(sweep) == wanted
    assert view.count == len(wanted)
    assert points(pickle.loads(pickle.dumps(sweep))) == wanted


@given(st.integers(1, 5000), st.integers(0, 2**64))
def test_a_shuffle_is_a_permutation(count: int, key: int) -> None:
    shuffled = Shuffled(count, count, key & (1 << 64) - 1)
    assert sorted(shuffled) == list(range(count))


@given(any_range, st.floats(0, 1, exclude_max=True))
def test_ranges_stay_within_their_bounds(found: ranges.Range, place: float) -> None:
    value, dimension = found.at(place), found.dimension("x")
    if dimension.kind == "choice":
        assert value in found.values
        return
    assert dimension.low <= value <= dimension.high
    if found.values is not None:
        assert value in list(found.values)
        assert len(found.values) == found.size
    assert found.at(0.0) <= value <= found.at(1.0 - 2.0**-53)
    assert pickle.loads(pickle.dumps(found)) == found


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from("abc"), st.one_of(any_range, small), min_size=1),
    st.integers(1, 30),
    st.sampled_from(["random", "lhs", "sobol"]),
    st.integers(0, 2**63),
)
def test_samples_are_repeatable_and_have_no_point_twice(
    params: dict[str, Any], count: int, sampler: str, seed: int
) -> None:
    params = {
        name: list(dict.fromkeys(values)) if isinstance(values, list) else values for name, values in params.items()
    }
    distinct = {name: found.size if isinstance(found, ranges.Range) else len(found) for name, found in params.items()}
    for name, found in params.items():
        if isinstance(found, ranges.Choice):
            params[name] = ranges.choice(list(dict.fromkeys(found.values)))
            distinct[name] = params[name].size
    assume(None in distinct.values() or count <= math.prod(n or 0 for n in distinct.values()) / 2)
    assume(not any(isinstance(found, ranges.LogRandInt) for found in params.values()) or None in distinct.values())
    options = {"params": params, "sample": count, "sampler": sampler, "seed": seed}
    sweep, view = build(**options)
    found_points = points(sweep)
    assert len(found_points) == count == view.count
    assert len({repr(point) for point in found_points}) == count
    assert points(build(**options)[0]) == found_points
    assert points(pickle.loads(pickle.dumps(sweep))) == found_points


@settings(deadline=None)
@given(small, small, st.integers(1, 5), st.sampled_from(["random", "lhs", "sobol"]), st.integers(0, 99))
def test_samples_meet_the_conditions(a: list[int], b: list[int], count: int, sampler: str, seed: int) -> None:
    """Points with a c are as many as one likes, of others there are only so many."""
    params = {"a": list(dict.fromkeys([*a, 1])), "b": list(dict.fromkeys([*b, 2])), "c": ranges.uniform(0, 1)}
    sweep, _ = build(params=params, where=("a < b",), when={"c": "a > 0"}, sample=count, sampler=sampler, seed=seed)
    for point in points(sweep):
        assert point["a"] < point["b"]
        assert ("c" in point) == (point["a"] > 0)


@given(st.integers(1, 300), st.integers(0, 2**64 - 1))
def test_a_latin_hypercube_has_one_point_in_each_part(count: int, key: int) -> None:
    units = SpreadUnits(key, count, 2 * count)
    for block in range(2):
        found = sorted(int(units[block * count + place] * count) for place in range(count))
        assert found == list(range(count))


def test_random_numbers_are_spread_evenly() -> None:
    found = [unit(7, index) for index in range(10_000)]
    assert abs(sum(found) / len(found) - 0.5) < 0.02
    assert all(abs(sum(int(x * 10) == part for x in found) - 1000) < 200 for part in range(10))


def test_what_a_seed_gives_never_changes() -> None:
    """On any machine, with any version of Python or of a library."""
    params = {"lr": ranges.loguniform(1e-5, 1e-1), "depth": ranges.randint(1, 9), "kind": ["a", "b"]}
    assert points(build(params=params, sample=3, seed=7)[0]) == RANDOM
    assert points(build(params=params, sample=3, sampler="lhs", seed=7)[0]) == SPREAD
    grid = {"a": range(1000), "b": range(1000), "c": range(1000)}
    assert points(build(params=grid, sample=2, seed=7)[0]) == OF_A_GRID


RANDOM: list[dict[str, Any]] = [
    {"lr": 0.0001680312832, "depth": 4, "kind": "b"},
    {"lr": 0.00365557096, "depth": 6, "kind": "b"},
    {"lr": 0.002852356833, "depth": 1, "kind": "b"},
]
SPREAD: list[dict[str, Any]] = [
    {"lr": 2.561317291e-05, "depth": 8, "kind": "b"},
    {"lr": 0.00154046466, "depth": 5, "kind": "b"},
    {"lr": 0.03055399138, "depth": 1, "kind": "a"},
]
OF_A_GRID: list[dict[str, Any]] = [{"a": 867, "b": 0, "c": 815}, {"a": 810, "b": 857, "c": 462}]
