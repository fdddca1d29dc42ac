"""Sweeps as Weights & Biases writes them down: ``parameters`` with values, a value, or a distribution.

The parameter grid writes such files too, with words of its own: ``when`` of a parameter and the ``expression`` that its
values come from, ``where``, ``sampler`` and ``seed`` of the whole.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from cellburst.errors import SweepError
from cellburst.sweeps import ranges
from cellburst.sweeps.file_error import FileError
from cellburst.sweeps.options import SweepOptions

_METHODS = ("grid", "random", "bayes")
_KNOWN = frozenset({"value", "values", "min", "max", "distribution", "q"})
_OURS = frozenset({"when", "expression"})
_SAMPLERS = ("random", "lhs", "sobol")


def options_of(name: str, spec: Mapping[str, Any]) -> SweepOptions:
    """The sweep that a file describes. Raises SweepError naming the parameter."""
    method = spec.get("method", "grid")
    if method not in _METHODS:
        raise FileError(name, f"method {method!r} is none of {', '.join(_METHODS)}")
    params: dict[str, Any] = {}
    const: dict[str, Any] = {}
    for parameter, given in spec["parameters"].items():
        if not isinstance(given, Mapping):
            raise FileError(name, f"parameter {parameter}: values, a value, or min and max are expected below it")
        if "value" in given or given.get("distribution") == "constant":
            const[parameter] = given.get("value")
        else:
            params[parameter] = _values(name, parameter, given)
    when = {parameter: given["when"] for parameter, given in spec["parameters"].items() if given.get("when")}
    where = spec.get("where") or []
    texts = [*when.values(), *where] if isinstance(where, list) else [None]
    if not all(isinstance(text, str) for text in texts):
        raise FileError(name, "when is the text of a condition, and where a list of them")
    sampler, seed = spec.get("sampler", "random"), spec.get("seed", 0)
    if sampler not in _SAMPLERS:
        raise FileError(name, f"sampler {sampler!r} is none of {', '.join(_SAMPLERS)}")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise FileError(name, f"seed {seed!r} is no whole number from 0 on")
    cap = spec.get("run_cap")
    if method == "random" and cap is not None and (not isinstance(cap, int) or cap < 1):
        raise FileError(name, f"run_cap {cap!r} is no number of runs")
    sample = cap if method == "random" else None
    chosen = SweepOptions(params=params, const=const, when=when, where=tuple(where))
    goal = _goal(name, spec.get("metric"))
    return replace(chosen, sample=sample, sampler=sampler, seed=seed, method=method, goal=goal)


def _goal(name: str, metric: Any) -> tuple[str, str]:
    if metric is None:
        return ("", "")
    asked = metric if isinstance(metric, Mapping) else {}
    goal, found = asked.get("goal", "minimize"), asked.get("name")
    if not isinstance(found, str) or goal not in ("minimize", "maximize"):
        raise FileError(name, "metric: a name is expected below it, and as goal minimize or maximize")
    return (goal, found)


def _values(name: str, parameter: str, given: Mapping[str, Any]) -> Any:
    if "expression" in given and "values" not in given:
        said = (
            f"parameter {parameter}: {given['expression']!r} is to be evaluated in a notebook; a grid there imports it"
        )
        raise FileError(name, said)
    if unknown := sorted(map(str, set(given) - _KNOWN - _OURS)):
        said = f"parameter {parameter}: {unknown[0]} is not known here; known are {', '.join(sorted(_KNOWN))}"
        raise FileError(name, said)
    if "values" in given:
        if not isinstance(given["values"], list) or not given["values"]:
            raise FileError(name, f"parameter {parameter}: values must be a list of at least one")
        return given["values"]
    if "min" not in given or "max" not in given:
        raise FileError(name, f"parameter {parameter}: values, a value, or min and max are expected")
    low, high, step = given["min"], given["max"], given.get("q", 1)
    whole = all(isinstance(bound, int) for bound in (low, high))
    kind = given.get("distribution", "int_uniform" if whole else "uniform")
    make = _DISTRIBUTIONS.get(kind)
    if make is None:
        said = f"parameter {parameter}: distribution {kind} is not known here; known are {', '.join(_DISTRIBUTIONS)}"
        raise FileError(name, said)
    try:
        return make(low, high, step)
    except (SweepError, TypeError, ValueError, OverflowError) as error:
        raise FileError(name, f"parameter {parameter}: {error}") from None


_DISTRIBUTIONS: dict[str, Callable[[Any, Any, Any], ranges.Range]] = {
    "uniform": lambda low, high, _: ranges.uniform(low, high),
    "int_uniform": lambda low, high, _: ranges.randint(low, high),
    "q_uniform": ranges.quniform,
    "int_log_uniform_values": lambda low, high, _: ranges.lograndint(low, high),  # our own word
    "log_uniform_values": lambda low, high, _: ranges.loguniform(low, high),
    "log_uniform": lambda low, high, _: ranges.loguniform(math.exp(low), math.exp(high)),  # its bounds are exponents
}
