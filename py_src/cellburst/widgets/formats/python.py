"""A grid as a call in Python, and back from one: read as a syntax tree, never executed."""

from __future__ import annotations

import ast
from typing import Any

import msgspec

from cellburst.widgets.code import constant, expression_of, parameter_of
from cellburst.widgets.formats.words import place_in
from cellburst.widgets.literals import TextError
from cellburst.widgets.spec import SAMPLERS, Parameter, Spec

_NAMES = ("uniform", "loguniform", "quniform", "randint", "lograndint", "arange", "linspace", "geomspace")
_CALLED = {"map", "ParameterGrid", "grid"}
_NUMBERS = {"sample": "sample", "seed": "seed", "parallel": "parallel"}


def write(spec: Spec, function: str = "fn") -> str:
    """The call that runs ``function`` over the grid. Raises TextError while something cannot be read."""
    values = {one.name: expression_of(one) for one in spec.parameters}
    constants = {one.name for one in spec.parameters if one.kind == "constant"}
    lines = [f"    {function},", "    {"]
    lines += [f"        {name!r}: {source}," for name, source in values.items() if name not in constants]
    lines.append("    },")
    keywords = {
        "const": _dict({name: values[name] for name in constants}),
        "when": _dict({one.name: repr(one.when.strip()) for one in spec.parameters if one.when.strip()}),
        "where": _list([repr(condition.strip()) for condition in spec.where if condition.strip()]),
        "sample": (spec.sample.strip() or "1") if spec.sampler else "",
        "sampler": repr(spec.sampler) if spec.sampler not in ("", "random") else "",
        "seed": spec.seed.strip(),
        "parallel": spec.parallel.strip(),
        "target": repr(spec.target) if spec.target != "local" else "",
    }
    lines += [f"    {name}={source}," for name, source in keywords.items() if source]
    used = [name for name in _NAMES if any(source.startswith(f"{name}(") for source in values.values())]
    head = [f"from cellburst.sweeps.ranges import {', '.join(used)}"] if used else []
    return "\n".join(["import cellburst", *head, "", "run = cellburst.map(", *lines, ")"]) + "\n"


def read(text: str) -> Spec:
    """The grid of the first dict of values, or call with one, in ``text``. Raises TextError with line and column."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise TextError(f"SyntaxError: {error.msg}", error.lineno or 1, error.offset or 1) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise TextError(str(error), 1, 1) from None
    reader = _Reader(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in _CALLED:
            table = next((one for one in node.args if isinstance(one, ast.Dict)), None)
            if table is not None:
                return reader.of_call(table, node)
    table = next((one for one in ast.walk(tree) if isinstance(one, ast.Dict)), None)
    if table is None:
        raise TextError("there is no dict of parameters in this text", 1, 1)
    return reader.spec(table, {})


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text

    def of_call(self, table: ast.Dict, call: ast.Call) -> Spec:
        keywords = {one.arg: one.value for one in call.keywords if one.arg is not None}
        rest = {name: node for name, node in keywords.items() if name in (*_NUMBERS, "sampler", "target")}
        spec = self.spec(table, rest, keywords)
        if "sample" in rest and not spec.sampler:
            spec = msgspec.structs.replace(spec, sampler="random")
        return spec

    def spec(self, table: ast.Dict, rest: dict[str, ast.expr], keywords: dict[str, ast.expr] | None = None) -> Spec:
        keywords = keywords or {}
        whens = {name: self._text_of(node) for name, node in self._entries(keywords.get("when"))}
        made: list[Parameter] = []
        for name, node in self._entries(table):
            made.append(parameter_of(f"p{len(made)}", name, self._source(node), whens.get(name, "")))
        for name, node in self._entries(keywords.get("const")):
            made.append(constant(f"p{len(made)}", name, self._source(node)))
        self._check_names(table, made)
        where = keywords.get("where")
        nodes = where.elts if isinstance(where, (ast.List, ast.Tuple)) else [where] if where is not None else []
        return Spec(tuple(made), tuple(map(self._text_of, nodes)), **self._options(rest))

    def _options(self, rest: dict[str, ast.expr]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, node in rest.items():
            value = node.value if isinstance(node, ast.Constant) else None
            if name in _NUMBERS:
                if not isinstance(value, int) or isinstance(value, bool):
                    raise self._error(f"{name} is a whole number", node)
                found[name] = str(value)
            elif not isinstance(value, str) or (name == "sampler" and value not in SAMPLERS):
                raise self._error(
                    "the sampler is random, lhs or sobol" if name == "sampler" else "a name is a text", node
                )
            else:
                found[name] = value
        return found

    def _entries(self, node: ast.expr | None) -> list[tuple[str, ast.expr]]:
        if node is None:
            return []
        if not isinstance(node, ast.Dict):
            raise self._error("a dict is expected here", node)
        found = []
        for key, value in zip(node.keys, node.values, strict=True):
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                raise self._error("a parameter's name is a text here", key or value)
            found.append((key.value, value))
        return found

    def _check_names(self, table: ast.Dict, made: list[Parameter]) -> None:
        if not made:
            raise self._error("this dict has no parameters", table)
        names = [one.name for one in made]
        for name in names:
            if names.count(name) > 1:
                raise self._error(f"{name} is there twice", table)

    def _text_of(self, node: ast.expr) -> str:
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            raise self._error("a condition is a text here", node)
        return node.value

    def _source(self, node: ast.expr) -> str:
        return ast.unparse(node)

    def _error(self, message: str, node: ast.expr) -> TextError:
        line = self._text.splitlines()[node.lineno - 1]
        column = len(line.encode()[: node.col_offset].decode(errors="ignore"))
        start = sum(len(one) + 1 for one in self._text.splitlines()[: node.lineno - 1])
        return TextError(message, *place_in(self._text, start + column))


def _called(node: ast.Call) -> str:
    func = node.func
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def _dict(entries: dict[str, str]) -> str:
    return "{" + ", ".join(f"{name!r}: {source}" for name, source in entries.items()) + "}" if entries else ""


def _list(items: list[str]) -> str:
    return f"[{', '.join(items)}]" if items else ""
