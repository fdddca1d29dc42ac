from __future__ import annotations

import msgspec
import pytest

from cellburst.worker.summary import summarise, summarise_named
from cellburst.worker.text import clean, repr_of, shorten, text_of, type_name
from tests.unit.worker import zoo


@pytest.mark.parametrize("kind", zoo.VALUES, ids=range(len(zoo.VALUES)))
def test_hostile_values_have_bounded_text_and_a_summary(kind: type) -> None:
    value = kind()
    assert len(repr_of(value)) <= 10_000
    assert len(type_name(value)) <= 200
    summary = summarise(value)
    assert isinstance(summary, str)
    msgspec.msgpack.encode([repr_of(value), summary])


@pytest.mark.parametrize("kind", zoo.ERRORS)
def test_hostile_errors_have_bounded_text(kind: type) -> None:
    text = text_of(kind())
    assert len(text) <= 10_000
    msgspec.msgpack.encode(text)


def test_shortening_keeps_both_ends() -> None:
    assert shorten("abcdef", 6) == "abcdef"
    assert shorten("a" * 50 + "b" * 50, 21) == "aaaaaaaa ... bbbbbbbb"


def test_clean_text_is_left_alone() -> None:
    text = "plain ä €"
    assert clean(text) is text


def test_scalars_are_their_own_summary() -> None:
    for value in (None, True, 3, -2.5, "text"):
        assert summarise(value) == value
    assert summarise(1 << 70) == hex(1 << 70)
    assert summarise("x" * 500) == "str of 500 characters"


def test_summaries_of_libraries() -> None:
    import numpy as np
    import pandas as pd

    assert summarise(np.zeros((2, 3))) == "ndarray (2, 3) float64"
    assert summarise(np.float64(1.5)) == 1.5
    assert summarise(np.int32(4)) == 4
    assert type(summarise(np.int32(4))) is int
    assert summarise(np.True_) is True
    assert summarise(pd.DataFrame({"a": [1, 2]})) == "DataFrame 2x1"
    assert summarise(pd.Series([1.0])) == "Series (1,) float64"


def test_summaries_of_containers() -> None:
    assert summarise([1, 2]) == "[1, 2]"
    assert summarise(("rbf", 0.123456, None)) == "('rbf', 0.1235, None)"
    assert (summarise([]), summarise((1,))) == ("[]", "(1,)")
    assert summarise(list(range(9))) == "list of 9"
    assert summarise(["x" * 40]) == "list of 1"
    assert summarise([[1]]) == "list of 1"
    assert summarise({"a": 1, "b": "x"}) == {"a": 1, "b": "x"}
    assert summarise({"a": [1]}) == "dict of 1"
    assert summarise(b"abc") == "bytes of 3 bytes"
    assert summarise_named({"a": 1, "b": [1]}) == "a=1, b=[1]"
