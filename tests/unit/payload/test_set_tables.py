"""Sets iterate on the other side as they do here."""

from __future__ import annotations

import copy
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from cellburst.payload import set_tables
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.classify import KINDS
from cellburst.payload.pickling import pack, unpack
from cellburst.settings import Settings


def shrunk() -> set[Any]:
    """In a table for many more."""
    found = {(row, column) for row in range(20) for column in range(20)}
    for member in list(found):
        if sum(member) % 7:
            found.discard(member)
    return found


def collided() -> set[Any]:
    """A member that had to go elsewhere."""
    found = {0, 8, 16}
    found.discard(0)
    found.discard(8)
    found.add(3)
    return found


def copied() -> set[Any]:
    """Copies get a table of another size."""
    return {33, 2, 5, 16, 17}.copy()


def presized() -> set[Any]:
    """From a dictionary, in one step."""
    return set(dict.fromkeys([17, 1, 9, 33, 65, -3, 1 << 40, 129]))


HISTORIES: tuple[Callable[[], set[Any]], ...] = (shrunk, collided, copied, presized)


class Holder:
    """Has a set."""


@pytest.fixture
def there(tmp_path: Path) -> Callable[[Any], Any]:
    """What arrives on the other side."""
    blobs = BlobFolder(tmp_path / "blobs")
    return lambda value: unpack(pack(value, blobs, Settings()), blobs)


@pytest.mark.parametrize("make", HISTORIES)
def test_the_order_arrives(make: Callable[[], set[Any]], there: Callable[[Any], Any]) -> None:
    found = make()
    assert list(set(iter(found))) != list(found), "the test is for sets that pickle gives another order"
    arrived = there(found)
    assert arrived == found
    assert list(arrived) == list(found)
    assert arrived.__sizeof__() == found.__sizeof__()


def test_the_order_arrives_inside_others(there: Callable[[Any], Any]) -> None:
    holder = Holder()
    holder.alive = shrunk()  # type: ignore[attr-defined]
    value = {"holder": holder, "list": [collided(), holder.alive]}  # type: ignore[attr-defined]
    arrived = there(value)
    assert arrived["list"][1] is arrived["holder"].alive
    assert list(arrived["holder"].alive) == list(holder.alive)  # type: ignore[attr-defined]
    assert list(arrived["list"][0]) == list(collided())


@pytest.mark.parametrize("make", HISTORIES)
def test_a_set_that_is_changed_in_place_has_the_order(make: Callable[[], set[Any]]) -> None:
    far, here = make(), {(1, 2), "gone"}
    content = copy.deepcopy(KINDS["set"].content(far, None))
    KINDS["set"].replace(here, content)
    assert here == far
    assert list(here) == list(far)


def test_another_order_of_the_same_members_is_a_change() -> None:
    found = {0, 8, 16}
    kind = KINDS["set"]
    frozen = kind.freeze(found, None)  # type: ignore[arg-type]
    assert kind.same(frozen, found, None)  # type: ignore[arg-type]
    found.clear()
    found.update([16, 8, 0])
    assert list(found) != [0, 8, 16]
    assert not kind.same(frozen, found, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "found",
    [set(), {1}, {3, 1, 2}, {"a", 1}, {(1, "a"), (2, "b")}, {float("nan"), 1}, {Fraction(1, 3), 2}],
    ids=["empty", "one", "numbers", "texts", "pairs with texts", "not a number", "fractions"],
)
def test_no_recipe_where_none_is_needed_or_possible(found: set[Any]) -> None:
    assert set_tables.recipe_for(found) is None


def test_huge_sets_are_left() -> None:
    found = set(range(0, 10 * set_tables.MOST, 7))
    assert set_tables.recipe_for(found.union([1])) is None


def test_members_that_are_others_here_are_left_as_they_are() -> None:
    recipe = set_tables.recipe_for(shrunk())
    assert recipe is not None
    found = {1, 2, 3}
    set_tables.arrange(found, recipe)
    assert found == {1, 2, 3}


def test_members_that_are_the_numbers_used_for_room() -> None:
    found = set(range(set_tables._PADDING, set_tables._PADDING + 300))
    for number in list(found)[7:]:
        found.discard(number)
    made = set(iter(found))
    recipe = set_tables.recipe_for(found)
    if recipe is not None:
        set_tables.arrange(made, recipe)
    assert made == found


def test_frozen_sets_arrive_in_order(there: Callable[[Any], Any]) -> None:
    frozen, other = frozenset({33, 2, 5, 16, 17}), frozenset({(1, 2), (3, 4)})
    assert list(frozenset(iter(frozen))) != list(frozen), "the test is for one that pickle gives another order"
    inside = {frozen: "key", "again": [frozen, other]}
    value = {"first": frozen, "box": inside, "set": {frozen, (2, 3)}, "last": [1, "text", other], "sets": shrunk()}
    arrived = there(value)
    assert arrived == value
    assert arrived["first"] is arrived["box"]["again"][0] is next(iter(arrived["box"]))
    assert arrived["box"]["again"][1] is arrived["last"][2]
    assert list(arrived["first"]) == list(frozen)
    assert list(arrived["sets"]) == list(shrunk())
    assert list(there(frozen)) == list(frozen)
    assert list(there((frozen, frozen))[1]) == list(frozen)


def test_frozen_sets_in_frozen_sets(there: Callable[[Any], Any]) -> None:
    inner = [frozenset({33 + 64 * n, 2, 5, 16 + 32 * n, 17}) for n in range(9)]
    outer = frozenset(set(inner))
    value = [outer, *inner, {"box": outer, "text": ["one", "two"]}, frozenset({outer})]
    arrived = there(value)
    assert arrived == value
    assert arrived[0] is arrived[-2]["box"] is next(iter(arrived[-1]))
    assert {id(one) for one in arrived[0]} == {id(one) for one in arrived[1:10]}
    assert [list(one) for one in arrived[1:10]] == [list(one) for one in inner]
    assert [list(one) for one in arrived[0]] == [list(one) for one in outer]
