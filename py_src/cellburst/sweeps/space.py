"""What a search may try: ranges and choices by name, and from the searcher's numbers to the parameters of a task."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from cellburst.errors import SweepError
from cellburst.model.search import Dimension
from cellburst.sweeps import values
from cellburst.sweeps.base import Test
from cellburst.sweeps.conditions import Condition, variables
from cellburst.sweeps.filtering import in_order
from cellburst.sweeps.given import unfolded
from cellburst.sweeps.options import SweepOptions
from cellburst.sweeps.plain import fixed
from cellburst.sweeps.ranges import Choice, Range


class Space:
    """``ranges`` by name (or names that go together, "a,b"); ``const`` is added to every point.

    A parameter in ``when`` exists only where its condition, on other parameters, is true. Raises SweepError for
    conditions that cannot be evaluated without the notebook.
    """

    def __init__(
        self,
        ranges: Mapping[str, Range],
        const: Mapping[str, Any] | None = None,
        when: Mapping[str, Test] | None = None,
        namespace: Mapping[str, Any] | None = None,
    ) -> None:
        if not ranges:
            raise SweepError("a search needs a parameter with a range: -p lr=loguniform(1e-5, 1e-1)")
        self.ranges = dict(ranges)
        self.const = dict(const or {})
        self._when = _fixed(ranges, when or {}, variables(namespace))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters, in order."""
        found = (name for key in self.ranges for name in key.split(","))
        return tuple(dict.fromkeys((*found, *self.const)))

    def sources(self) -> dict[str, Any]:
        """The values of its choices, by name."""
        return {name: limits.values for name, limits in self.ranges.items() if isinstance(limits, Choice)}

    @property
    def optional(self) -> frozenset[str]:
        """The names that some of the tasks do not have."""
        return frozenset(self._when)

    def dimensions(self) -> tuple[Dimension, ...]:
        """What a searcher is told; each after those that its condition reads."""
        order = [name for name in self.ranges if name not in self._when] + list(self._when)
        return tuple(self.ranges[name].dimension(name, self._when.get(name, "")) for name in order)

    def resolve(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters of a task, from what a searcher suggests: numbers, and the places of choices."""
        found: dict[str, Any] = {}
        for key, limits in self.ranges.items():
            if key not in row:
                continue
            value = _unfolded(limits, row[key])
            if "," in key:
                found.update(zip(key.split(","), value, strict=True))
            else:
                found[key] = value
        return {**found, **self.const}


_INSTEAD = "; --when makes a parameter depend on others, and raising cellburst.errors.TaskPruned ends a point unscored"


def space_of(options: SweepOptions) -> Space:
    """The space of a search. Lists of values are choices.

    Raises SweepError for what no search can have: rows, inputs, constraints, a sample, values that advance together.
    """
    options.check()
    options = unfolded(options, sampled=False)
    others = {"over": options.over is not None, "each": options.each, "where": options.where, "zip": options.zip}
    for name, given in {**others, "sample": options.sample is not None}.items():
        if given:
            hint = _INSTEAD if name == "where" else ""
            raise SweepError(f"--{name}: a search chooses its points itself; leave it out{hint}", at=_at(name))
    ranges: dict[str, Range] = {}
    for names, given in values.by_names(options.params, "-p").items():
        key = ",".join(names)
        ranges[key] = given if isinstance(given, Range) else Choice(values.of_names(names, given))
    taken = {name for key in ranges for name in key.split(",")}
    for name in options.const:
        values.check_name(name, "--const")
        if name in taken:
            raise SweepError(f"{name}: bound by -p and by --const; leave one of them out", at=f"--const {name}")
    return Space(ranges, options.const, options.when, options.namespace)


def _at(name: str) -> str:
    return "--where 0" if name == "where" else f"--{name}"


def _unfolded(limits: Range, value: Any) -> Any:
    if isinstance(limits, Choice):
        return limits.values[int(value)]
    if limits.dimension("").kind == "int":
        return int(value)
    return float(value) if math.isfinite(value) else value


def _fixed(ranges: Mapping[str, Range], when: Mapping[str, Test], namespace: Mapping[str, Any]) -> dict[str, str]:
    """Conditions with the notebook's values in them, each after those of the parameters that it reads."""
    made = {}
    for name, test in when.items():
        option = f"--when {name}"
        if name not in ranges:
            raise SweepError(f"{option}: there is no such parameter", at=option)
        if not isinstance(test, str):
            raise SweepError(f"{option}: in a search a condition is an expression", at=option)
        made[name] = Condition(test, list(ranges), namespace, option, option)
    return {name: fixed(str(when[name]), list(ranges), namespace, f"--when {name}") for name in in_order(made)}
