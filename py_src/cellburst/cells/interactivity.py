"""Which expressions of a cell show their value: IPython's ``ast_node_interactivity``, written into the cell."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from cellburst.payload.silence import no_warnings

_SHOW = b"get_ipython().displayhook("
_ENDS_QUIETLY = re.compile(r";\s*(?:#.*)?\s*\Z")
_COMMON = frozenset({"last_expr", "none"})  # a kernel does not show the value of a cell for "none"


def shown(source: str, mode: str) -> str:
    """``source`` so that all it shows by ``mode`` is shown, where the value at its end is shown anyway.

    Lines stay where they are.
    """
    if mode in _COMMON or _ENDS_QUIETLY.search(source):
        return source
    try:
        with no_warnings():
            body = ast.parse(source).body
    except (SyntaxError, ValueError):  # it is told by whoever compiles it
        return source
    if not body:
        return source
    if mode == "last_expr_or_assign":
        name = _assigned(body[-1])
        return f"{source.rstrip()}\n{name}\n" if name else source
    every = list(_expressions(body if mode == "all" else body[-1:]))
    return _wrapped(source, [node for node in every if node is not body[-1]])


def _assigned(node: ast.stmt) -> str:
    """The one name that a statement assigns."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        target = node.target
    else:
        return ""
    return target.id if isinstance(target, ast.Name) else ""


def _expressions(nodes: list[ast.stmt]) -> Iterator[ast.Expr]:
    """Expressions that stand as statements, in branches and loops too."""
    for node in nodes:
        if isinstance(node, ast.Expr):
            yield node
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for name in ("body", "orelse", "finalbody"):
                yield from _expressions(getattr(node, name, []))
            for part in [*getattr(node, "handlers", []), *getattr(node, "cases", [])]:
                yield from _expressions(part.body)


def _wrapped(source: str, nodes: list[ast.Expr]) -> str:
    lines = source.encode().splitlines(keepends=True)
    places = []
    for node in nodes:
        end = (node.end_lineno or 1) - 1
        places += [(node.lineno - 1, node.col_offset, _SHOW), (end, node.end_col_offset or 0, b")")]
    for line, column, text in sorted(places, reverse=True):
        lines[line] = lines[line][:column] + text + lines[line][column:]
    return b"".join(lines).decode()
