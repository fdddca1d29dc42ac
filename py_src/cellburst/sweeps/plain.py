"""Conditions of a search as data: expressions of parameters and constants, evaluated without running any code.

Whoever suggests points is another process, which knows nothing of the notebook.
"""

from __future__ import annotations

import ast
import builtins
import operator
from collections.abc import Callable, Collection, Mapping
from typing import Any

from cellburst.errors import SweepError
from cellburst.sweeps.shown import shown

_SCALARS = (str, int, float, bool, type(None))
_BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
}  # fmt: skip
_UNARY: dict[type, Callable[[Any], Any]] = {ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Not: operator.not_}
_COMPARE: dict[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda left, right: left in right, ast.NotIn: lambda left, right: left not in right,
}  # fmt: skip
_CALLS: dict[str, Callable[..., Any]] = {"abs": abs, "min": min, "max": max, "len": len, "round": round}


def fixed(text: str, names: Collection[str], namespace: Mapping[str, Any], option: str) -> str:
    """``text`` with the values of the notebook's variables in it.

    Raises SweepError if they are not plain, or if it does more than compare and count.
    """
    tree = ast.parse(text.strip(), mode="eval")
    for node in ast.walk(tree):
        _check(node, option)
    return ast.unparse(_Fixing(names, namespace, option).visit(tree))


def holds(text: str, point: Mapping[str, Any]) -> bool:
    """Whether a fixed condition is true for the parameters of ``point``; false if it reads one that is not there.

    Raises SweepError with the point if it cannot be evaluated.
    """
    try:
        return bool(_value(ast.parse(text, mode="eval").body, point))
    except KeyError:
        return False
    except Exception as error:
        told = ", ".join(f"{name}={shown(value)!r}" for name, value in point.items())
        raise SweepError(f"--when {text} fails at {told} with {type(error).__name__}: {error}") from error


class _Fixing(ast.NodeTransformer):
    def __init__(self, names: Collection[str], namespace: Mapping[str, Any], option: str) -> None:
        self._names = names
        self._namespace = namespace
        self._option = option

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in self._names or (node.id in _CALLS and node.id not in self._namespace):
            return node
        value = self._namespace.get(node.id, getattr(builtins, node.id, None))
        try:
            return ast.parse(repr(_plain(value)), mode="eval").body
        except (TypeError, SyntaxError):
            kind = type(value).__name__
            said = f"in a search a condition may use numbers and texts, and {node.id} is {kind}"
            raise SweepError(f"{self._option}: {said}", at=self._option) from None


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return tuple(map(_plain, value))
    if isinstance(value, (set, frozenset)):
        return tuple(sorted(map(_plain, value)))
    item = getattr(value, "item", None)  # a scalar of numpy
    value = item() if callable(item) and getattr(value, "ndim", None) == 0 else value
    if type(value) not in _SCALARS:
        raise TypeError(value)
    return value


def _check(node: ast.AST, option: str) -> None:
    fine: tuple[type, ...] = (
        ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.BinOp, ast.UnaryOp, ast.Compare, ast.IfExp, ast.Constant,
        ast.Name, ast.Load, ast.Tuple, ast.List, *_BINARY, *_UNARY, *_COMPARE,
    )  # fmt: skip
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS and not node.keywords:
        return
    if not isinstance(node, fine):
        said = f"in a search a condition compares parameters with plain values; {ast.unparse(node)} does more"
        raise SweepError(f"{option}: {said}", at=option)


def _value(node: ast.AST, point: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return point[node.id]
    if isinstance(node, (ast.Tuple, ast.List)):
        return tuple(_value(item, point) for item in node.elts)
    if isinstance(node, ast.BoolOp):
        wanted = isinstance(node.op, ast.Or)
        for part in node.values:
            value = _value(part, point)
            if bool(value) is wanted:
                return value
        return value
    if isinstance(node, ast.UnaryOp):
        return _UNARY[type(node.op)](_value(node.operand, point))
    if isinstance(node, ast.BinOp):
        return _BINARY[type(node.op)](_value(node.left, point), _value(node.right, point))
    if isinstance(node, ast.IfExp):
        return _value(node.body if _value(node.test, point) else node.orelse, point)
    if isinstance(node, ast.Compare):
        return _compared(node, point)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
        return _CALLS[node.func.id](*(_value(argument, point) for argument in node.args))
    raise TypeError(f"{type(node).__name__} is no part of a condition")


def _compared(node: ast.Compare, point: Mapping[str, Any]) -> bool:
    left = _value(node.left, point)
    for operation, part in zip(node.ops, node.comparators, strict=True):
        right = _value(part, point)
        if not _COMPARE[type(operation)](left, right):
            return False
        left = right
    return True
