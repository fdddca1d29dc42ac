"""Python's scopes: which names a block binds, and where a name that it reads is looked up."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

ScopeKind = Literal["module", "class", "function", "comprehension", "parameters"]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True, eq=False)
class Scope:
    """A block. ``bound`` are the names that are its own, ``global_names`` those it declares global.

    ``private`` is the class whose ``__names`` are mangled here. ``parameters`` is the scope of type
    parameters (PEP 695), which, unlike a function, sees the class that it stands in.
    """

    kind: ScopeKind
    parent: Scope | None = None
    bound: frozenset[str] = frozenset()
    global_names: frozenset[str] = frozenset()
    private: str = ""

    def in_class(self) -> bool:
        """Whether a function that is made here is a method."""
        scope: Scope | None = self
        while scope is not None and scope.kind == "parameters":
            scope = scope.parent
        return scope is not None and scope.kind == "class"


@dataclass(frozen=True)
class Bindings:
    """What a block binds itself, and what it declares to be someone else's."""

    bound: frozenset[str]
    global_names: frozenset[str]


def mangle(name: str, private: str) -> str:
    """``name`` as the compiler stores it inside the class ``private``."""
    if not private or not name.startswith("__") or name.endswith("__") or "." in name:
        return name
    owner = private.lstrip("_")
    return f"_{owner}{name}" if owner else name


def bindings(nodes: Iterable[ast.AST], private: str = "") -> Bindings:
    """The names that ``nodes`` bind in the block they stand in, without the blocks inside it."""
    bound: set[str] = set()
    global_names: set[str] = set()
    elsewhere: set[str] = set()
    for node in _of_block(nodes):
        if isinstance(node, ast.Global):
            global_names.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            elsewhere.update(node.names)
        else:
            bound.update(_names_bound_by(node))
    found = {mangle(name, private) for name in global_names}
    local = {mangle(name, private) for name in bound - elsewhere}
    return Bindings(frozenset(local - found), frozenset(found))


def arguments(args: ast.arguments, private: str = "") -> frozenset[str]:
    """The names of a function's parameters."""
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs]
    every += [extra for extra in (args.vararg, args.kwarg) if extra is not None]
    return frozenset(mangle(arg.arg, private) for arg in every)


def parameter_annotations(args: ast.arguments) -> Iterator[ast.expr]:
    """What is written after the colons of a function's parameters."""
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
    return (arg.annotation for arg in every if arg is not None and arg.annotation is not None)


def defaults(args: ast.arguments) -> Iterator[ast.expr]:
    """The default values of a function's parameters, in the order of their evaluation."""
    return (value for value in [*args.defaults, *args.kw_defaults] if value is not None)


def targets(generators: Iterable[ast.comprehension]) -> frozenset[str]:
    """The names that a comprehension's ``for`` clauses bind."""
    return frozenset(
        node.id
        for generator in generators
        for node in ast.walk(generator.target)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )


def _names_bound_by(node: ast.AST) -> Iterable[str]:
    if isinstance(node, ast.Name):
        return [node.id] if isinstance(node.ctx, (ast.Store, ast.Del)) else []
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [alias.asname or alias.name.partition(".")[0] for alias in node.names if alias.name != "*"]
    if isinstance(node, ast.MatchMapping):
        return [node.rest] if node.rest else []
    if isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
        return [node.name] if node.name else []
    return []


def _of_block(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Every node of this block; of the blocks inside it only what is evaluated, or bound, here."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, COMPREHENSIONS):
            waiting.extend(_assigned_through(node))
            continue
        yield node
        if isinstance(node, FUNCTIONS):
            waiting += [*node.decorator_list, *defaults(node.args), *parameter_annotations(node.args)]
            waiting += [node.returns] if node.returns else []
        elif isinstance(node, ast.Lambda):
            waiting.extend(defaults(node.args))
        elif isinstance(node, ast.ClassDef):
            waiting += [*node.decorator_list, *node.bases, *node.keywords]
        else:
            waiting.extend(ast.iter_child_nodes(node))


def _assigned_through(comprehension: ast.AST) -> Iterator[ast.AST]:
    """The targets of ``:=`` in a comprehension: they belong to the block around it."""
    waiting: list[ast.AST] = list(ast.iter_child_nodes(comprehension))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.NamedExpr):
            yield node.target
            waiting.append(node.value)
        elif isinstance(node, ast.Lambda):
            waiting.extend(defaults(node.args))
        else:
            waiting.extend(ast.iter_child_nodes(node))
