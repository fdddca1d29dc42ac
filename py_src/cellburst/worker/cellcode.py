"""The code of a cell: compiled once per run, executed in a namespace once per task."""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
from collections.abc import Callable, Coroutine
from types import CodeType, FunctionType
from typing import Any

from msgspec import Struct

from cellburst.cells import futures
from cellburst.worker import import_statements
from cellburst.worker.cell_loop import CellLoop

Namespace = dict[str, Any]
AfterEach = Callable[[], object] | None


class CellCode(Struct, frozen=True):
    """``last`` is the expression that the cell ends with; ``quiet`` if a semicolon follows it.

    ``awaits`` if something is awaited outside of any function.
    """

    body: tuple[CodeType, ...]
    last: CodeType | None
    quiet: bool
    awaits: bool


def compile_cell(source: str, filename: str, first_line: int, earlier: int = 0, *, apart: bool = False) -> CellCode:
    """Compile so that frames point at the cell's own lines, under the ``__future__`` flags of earlier cells.

    With ``apart`` each statement is compiled for itself, as IPython does: what one imports or declares does not
    change how another is compiled. Raises SyntaxError and what ``compile`` raises.
    """
    show_lines(source, filename, first_line)
    tree = ast.parse(source, filename)
    quiet = _ends_quietly(tree, source)
    ast.increment_lineno(tree, first_line - 1)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    assert last is None or isinstance(last, ast.Expr)
    parts = [[statement] for statement in tree.body] if apart else [tree.body] if tree.body else []
    body: list[CodeType] = []
    for part in parts:
        body.append(_compile(ast.Module(part, []), filename, "exec", earlier))
        earlier |= futures.only(body[-1].co_flags)
    value = None if last is None else _compile(ast.Expression(last.value), filename, "eval", earlier)
    return CellCode(tuple(body), value, quiet, any(map(_awaits, (*body, value))))


def show_lines(source: str, filename: str, first_line: int) -> None:
    """Let tracebacks, warnings and ``inspect`` find the cell's lines."""
    lines = ["\n"] * (first_line - 1) + source.splitlines(keepends=True)
    linecache.cache[filename] = (len(source), None, lines, filename)


def run_single(code: CellCode, namespace: Namespace, loop: CellLoop, after_each: AfterEach = None) -> Any:
    """Execute as a kernel does, inside of a running event loop; the value of the last expression, or None.

    ``after_each`` is called after each statement.
    """
    loop.enter()
    import_statements.begin()
    try:
        if code.awaits:
            turning, future = loop.begin(_run_all(code, namespace, after_each))
            try:
                turning.run_forever()  # and not run_until_complete: kernels have no frame more
            finally:
                loop.end(future)
            return future.result()
        return _run_plainly(code, namespace, after_each)
    finally:
        import_statements.end()
        loop.leave()


def run_cell(code: CellCode, namespace: Namespace) -> Any:
    """Execute; the value of the last expression, or None. Awaits at top level run in one event loop."""
    return await_here(_run_all(code, namespace)) if code.awaits else _run_plainly(code, namespace)


def _run_plainly(code: CellCode, namespace: Namespace, after_each: AfterEach = None) -> Any:
    for part in code.body:
        import_statements.before(part)
        eval(*(part, namespace))  # this form always counts as a call (see `depth.py`)
        if after_each is not None:
            after_each()
    return None if code.last is None else eval(*(code.last, namespace))


async def _run_all(code: CellCode, namespace: Namespace, after_each: AfterEach = None) -> Any:
    uncounted = sys.version_info[:2] == (3, 11)  # in a kernel, `exec` is no call any more after some cells
    for part in code.body:
        import_statements.before(part)
        found = FunctionType(part, namespace)() if uncounted else eval(*(part, namespace))
        if _awaits(part):
            await found
        if after_each is not None:
            after_each()
    if code.last is None:
        return None
    value = FunctionType(code.last, namespace)() if uncounted else eval(*(code.last, namespace))
    return await value if _awaits(code.last) else value


def await_here(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine, in an event loop of its own."""
    loop = _Loop()
    try:
        return loop.wait_for(coroutine)
    finally:
        loop.close()


def _compile(tree: ast.Module | ast.Expression, filename: str, mode: str, flags: int) -> CodeType:
    code: CodeType = compile(tree, filename, mode, flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    return code


def _awaits(code: CodeType | None) -> bool:
    return code is not None and bool(code.co_flags & inspect.CO_COROUTINE)


def _ends_quietly(tree: ast.Module, source: str) -> bool:
    if not tree.body or not isinstance(last := tree.body[-1], ast.Expr):
        return False
    lines = source.encode().splitlines(keepends=True)
    row, column = last.end_lineno or 1, last.end_col_offset or 0
    rest = b"".join([lines[row - 1][column:], *lines[row:]])
    return rest.lstrip(b" \t\f\\\r\n").startswith(b";")


class _Loop:
    """An event loop that is made when something is awaited."""

    def __init__(self) -> None:
        self._loop: Any = None

    def wait_for(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        if self._loop is None:
            import asyncio  # slow to import, and few cells await

            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
        return self._loop.run_until_complete(coroutine)

    def close(self) -> None:
        """Cancel what the cell left running, as ``asyncio.run`` does."""
        loop, self._loop = self._loop, None
        if loop is None:
            return
        import asyncio

        try:
            left = asyncio.all_tasks(loop)
            for item in left:
                item.cancel()
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            asyncio.set_event_loop(None)
            loop.close()
