"""The condition of ``--until``: a comparison of figures of an estimate, such as ``stderr / abs(mean) < 0.01``.

It is read with ``ast`` and evaluated over floats by what is listed here, and by nothing else.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from cellburst.errors import SweepError
from cellburst.sweeps.moments import Moments

FIGURES = ("mean", "std", "stderr", "ci95", "n", "min", "max")
_FUNCTIONS: dict[str, Callable[[float], float]] = {"abs": abs, "sqrt": math.sqrt, "log": math.log}
_ARITHMETIC: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: math.pow,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_LONGEST = 300

Known = Mapping[str, Mapping[str, float]]  # by metric, by figure; "" is the metric of figures without one
_Number = Callable[[Known], float]
_Truth = Callable[[Known], bool]


@dataclass(frozen=True)
class Condition:
    """``metrics`` are those that are named in brackets; ``bare`` says that there are figures without a name."""

    text: str
    metrics: tuple[str, ...]
    bare: bool
    _truth: _Truth

    def holds(self, known: Mapping[str, Moments]) -> bool:
        """Whether it is true of these; what cannot be computed yet is not true."""
        return self._is_true({name: moments.figures() for name, moments in known.items()})

    def needs(self, known: Mapping[str, Moments], most: int) -> int:
        """How many numbers it may take, at most ``most``: errors shrink with the root of their number.

        Mean and spread are taken as they are now, so that this is a guess that gets better.
        """
        low = max((moments.n for moments in known.values()), default=0)
        high = max(2, low)
        while not self._as_if(known, high):
            low, high = high, 2 * high
            if high >= most:
                return most
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._as_if(known, middle) else (middle, high)
        return high

    def _as_if(self, known: Mapping[str, Moments], n: int) -> bool:
        return self._is_true({name: moments.figures(n) for name, moments in known.items()})

    def _is_true(self, known: Known) -> bool:
        try:
            return self._truth(known)
        except (ArithmeticError, ValueError):  # a division by nothing, a root of what is below
            return False


def read_condition(text: str) -> Condition:
    """The condition that ``text`` is. Raises SweepError that points at what it cannot be."""
    return _Reading(text).condition()


class _Reading:
    def __init__(self, text: str) -> None:
        self._text = text.strip() if isinstance(text, str) else ""
        self._metrics: dict[str, None] = {}
        self._bare = False
        self._counted = False

    def condition(self) -> Condition:
        if not self._text:
            raise SweepError('--until needs a condition, such as --until "stderr < 0.01"')
        if len(self._text) > _LONGEST:
            raise SweepError("--until: the condition is too long")
        try:
            tree = ast.parse(self._text, mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            at = max(0, (getattr(error, "offset", None) or 1) - 1)
            raise self._error("this is no condition", at, at + 1) from None
        truth = self._truth(tree.body)
        bare = self._bare or (self._counted and not self._metrics)
        if not self._metrics and not bare:
            raise self._wrong(tree.body, f"it names no figure; there are {', '.join(FIGURES)}")
        return Condition(self._text, tuple(self._metrics), bare, truth)

    def _truth(self, node: ast.expr) -> _Truth:
        match node:
            case ast.BoolOp():
                parts = [self._truth(part) for part in node.values]
                every = all if isinstance(node.op, ast.And) else any
                return lambda known: every(part(known) for part in parts)
            case ast.UnaryOp(op=ast.Not()):
                inner = self._truth(node.operand)
                return lambda known: not inner(known)
            case ast.Compare():
                return self._comparison(node)
        raise self._wrong(node, "a comparison is needed here, such as stderr < 0.01")

    def _comparison(self, node: ast.Compare) -> _Truth:
        sides = [self._number(side) for side in (node.left, *node.comparators)]
        compare = []
        for operation in node.ops:
            if type(operation) not in _COMPARISONS:
                raise self._wrong(node, "figures are compared with <, <=, > or >=")
            compare.append(_COMPARISONS[type(operation)])

        def truth(known: Known) -> bool:
            values = [side(known) for side in sides]
            # nan is neither below nor above, and "not" must not make a yes of that
            if any(math.isnan(value) for value in values):
                raise ValueError("not known yet")
            return all(holds(a, b) for holds, a, b in zip(compare, values, values[1:], strict=False))

        return truth

    def _number(self, node: ast.expr) -> _Number:
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                number = float(value)
                return lambda known: number
            case ast.UnaryOp(op=ast.USub()):
                inner = self._number(node.operand)
                return lambda known: -inner(known)
            case ast.UnaryOp(op=ast.UAdd()):
                return self._number(node.operand)
            case ast.BinOp() if type(node.op) in _ARITHMETIC:
                apply, left, right = _ARITHMETIC[type(node.op)], self._number(node.left), self._number(node.right)
                return lambda known: apply(left(known), right(known))
            case ast.Name():
                return self._figure(node, "")
            case ast.Call(func=ast.Name() as name, keywords=[]) if len(node.args) == 1:
                return self._call(name, node.args[0])
        raise self._wrong(node, f"a number, one of {', '.join(FIGURES)}, or arithmetic with them is needed here")

    def _call(self, name: ast.Name, argument: ast.expr) -> _Number:
        if name.id in _FUNCTIONS:
            function, inner = _FUNCTIONS[name.id], self._number(argument)
            return lambda known: function(inner(known))
        match argument:
            case ast.Name(id=metric) | ast.Constant(value=str() as metric) if metric:
                return self._figure(name, metric)
        raise self._wrong(argument, f"the name of a metric is needed here: {name.id}(price)")

    def _figure(self, node: ast.Name, metric: str) -> _Number:
        figure = node.id
        if figure not in FIGURES:
            hint = did_you_mean(figure, (*FIGURES, *_FUNCTIONS)) or f"; there are {', '.join(FIGURES)}"
            raise self._wrong(node, f"there is no {figure!r}{hint}")
        if figure == "n" and not metric:  # of the copies, whatever is looked at of them
            self._counted = True
            return lambda known: known[""]["n"] if "" in known else min(known[name]["n"] for name in self._metrics)
        if metric:
            self._metrics[metric] = None
        else:
            self._bare = True
        return lambda known: known[metric][figure]

    def _wrong(self, node: ast.expr, problem: str) -> SweepError:
        line = self._text.splitlines()[node.lineno - 1].encode()
        start = len(line[: node.col_offset].decode())
        end = len(line[: node.end_col_offset].decode()) if node.end_lineno == node.lineno else start + 1
        return self._error(problem, start, end)

    def _error(self, problem: str, start: int, end: int) -> SweepError:
        shown = " ".join(self._text.splitlines())
        return SweepError(f"--until: {problem}\n    {shown}\n    {' ' * start}{'^' * max(1, end - start)}")


def did_you_mean(wrong: str, right: Iterable[str]) -> str:
    """``"; did you mean X?"``, or nothing if no right name is near."""
    import difflib  # only mistakes need it

    names = {name.lower(): name for name in right}
    near = difflib.get_close_matches(wrong.lower(), names, n=1, cutoff=0.6)
    return f"; did you mean {names[near[0]]}?" if near else ""
