"""Garbage is not collected while we work, and as the user wants it afterwards."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from cellburst.library_state.interpreter import STATES
from cellburst.payload import collecting
from cellburst.payload.collecting import uncollected

(_COLLECTION,) = (state for state in STATES if state.name == "garbage collection")


@pytest.fixture(autouse=True, params=[True, False])
def wanted(request: pytest.FixtureRequest) -> Iterator[bool]:
    before = gc.isenabled()
    (gc.enable if request.param else gc.disable)()
    yield request.param
    (gc.enable if before else gc.disable)()


def test_it_is_as_before_afterwards(wanted: bool) -> None:
    with uncollected():
        assert not gc.isenabled()
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled(), "only the outermost turns it on"
        assert collecting.is_wanted() is wanted
    assert gc.isenabled() is wanted is collecting.is_wanted()


def test_also_after_an_error(wanted: bool) -> None:
    with pytest.raises(ZeroDivisionError), uncollected(), uncollected():
        1 / 0  # noqa: B018
    assert gc.isenabled() is wanted


def test_what_is_asked_for_meanwhile_comes_afterwards(wanted: bool) -> None:
    with uncollected():
        collecting.want(not wanted)
        assert not gc.isenabled()
        assert collecting.is_wanted() is not wanted
    assert gc.isenabled() is not wanted
    collecting.want(wanted)
    assert gc.isenabled() is wanted


def test_the_state_of_the_interpreter_is_the_users(wanted: bool) -> None:
    with uncollected():
        found = _COLLECTION.get()
        assert (found is None) is wanted
        _COLLECTION.set((not wanted, gc.get_threshold()))
        assert not gc.isenabled()
        _COLLECTION.set(found)
    assert gc.isenabled() is wanted
