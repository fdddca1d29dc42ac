"""A grid in the shape of a W&B sweep file, and back from one.

What that shape has no word for is in keys of our own: ``expression`` (the Python expression that the values come from)
and ``when`` of a parameter, ``where``, ``sampler`` and ``seed`` of the whole.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from cellburst.errors import UsageError
from cellburst.widgets.code import bounds_of, constant, constant_of, expression_of, items_text, parameter_of, spaced
from cellburst.widgets.literals import TextError, values_of
from cellburst.widgets.spec import SAMPLERS, Law, Parameter, Spec

_LAWS: dict[Law, str] = {
    "uniform": "uniform",
    "loguniform": "log_uniform_values",
    "quniform": "q_uniform",
    "randint": "int_uniform",
    "lograndint": "int_log_uniform_values",
}
_MOST_VALUES = 1000
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
_INSTALL = 'reading YAML needs PyYAML: pip install "cellburst[yaml]"'


def write(spec: Spec) -> str:
    """The file. Raises TextError while something cannot be read."""
    lines = [f"method: {'random' if spec.sampler else 'grid'}"]
    lines += [f"sampler: {spec.sampler}"] if spec.sampler not in ("", "random") else []
    lines += [f"run_cap: {spec.sample.strip()}"] if spec.sampler and spec.sample.strip() else []
    lines += [f"seed: {spec.seed.strip()}"] if spec.seed.strip() else []
    lines.append("parameters:" if spec.parameters else "parameters: {}")
    for one in spec.parameters:
        lines.append(f"  {_scalar(one.name)}:")
        lines += [f"    {line}" for line in _body(one)]
        lines += [f"    when: {_scalar(one.when.strip())}"] if one.when.strip() else []
    conditions = [condition.strip() for condition in spec.where if condition.strip()]
    lines += ["where:", *(f"  - {_scalar(condition)}" for condition in conditions)] if conditions else []
    return "\n".join(lines) + "\n"


def read(text: str) -> Spec:
    """The grid in a sweep file. Raises TextError with line and column, UsageError without PyYAML."""
    try:
        yaml = import_module("yaml")
    except ImportError:
        raise UsageError(_INSTALL) from None
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        raise TextError(str(getattr(error, "problem", None) or error), line, column) from None
    except RecursionError:
        raise TextError("this is nested too deeply", 1, 1) from None
    return _Reader(yaml).spec(root)


def _body(one: Parameter) -> Iterator[str]:
    if one.kind == "constant":
        yield from _values(one, "value", constant_of(one.text))
    elif one.kind == "distribution":
        low, high, *step = bounds_of(one)
        yield f"distribution: {_LAWS[one.law]}"
        yield f"min: {_scalar(low)}"
        yield f"max: {_scalar(high)}"
        yield from (f"q: {_scalar(size)}" for size in step)
    elif one.kind == "expression":
        yield f"expression: {_scalar(expression_of(one))}"
    elif one.kind == "boolean":
        yield "values: [false, true]"
    elif one.kind in ("list", "choices"):
        yield from _values(one, "values", list(values_of(one.text, words=one.kind == "choices")))
    else:
        values = list(spaced(one))
        if len(values) <= _MOST_VALUES:
            yield f"values: {_scalar(values)}"
        yield f"expression: {_scalar(expression_of(one))}"


def _values(one: Parameter, key: str, values: Any) -> Iterator[str]:
    """Values that YAML keeps as they are; others as the expression for them."""
    yield f"{key}: {_scalar(values)}" if _keeps(values) else f"expression: {_scalar(expression_of(one))}"


def _keeps(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_keeps, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) for key in value) and all(map(_keeps, value.values()))
    return value is None or isinstance(value, (bool, int, float, str))


def _scalar(value: Any) -> str:
    """In YAML's flow style, which is JSON but for floats and for characters above 16 bits."""
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, bool) or not isinstance(value, (float, list, dict)):
        return json.dumps(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_scalar, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_quoted(key)}: {_scalar(part)}' for key, part in value.items())}}}"
    if not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    text = repr(value)
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}.0e{exponent}" if e and "." not in mantissa else text


def _quoted(text: str) -> str:
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


class _Reader:
    """From nodes, which know their places."""

    def __init__(self, yaml: Any) -> None:
        self._yaml = yaml
        self._build = yaml.SafeLoader("")

    def spec(self, root: Any) -> Spec:
        top = self._entries(root, "the file")
        if "parameters" not in top:
            raise self._error("there are no parameters in this file", root)
        made: list[Parameter] = []
        for name, node in self._entries(top["parameters"], "parameters").items():
            made.append(self._parameter(f"p{len(made)}", name, node))
        if not made:
            raise self._error("there are no parameters in this file", top["parameters"])
        rest: dict[str, Any] = {}
        method = self._of(top, "method", "grid")
        if method not in ("grid", "random", "bayes"):
            raise self._error("the method is grid or random", top["method"])
        sampler = self._of(top, "sampler", "" if method == "grid" else "random")
        if sampler not in SAMPLERS:
            raise self._error("the sampler is random, lhs or sobol", top["sampler"])
        for key, field in (("run_cap", "sample"), ("seed", "seed")):
            if key in top:
                number = self._value(top[key])
                if not isinstance(number, int) or isinstance(number, bool) or number < 0:
                    raise self._error(f"{key} is a whole number", top[key])
                rest[field] = str(number)
        where = self._of(top, "where", [])
        return Spec(tuple(made), tuple(map(str, where if isinstance(where, list) else [where])), sampler, **rest)

    def _parameter(self, id_: str, name: str, node: Any) -> Parameter:
        entries = self._entries(node, name)
        when = str(self._of(entries, "when", ""))
        if "expression" in entries:
            return parameter_of(id_, name, str(self._value(entries["expression"])), when)
        if "value" in entries:
            return constant(id_, name, repr(self._value(entries["value"])))
        if "values" in entries:
            values = self._value(entries["values"])
            if not isinstance(values, list) or not values:
                raise self._error(f"{name}: values is a list", entries["values"])
            made = parameter_of(id_, name, repr(values), when)
            return made if made.kind != "expression" else Parameter(id_, name, text=items_text(values), when=when)
        return self._distribution(id_, name, node, entries, when)

    def _distribution(self, id_: str, name: str, node: Any, entries: dict[str, Any], when: str) -> Parameter:
        if "min" not in entries or "max" not in entries:
            raise self._error(f"{name}: there is no value, values, expression, or min and max", node)
        low, high = self._value(entries["min"]), self._value(entries["max"])
        for key, number in (("min", low), ("max", high)):
            if isinstance(number, bool) or not isinstance(number, (int, float)):
                raise self._error(f"{name}: {key} is a number (YAML wants a point in 1.0e-5)", entries[key])
        whole = isinstance(low, int) and isinstance(high, int)
        said = str(self._of(entries, "distribution", "int_uniform" if whole else "uniform"))
        law = next((law for law, word in _LAWS.items() if word == said), None)
        if law is None:
            raise self._error(f"{name}: there is no distribution {said[:40]}", entries["distribution"])
        step = repr(self._value(entries["q"])) if "q" in entries else ""
        return Parameter(id_, name, "distribution", start=repr(low), stop=repr(high), step=step, law=law, when=when)

    def _entries(self, node: Any, what: str) -> dict[str, Any]:
        if not isinstance(node, self._yaml.MappingNode):
            raise self._error(f"{what} must have names and values", node)
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, self._yaml.ScalarNode):
                raise self._error("a name is expected here", key)
            if key.value in found:
                raise self._error(f"{key.value} is there twice", key)
            found[key.value] = value
        return found

    def _of(self, entries: dict[str, Any], key: str, default: Any) -> Any:
        return self._value(entries[key]) if key in entries else default

    def _value(self, node: Any) -> Any:
        try:
            return self._build.construct_object(node, deep=True)
        except (self._yaml.YAMLError, ValueError, RecursionError):
            raise self._error("this value cannot be read", node) from None

    def _error(self, message: str, node: Any) -> TextError:
        mark = getattr(node, "start_mark", None)
        return TextError(message, *((mark.line + 1, mark.column + 1) if mark is not None else (1, 1)))
