"""What a person has written into a parameter grid: plain data, as the browser and the kept file have it.

Numbers and values are the texts that were typed, so that nothing is lost of what is half written.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import msgspec
from msgspec import Struct

from cellburst.errors import UsageError

Kind = Literal["list", "range", "linspace", "logspace", "choices", "boolean", "distribution", "expression", "constant"]
Law = Literal["uniform", "loguniform", "quniform", "randint", "lograndint"]
Sampler = Literal["", "random", "lhs", "sobol"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LAWS: tuple[Law, ...] = get_args(Law)
SAMPLERS: tuple[Sampler, ...] = get_args(Sampler)
MOST_BYTES = 1 << 20
_MOST_PARAMETERS = 200


class Parameter(Struct, frozen=True, omit_defaults=True):
    """One row. ``text`` is of lists, choices, expressions and constants; ``start`` to ``count`` of what has bounds.

    ``when`` is a condition on parameters above it: elsewhere this one does not exist.
    """

    id: str
    name: str = ""
    kind: Kind = "list"
    text: str = ""
    start: str = ""
    stop: str = ""
    step: str = ""
    count: str = ""
    law: Law = "uniform"
    when: str = ""


class Spec(Struct, frozen=True, omit_defaults=True):
    """The whole grid. ``sampler`` empty means every combination; ``serial`` numbers the edits."""

    parameters: tuple[Parameter, ...] = ()
    where: tuple[str, ...] = ()
    sampler: Sampler = ""
    sample: str = ""
    seed: str = ""
    target: str = "local"
    parallel: str = ""
    serial: int = 0

    def with_parameters(self, parameters: tuple[Parameter, ...]) -> Spec:
        """The same with other rows."""
        return msgspec.structs.replace(self, parameters=parameters)


def plain(spec: Spec) -> dict[str, Any]:
    """As JSON has it."""
    found: dict[str, Any] = msgspec.to_builtins(spec)
    return found


def from_plain(data: object) -> Spec:
    """What a browser or a file says. Raises UsageError for what is no grid, or too large to be one."""
    try:
        spec = msgspec.convert(data, Spec)
    except msgspec.ValidationError as error:
        raise UsageError(f"this is no parameter grid: {error}") from None
    if len(spec.parameters) > _MOST_PARAMETERS:
        raise UsageError(f"a grid has at most {_MOST_PARAMETERS} parameters, not {len(spec.parameters)}")
    if len({parameter.id for parameter in spec.parameters}) < len(spec.parameters):
        raise UsageError("this is no parameter grid: two parameters have the same id")
    if len(msgspec.json.encode(spec)) > MOST_BYTES:
        raise UsageError(f"a grid takes at most {MOST_BYTES >> 20} MiB; put large values into a variable and name it")
    return spec


def free_id(spec: Spec) -> str:
    """An id for a further parameter."""
    there = {parameter.id for parameter in spec.parameters}
    return next(name for number in range(len(there) + 1) if (name := f"p{number}") not in there)
