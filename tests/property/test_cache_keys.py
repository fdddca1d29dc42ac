"""Keys of parameters: the same exactly for the same names with the same values of the same types."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cellburst.client.caching.objects import Seen, object_digest
from cellburst.client.caching.params import ParamDigests, point_digests
from cellburst.sweeps.grids import Grid

_ATOMS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.binary(max_size=8)
)
_VALUES = st.recursive(_ATOMS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner))
_PARAMS = st.dictionaries(st.text(min_size=1, max_size=4), _VALUES, max_size=4)


def digest(value: object) -> bytes:
    return object_digest(value, None, Seen())


def told(value: Any) -> Any:
    """The value with its types, so that 1, 1.0 and True are three."""
    if isinstance(value, dict):
        return ("dict", [(told(key), told(item)) for key, item in value.items()])
    if isinstance(value, list):
        return ("list", [told(item) for item in value])
    return type(value).__name__, repr(value)


@given(_PARAMS, _PARAMS)
def test_keys_are_equal_exactly_for_equal_parameters(one: dict[str, Any], other: dict[str, Any]) -> None:
    digests = ParamDigests(digest)
    same = {name: told(value) for name, value in one.items()} == {name: told(value) for name, value in other.items()}
    assert (digests.of(one) == digests.of(other)) == same


@given(_PARAMS, st.randoms())
def test_the_order_of_names_makes_no_difference(params: dict[str, Any], random: Any) -> None:
    names = list(params)
    random.shuffle(names)
    assert ParamDigests(digest).of(params) == ParamDigests(digest).of({name: params[name] for name in names})


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.lists(_VALUES, min_size=1, max_size=3), max_size=3))
def test_a_grid_has_the_keys_of_its_points(axes: dict[str, list[Any]]) -> None:
    grid, digests = Grid(axes), ParamDigests(digest)
    points = [grid[index] for index in range(len(grid))]
    assert point_digests(grid, len(grid), digests) == point_digests(points, len(points), digests)
