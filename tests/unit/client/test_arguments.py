"""Whether a function takes what a sweep gives it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from typing import Any

import pytest

from cellburst.client.options.arguments import check_arguments, with_params
from cellburst.client.options.submission import SubmitOptions
from cellburst.errors import SweepError, UsageError


def plain(lr: float, depth: int = 3) -> None: ...
def strict(x: int, /, y: int) -> None: ...
def loose(**rest: Any) -> None: ...
def many(*values: int, last: int = 0) -> None: ...


class Model:
    def __init__(self, lr: float) -> None:
        pass


@pytest.mark.parametrize(
    ("fn", "names", "kwargs"),
    [
        (plain, ["lr"], {}),
        (plain, ["lr", "depth"], {}),
        (plain, ["depth"], {"lr": 1}),
        (loose, ["anything"], {"other": 1}),
        (Model, ["lr"], {}),
        (functools.partial(plain, lr=1), ["depth"], {}),
        (functools.partial(plain, 1), ["depth"], {}),
        (max, ["default"], {}),
    ],
)
def test_what_fits(fn: Callable[..., Any], names: list[str], kwargs: dict[str, Any]) -> None:
    check_arguments(fn, "f", names, (), kwargs)


@pytest.mark.parametrize(
    ("fn", "names", "optional", "kwargs", "said"),
    [
        (plain, ["lr", "dept"], (), {}, r"f\(\) has no parameter 'dept'; did you mean 'depth'\?"),
        (plain, ["lr", "xyz"], (), {}, r"no parameter 'xyz'; it takes depth, lr"),
        (plain, ["lr"], (), {"samples": 3}, r"'samples', and there is no such option; did you mean 'sample'\?"),
        (plain, ["depth"], (), {}, r"f\(\) needs lr, which the sweep does not give it; pass lr=\.\.\."),
        (plain, ["lr", "depth"], ("lr",), {}, r"--when lr: f\(\) needs lr in every call"),
        (strict, ["x", "y"], (), {}, r"no parameter 'x'; it takes y"),
        (Model, ["lr", "y"], (), {}, r"no parameter 'y'; it takes lr"),
    ],
)  # fmt: skip
def test_what_does_not(
    fn: Callable[..., Any], names: list[str], optional: Collection[str], kwargs: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        check_arguments(fn, "f", names, optional, kwargs)


def test_an_option_of_the_magic_is_told_apart_from_a_mistake() -> None:
    with pytest.raises(UsageError, match="detach is an option of %%remote; here the call returns at once"):
        check_arguments(lambda x: x, "f", ["x"], [], {"detach": True})


def test_by_position_names_do_not_matter() -> None:
    check_arguments(strict, "f", ["x"], (), {"y": 2}, positional=True)
    check_arguments(many, "f", ["value"], (), {}, positional=True)
    with pytest.raises(SweepError, match=r"f\(\) needs y, which the sweep does not give it; pass y=\.\.\."):
        check_arguments(strict, "f", ["x"], (), {}, positional=True)


class Items:
    def __len__(self) -> int:
        return 100_000

    def __getitem__(self, index: int) -> int:
        if not 0 <= index < 100_000:
            raise IndexError(index)
        return index


def test_values_are_the_first_argument_and_not_copied() -> None:
    items = Items()
    options, positional = with_params(strict, items, SubmitOptions())
    assert positional
    assert options.over.columns == {"x": items}
    assert with_params(plain, [{"lr": 1}], SubmitOptions()) == (SubmitOptions(over=[{"lr": 1}]), False)
    assert with_params(plain, {"lr": [1]}, SubmitOptions()) == (SubmitOptions(params={"lr": [1]}), False)
    with pytest.raises(UsageError, match="rows are given twice"):
        with_params(plain, [1], SubmitOptions(over=[{"lr": 1}]))
    with pytest.raises(UsageError, match="there are no values"):
        with_params(plain, [], SubmitOptions())
