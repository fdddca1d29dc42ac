"""Conditions on parameters: expressions of the user's, evaluated in the user's own process where a sweep is made.

They do not travel: a sweep keeps what they were true for.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import sys
from collections.abc import Callable, Collection, Mapping
from types import CodeType
from typing import Any, NoReturn

from cellburst.errors import SweepError
from cellburst.sweeps.base import Test
from cellburst.sweeps.shown import shown

_FILENAME = "<condition>"


class AbsentError(Exception):
    """A condition has read a parameter that this point does not have."""


class Scope(dict[str, Any]):
    """The parameters of a point, above the variables of the notebook."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        super().__init__()
        self._namespace = namespace
        self.absent: set[str] = set()

    def __missing__(self, name: str) -> Any:
        if name in self.absent:
            raise AbsentError(name)
        return self._namespace[name]

    def enter(self, point: Mapping[str, Any]) -> None:
        """Go on to another point, which has all parameters so far."""
        self.clear()
        self.absent.clear()
        self.update(point)

    def lose(self, name: str) -> None:
        """The point does not have this parameter."""
        self.pop(name, None)
        self.absent.add(name)


class Condition:
    """``reads`` are the parameters it is about; ``option`` is what messages call it, ``at`` where it was given."""

    def __init__(self, test: Test, names: Collection[str], namespace: Mapping[str, Any], option: str, at: str) -> None:
        self.option = option
        self.at = at
        self._text = test if isinstance(test, str) else getattr(test, "__name__", repr(test))
        self._code: CodeType | None = None
        self._function: Callable[..., Any] = _never
        tree: ast.Expression | None = None
        if isinstance(test, str):
            tree, self._code = self._parsed(test)
            self._check_names(tree, names, namespace)
            found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        else:
            if not callable(test):
                raise SweepError(f"{option}: a condition is an expression or a function, not {test!r}", at=at)
            self._function = lambda *values: test(**dict(zip(self.reads, values, strict=True)))
            found = set(inspect.signature(test).parameters)
            if unknown := sorted(found - set(names)):
                raise SweepError(
                    f"{option}: {self._text}() has the argument {unknown[0]!r}, and there is no such parameter", at=at
                )
        self.reads = tuple(name for name in names if name in found)
        if tree is not None:  # as a function it takes a tenth of the time
            self._function = _function_of(tree, self.reads, namespace)
        if not self.reads:
            raise SweepError(f"{option}: {self._text} says nothing about {_listed(names)}", at=at)

    def holds(self, scope: Scope) -> bool:
        """Whether it is true for a point. Raises AbsentError, and SweepError that tells the point it fails at."""
        try:
            if self._code is None or not scope.absent or scope.absent.isdisjoint(self.reads):
                return bool(self._function(*[scope[name] for name in self.reads]))
            return bool(eval(self._code, scope))  # it may come to the absent one, or not
        except AbsentError:
            raise
        except Exception as error:
            self._fail(error, scope)

    def _fail(self, error: Exception, scope: Scope) -> NoReturn:
        point = ", ".join(f"{name}={shown(scope[name])!r}" for name in self.reads if name in scope)
        said = f"{type(error).__name__}: {' '.join(str(error).split())}"[:200]
        raise SweepError(f"{self.option}: {self._text} fails at {point} with {said}", at=self.at) from error

    def _parsed(self, text: str) -> tuple[ast.Expression, CodeType]:
        stripped = text.lstrip()
        lead = len(text) - len(stripped)
        try:
            tree = ast.parse(stripped.rstrip(), _FILENAME, "eval")
            return tree, compile(tree, _FILENAME, "eval", dont_inherit=True)
        except SyntaxError as error:
            first = lead + error.offset - 1 if error.offset else len(text.rstrip())  # 0: it ends too early
            last = lead + error.end_offset - 1 if error.end_offset and error.end_offset > 0 else first + 1
            said = f"{self.option}: {text.strip()!r} is no expression: {error.msg}"
            raise SweepError(said, at=self.at, span=(first, max(last, first + 1))) from None
        except ValueError as error:  # a null byte
            raise SweepError(f"{self.option}: {error}", at=self.at) from None

    def _check_names(self, tree: ast.Expression, names: Collection[str], namespace: Mapping[str, Any]) -> None:
        bound = {
            node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
        }
        bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        for node in ast.walk(tree):
            if not isinstance(node, ast.Name) or node.id in bound or node.id in names or node.id in namespace:
                continue
            if not hasattr(builtins, node.id):
                import difflib  # only mistakes need it

                near = difflib.get_close_matches(node.id, [*names, *namespace], 1, 0.6)
                hint = f"did you mean {near[0]}?" if near else f"the parameters are {_listed(names)}"
                span = (node.col_offset, node.end_col_offset or node.col_offset + 1) if self._text.isascii() else None
                said = f"{self.option}: there is no parameter or variable {node.id!r}; {hint}"
                raise SweepError(said, at=self.at, span=span)


def _function_of(tree: ast.Expression, reads: Collection[str], namespace: Mapping[str, Any]) -> Callable[..., Any]:
    """The expression as a function of the parameters that it reads."""
    arguments = ast.arguments(
        posonlyargs=[], args=[ast.arg(arg=name) for name in reads], kwonlyargs=[], kw_defaults=[], defaults=[]
    )
    made = ast.fix_missing_locations(ast.Expression(ast.Lambda(args=arguments, body=tree.body)))
    found: Callable[..., Any] = eval(compile(made, _FILENAME, "eval", dont_inherit=True), dict(namespace))
    return found


def _never(*_: Any) -> bool:
    return False


def variables(namespace: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """``namespace``, or the variables of the notebook or script that runs."""
    return vars(sys.modules["__main__"]) if namespace is None else namespace


def _listed(names: Collection[str]) -> str:
    found = list(names)
    return ", ".join(found[:10]) + (" ..." if len(found) > 10 else "")
