"""What we do without warnings leaves no trace in what Python remembers of them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from cellburst.library_state import library_filters
from cellburst.payload.silence import no_warnings

from .conftest import Kernel


@pytest.fixture
def heard() -> Iterator[list[Any]]:
    """What was warned of; each text from one line is told once, as in a kernel."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("default")
        yield said


def warn(registry: dict[Any, Any], text: str = "a warning") -> None:
    warnings.warn_explicit(text, UserWarning, "cell", 1, registry=registry)


def test_nothing_is_said_meanwhile_and_all_is_as_before(heard: list[Any]) -> None:
    filters, registry = list(warnings.filters), {}  # type: ignore[var-annotated]
    with no_warnings():
        warn(registry)
    assert heard == []
    assert warnings.filters == filters
    warn(registry, "another")
    with no_warnings(), no_warnings():
        pass
    warn(registry, "another")
    assert [str(found.message) for found in heard] == ["another"]


def test_the_filter_that_is_there_meanwhile_is_nobodys() -> None:
    before = library_filters.users()
    with no_warnings():
        assert len(warnings.filters) == len(before) + 1
        assert library_filters.users() == before


@pytest.mark.parametrize(
    ("define", "change"),
    [
        ("import numpy as np\nx = np.arange(12)", "with warnings.catch_warnings():\n    x.shape = (3, 4)"),
        ("x = iter([1, 2])\ny = x", "next(x)"),
    ],
)
def test_a_change_that_comes_back_makes_python_forget_no_warning(
    kernel: Kernel, heard: list[Any], define: str, change: str
) -> None:
    kernel.here(define)
    registry: dict[Any, Any] = {}
    warn(registry)
    kernel.there(f"import warnings\nwarnings.simplefilter('ignore')\n{change}\nNone", "x")
    warn(registry)
    assert len(heard) == 1
