"""From a grid to what ``cellburst.sweeps`` makes tasks of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cellburst.errors import SweepError
from cellburst.sweeps.options import SweepOptions
from cellburst.widgets.literals import TextError, whole_of
from cellburst.widgets.reading import Row, read_rows
from cellburst.widgets.spec import Spec


def sweep_options(spec: Spec, namespace: Mapping[str, Any]) -> SweepOptions:
    """The sweep that a grid stands for, with its expressions evaluated now. Raises SweepError."""
    rows = read_rows(spec, namespace)
    for parameter in spec.parameters:
        if error := rows[parameter.id].error:
            raise SweepError(f"{parameter.name or 'a parameter without a name'}: {error}", at=f"-p {parameter.name}")
    if not spec.parameters:
        raise SweepError("the grid has no parameters yet")
    try:
        return options_of(spec, rows, namespace)
    except TextError as error:
        raise SweepError(f"the grid's {error}", at=f"--{error.field}") from None


def options_of(spec: Spec, rows: Mapping[str, Row], namespace: Mapping[str, Any]) -> SweepOptions:
    """The same from values that were read before. Raises TextError for a sample that cannot be meant."""
    constants = {one.name: rows[one.id].values for one in spec.parameters if one.kind == "constant"}
    return SweepOptions(
        params={one.name: rows[one.id].values for one in spec.parameters if one.kind != "constant"},
        const=constants,
        when={one.name: one.when.strip() for one in spec.parameters if one.when.strip() and one.name not in constants},
        where=tuple(condition.strip() for condition in spec.where if condition.strip()),
        sample=sample_of(spec),
        sampler=spec.sampler or "random",
        seed=seed_of(spec) or 0,
        namespace=namespace,
        yes=True,
    )


def sample_of(spec: Spec) -> int | None:
    """The size of the sample; None for every combination. Raises TextError."""
    return whole_of(spec.sample, "sample") if spec.sampler else None


def seed_of(spec: Spec) -> int | None:
    """The seed that was given. Raises TextError."""
    return whole_of(spec.seed, "seed", 0, (1 << 63) - 1) if spec.seed.strip() else None


def parallel_of(spec: Spec) -> int | None:
    """How many tasks run at once at most. Raises TextError."""
    return whole_of(spec.parallel, "parallel", 1, 1_000_000) if spec.parallel.strip() else None
