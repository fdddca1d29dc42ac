"""What a cell reads from the namespace around it, and what it binds there."""

from __future__ import annotations

import ast
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from cellburst.cells.shell_magics import Magic
from cellburst.payload.silence import no_warnings

_T = TypeVar("_T")
_DEEP_STACK = 512 << 20  # bytes, of address space only
_DEEP_RECURSION = 200_000


@dataclass(frozen=True)
class Reference:
    """The first place where a name is read. ``line`` counts from 1, ``column`` from 0."""

    name: str
    line: int
    column: int


@dataclass
class CellNames:
    """The names of one cell, as if it ran at the top of a module.

    ``reads`` are all names that may be taken from outside, in the order of the text. Of these ``required`` are
    read for certain before anything in the cell can have bound them: without them the cell fails. ``guesses``
    are only named in strings that may be looked up (shell lines, queries). ``discards`` are only deleted, so
    that their value does not matter. ``settled`` says, for a name that is read, which names the cell has
    bound or deleted by then, whichever way it ran. ``certain`` are those at its end.

    ``attributes`` are all names after a dot. ``outputs`` are the numbers n of ``Out[n]``; None when ``Out`` is
    used in another way.
    ``calls_shell``: it reads ``get_ipython`` or ``display``, or imports IPython. ``magics`` are IPython's, also in the
    bodies of others. ``refusals`` say what of the kernel it would change. ``by_name``: it looks names up by their
    text. ``any_name``: whichever, so that all must be there; ``lists_names``: their names at least. ``unknown``: from
    somewhere on any name may have been bound (star import, ``exec``, a magic).
    """

    reads: dict[str, Reference] = field(default_factory=dict)
    required: dict[str, Reference] = field(default_factory=dict)
    guesses: set[str] = field(default_factory=set)
    discards: set[str] = field(default_factory=set)
    settled: dict[str, frozenset[str]] = field(default_factory=dict)
    certain: frozenset[str] = frozenset()
    assigns: set[str] = field(default_factory=set)
    deletes: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    star_imports: list[str] = field(default_factory=list)
    attributes: set[str] = field(default_factory=set)
    outputs: set[int] | None = field(default_factory=set)
    refusals: list[str] = field(default_factory=list)
    magics: list[Magic] = field(default_factory=list)
    calls_shell: bool = False
    any_name: bool = False
    lists_names: bool = False
    by_name: bool = False
    unknown: bool = False

    @property
    def maybe(self) -> set[str]:
        """The names that are used if they are there."""
        return set(self.reads) - set(self.required)


def analyse(
    source: str, *, filename: str = "<cell>", flags: int = 0, shells: frozenset[str] = frozenset()
) -> CellNames:
    """Read ``source``, plain Python as ``transform`` makes it.

    ``flags`` are compiler flags that are in force from earlier cells (``from __future__ import annotations``).
    ``shells`` are names of the running shell, besides what ``get_ipython()`` gives.
    Raises the compiler's own SyntaxError.
    """
    flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    with no_warnings():  # they are shown where the cell runs
        return _at_any_depth(lambda: _analyse(source, filename, flags, shells))


def _analyse(source: str, filename: str, flags: int, shells: frozenset[str]) -> CellNames:
    from cellburst.cells.flow import Flow

    tree = compile(source, filename, "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
    compile(tree, filename, "exec", flags, dont_inherit=True)  # a tree is not yet a program: "return" outside of one
    flow = Flow(flags, shells)
    flow.run(tree)
    return flow.finish(tree)


def _at_any_depth(work: Callable[[], _T]) -> _T:
    """``work()``, with a deeper stack if it needs one: the compiler takes deeper trees than our recursion does."""
    try:
        return work()
    except RecursionError:
        pass
    results: list[_T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:
            errors.append(error)

    before, stack = sys.getrecursionlimit(), threading.stack_size(_DEEP_STACK)
    try:
        sys.setrecursionlimit(max(before, _DEEP_RECURSION))
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(stack)
        sys.setrecursionlimit(before)
    if errors:
        raise errors[0]
    return results[0]
