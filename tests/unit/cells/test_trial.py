"""Trials: large plain containers are told from others by a glance, and parts of what was tried are not tried again."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from cellburst.cells.plain_data import plain_array_size, plain_size
from cellburst.cells.trial import Trials, attempt

_TEXTS = [f"line {number:06d}" for number in range(20_000)]


@pytest.mark.parametrize("value", [_TEXTS, tuple(_TEXTS), set(_TEXTS), dict.fromkeys(_TEXTS, 1.5)], ids=type)
def test_size_is_near_that_of_the_pickle(value: object) -> None:
    exact = len(pickle.dumps(value, 5))
    size = plain_size(value)
    assert size is not None
    assert 0.8 * exact < size < 1.25 * exact


@pytest.mark.parametrize("value", [_TEXTS[:10], [*_TEXTS, []], [*_TEXTS, print], {**dict.fromkeys(_TEXTS), "a": []}])
def test_others_are_looked_at(value: object) -> None:
    assert plain_size(value) is None


def test_arrays_of_texts() -> None:
    array = np.array(_TEXTS, dtype=object)
    size = plain_array_size(array)
    assert size is not None
    assert size > len(_TEXTS) * len(_TEXTS[0])
    assert plain_array_size(np.arange(5_000)) is None
    array[7] = object()
    assert plain_array_size(array) is None


def test_one_bad_member_of_many_is_found() -> None:
    lock = __import__("threading").Lock()
    assert attempt([*_TEXTS, lock], {}).error is not None
    assert attempt(np.array([*_TEXTS, lock], dtype=object), {}).error is not None
    assert attempt({"texts": _TEXTS, "array": np.array(_TEXTS, dtype=object)}, {}).error is None


def test_a_part_of_what_was_tried_is_not_tried_again() -> None:
    part = [object()]
    whole = {"part": part, "more": _TEXTS[:5]}
    trials = Trials({})
    assert not trials.of(whole).within
    assert trials.of(part).within
    assert not trials.of([object()]).within


def test_a_container_of_what_was_tried_is_not_tried_again() -> None:
    one, other = [object()], [object()]
    trials = Trials({})
    trials.of([one, other])
    held = np.empty(2, dtype=object)
    held[:] = [one, 1], other
    for container in ([one, "text"], (other, one), {"a": one, "b": 2.0}, np.array([None, one, other], dtype=object)):
        assert trials.of(container).within
    for container in ([one, [2]], [], {"a": object()}, held):
        assert not trials.of(container).within


def test_the_code_of_what_a_container_holds_is_known() -> None:
    namespace: dict[str, object] = {}
    exec("def one(): pass\ndef other(): pass", namespace)
    one, other = namespace["one"], namespace["other"]
    trials = Trials(namespace)
    trials.of([one])
    trials.of((other,))
    assert trials.of([one, other]).code == {one.__code__, other.__code__}  # type: ignore[attr-defined]


def test_a_part_of_what_cannot_travel_is_tried_by_itself() -> None:
    part = [object()]
    trials = Trials({})
    assert trials.of([part, __import__("threading").Lock()]).error is not None
    found = trials.of(part)
    assert found.error is None
    assert not found.within
