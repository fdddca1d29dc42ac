"""Sweeps that were described elsewhere, in a file or a widget, taken together with what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from os import PathLike, fspath
from typing import Any

from cellburst.errors import SweepError
from cellburst.sweeps.base import Sweep
from cellburst.sweeps.options import SweepOptions
from cellburst.sweeps.ranges import QUniform, RandInt
from cellburst.sweeps.values import check_name


def unfolded(options: SweepOptions, *, sampled: bool = True) -> SweepOptions:
    """``options`` with rows in ``over``, or None: what it says of a sweep stands in its own place.

    ``over`` may be the name of a file, SweepOptions, or an object with a method ``sweep_options()``. Without
    ``sampled`` its sample is left out: a search chooses its points. Raises SweepError, also for what both say.
    """
    over = options.over
    if isinstance(over, (str, PathLike)):
        over = _from_file(over)
    elif hasattr(type(over), "sweep_options"):
        over = over.sweep_options()
    if isinstance(over, SweepOptions):
        return unfolded(_together(over, options, sampled), sampled=sampled)
    return options if over is options.over else replace(options, over=over)


def _from_file(path: str | PathLike[str]) -> SweepOptions | Sweep:
    """What a file says. Raises SweepError that names it."""
    from cellburst.sweeps.columns import of_rows
    from cellburst.sweeps.file_error import FileError
    from cellburst.sweeps.files import read

    found = read(path)
    if isinstance(found, SweepOptions):
        return found
    try:
        rows = of_rows(found)
        for name in rows.names:
            check_name(name, "column")
    except SweepError as error:
        raise FileError(fspath(path), str(error).removeprefix("--over: ")) from None
    return rows


def _together(described: SweepOptions, typed: SweepOptions, sampled: bool) -> SweepOptions:
    """What was typed goes first where there can only be one of it."""
    drawn = not sampled or typed.sample is not None or described.sample is not None
    found = replace(
        typed,
        params=_both(described.params if drawn else _listed(described), typed.params, "-p"),
        const=_both(described.const, typed.const, "--const"),
        when=_both(described.when, typed.when, "--when"),
        each=_both(described.each, typed.each, "--each"),
        where=(*typed.where, *described.where),
        over=described.over,
        zip=described.zip or typed.zip,
        batch=described.batch if typed.batch is None else typed.batch,
        namespace=described.namespace if typed.namespace is None else typed.namespace,
        goal=described.goal,
    )
    if not sampled or typed.sample is not None:
        return found
    found = replace(found, method=described.method, sample=described.sample, sampler=described.sampler)
    return found if described.sample is None else replace(found, seed=described.seed or typed.seed)


def _listed(described: SweepOptions) -> Mapping[Any, Any]:
    """A grid of a file has every whole number and every step of its ranges, as Weights & Biases has it."""
    if described.method != "grid":
        return described.params
    counted = {name: value for name, value in described.params.items() if isinstance(value, (RandInt, QUniform))}
    return {**described.params, **{name: value.values for name, value in counted.items()}}


def _both(described: Mapping[Any, Any], typed: Mapping[Any, Any], option: str) -> dict[Any, Any]:
    for name in described:
        if name in typed:
            raise SweepError(f"{name}: bound by --over and by {option}; leave one of them out", at=f"{option} {name}")
    return {**described, **typed}
