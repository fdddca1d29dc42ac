"""Changes to a grid that a program makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from cellburst.errors import SweepError, UsageError
from cellburst.sweeps.ranges import Range
from cellburst.sweeps.values import check_name
from cellburst.widgets.code import constant, of_values, parameter_of
from cellburst.widgets.spec import SAMPLERS, Parameter, Spec, free_id


def of_params(params: Mapping[str, Any]) -> Spec:
    """The grid of a dict of values. Raises UsageError, SweepError."""
    spec = Spec()
    for name, values in params.items():
        spec = with_parameter(spec, name, values)
    return spec


def with_parameter(spec: Spec, name: str, values: Any, *, when: str = "", const: bool = False) -> Spec:
    """The same with a parameter more, or with another of that name. Raises UsageError, SweepError."""
    check_name(name, "the parameter")
    there = next((one for one in spec.parameters if one.name == name), None)
    id_ = there.id if there is not None else free_id(spec)
    made = constant(id_, name, repr(values)) if const else _parameter(id_, name, values, when)
    if there is None:
        return spec.with_parameters((*spec.parameters, made))
    return spec.with_parameters(tuple(made if one is there else one for one in spec.parameters))


def without_parameter(spec: Spec, name: str) -> Spec:
    """The same without a parameter. Raises UsageError if there is none of that name."""
    left = tuple(one for one in spec.parameters if one.name != name)
    if len(left) == len(spec.parameters):
        names = ", ".join(one.name for one in spec.parameters) or "none"
        raise UsageError(f"the grid has no parameter {name!r}; it has: {names}")
    return spec.with_parameters(left)


def with_sample(spec: Spec, count: int | None, sampler: str, seed: int | None) -> Spec:
    """The same with a sample of ``count``, or with every combination. Raises UsageError."""
    if count is None:
        return msgspec.structs.replace(spec, sampler="", sample="")
    if sampler not in SAMPLERS or not sampler:
        raise UsageError(f"the sampler is random, lhs or sobol, not {sampler!r}")
    return msgspec.structs.replace(
        spec, sampler=sampler, sample=str(count), seed=spec.seed if seed is None else str(seed)
    )


def _parameter(id_: str, name: str, values: Any, when: str) -> Parameter:
    if isinstance(values, str):
        return parameter_of(id_, name, values, when)
    if isinstance(values, Range):
        return parameter_of(id_, name, repr(values), when)
    made = of_values(id_, name, values, when)
    if made is None:
        raise SweepError(
            f"{name}: the grid keeps values as text, and no text stands for {type(values).__name__}; "
            f'give the name of your variable: grid.add("{name}", "my_variable")'
        )
    return made
