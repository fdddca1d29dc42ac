"""Statements: the ways control can take through a cell."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from cellburst.cells import embedded
from cellburst.cells.names import CellNames, Reference
from cellburst.cells.record import Bound
from cellburst.cells.text_reader import TextReader, strings_of
from cellburst.cells.trusted import is_true, may_swallow, never_returns, surely_has_items

# Modules that look for a notebook when they are imported.
_ASKS_FOR_SHELL = frozenset({
    "IPython", "altair", "bokeh", "holoviews", "hvplot", "ipywidgets", "panel", "plotly", "rich", "tqdm.auto",
    "tqdm.autonotebook", "tqdm.notebook",
})  # fmt: skip


@dataclass
class _Loop:
    breaks: list[Bound] = field(default_factory=list)
    continues: list[Bound] = field(default_factory=list)


class Flow(TextReader):
    """Adds the statements to the expressions."""

    def __init__(self, flags: int, shells: frozenset[str] = frozenset()) -> None:
        super().__init__(flags, shells)
        self._loops: list[_Loop] = []

    def run(self, tree: ast.Module) -> None:
        """Read a whole cell."""
        self.visit_each(tree.body)

    def finish(self, tree: ast.Module) -> CellNames:
        """What was found in ``tree``."""
        names = self.record.finish()
        if names.by_name:
            for name in sorted(embedded.names_in_any_text(strings_of(tree)) - set(names.reads)):
                names.reads[name] = Reference(name, 1, 0)
                names.settled[name] = frozenset()
                names.guesses.add(name)
        return names

    # simple statements

    def visit_Assign(self, node: ast.Assign) -> None:  # noqa: N802
        self.visit(node.value)
        if embedded.is_shell(node.value, self.shells):
            self.shells |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        self.visit_each(node.targets)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:  # noqa: N802
        target = node.target
        if isinstance(target, ast.Name):
            self.record.read(target.id, target)
            self.visit(node.value)
            self.record.store(target.id)
        else:
            self.visit_each([target, node.value])

    def visit_Expr(self, node: ast.Expr) -> None:  # noqa: N802
        self.visit(node.value)
        if never_returns(node.value):
            self.record.sure = False

    def visit_Assert(self, node: ast.Assert) -> None:  # noqa: N802
        self.visit(node.test)
        if node.msg is not None:
            self._lazily([node.msg])

    def visit_Raise(self, node: ast.Raise) -> None:  # noqa: N802
        self.generic_visit(node)
        self.record.bound = None

    def visit_Return(self, node: ast.Return) -> None:  # noqa: N802
        self.generic_visit(node)
        self.record.bound = None

    def visit_Break(self, _node: ast.Break) -> None:  # noqa: N802
        self._loops[-1].breaks.append(self.record.copy())
        self.record.bound = None

    def visit_Continue(self, _node: ast.Continue) -> None:  # noqa: N802
        self._loops[-1].continues.append(self.record.copy())
        self.record.bound = None

    # imports

    def visit_Import(self, node: ast.Import) -> None:  # noqa: N802
        for alias in node.names:
            self._imports(alias.name)
            self.record.store(alias.asname or alias.name.partition(".")[0])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:  # noqa: N802
        module = "." * node.level + (node.module or "")
        self._imports(module)
        if module == "__future__" and any(alias.name == "annotations" for alias in node.names):
            self._later_annotations = True
        for alias in node.names:
            if alias.name == "*":
                self.record.names.star_imports.append(module)
                self.record.anything()
            else:
                self.record.store(alias.asname or alias.name)

    def _imports(self, module: str) -> None:
        names = self.record.names
        names.imports.add(module)
        names.calls_shell |= module in _ASKS_FOR_SHELL or module.partition(".")[0] in _ASKS_FOR_SHELL

    # branches

    def visit_If(self, node: ast.If) -> None:  # noqa: N802
        record = self.record
        ends: list[Bound] = []
        self.visit(node.test)
        with record.unsure():
            orelse = self._branch(node, ends)
            while len(orelse) == 1 and isinstance(orelse[0], ast.If):  # elif, of which there may be hundreds
                self.visit(orelse[0].test)
                orelse = self._branch(orelse[0], ends)
            self.visit_each(orelse)
        record.meet([*ends, record.bound])

    def _branch(self, node: ast.If, ends: list[Bound]) -> list[ast.stmt]:
        start = self.record.copy()
        self.visit_each(node.body)
        ends.append(self.record.bound)
        self.record.bound = None if is_true(node.test) else start
        return node.orelse

    def visit_Match(self, node: ast.Match) -> None:  # noqa: N802
        self.visit(node.subject)
        ends: list[Bound] = []
        with self.record.unsure():
            for case in node.cases:
                start = self.record.copy()
                self.visit(case.pattern)
                if case.guard is not None:
                    self.visit(case.guard)
                self.visit_each(case.body)
                ends.append(self.record.bound)
                self.record.bound = None if case.guard is None and _always_matches(case.pattern) else start
        self.record.meet([*ends, self.record.bound])

    def visit_MatchAs(self, node: ast.MatchAs) -> None:  # noqa: N802
        if node.pattern is not None:
            self.visit(node.pattern)
        if node.name is not None:
            self.record.store(node.name)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:  # noqa: N802
        if node.name is not None:
            self.record.store(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:  # noqa: N802
        self.generic_visit(node)
        if node.rest is not None:
            self.record.store(node.rest)

    # loops

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:  # noqa: N802
        self.visit(node.iter)
        self._loop([node.target, *node.body], node.orelse, passed=surely_has_items(node.iter), endless=False)

    visit_AsyncFor = visit_For  # noqa: N815

    def visit_While(self, node: ast.While) -> None:  # noqa: N802
        self.visit(node.test)
        self._loop(node.body, node.orelse, passed=False, endless=is_true(node.test))

    def _loop(self, body: list[Any], orelse: list[ast.stmt], *, passed: bool, endless: bool) -> None:
        record = self.record
        before = record.copy()
        loop = _Loop()
        self._loops.append(loop)
        with record.unsure():
            self.visit_each(body)
            self._loops.pop()
            if endless:
                record.bound = None
            elif passed:
                record.meet([record.bound, *loop.continues])
            else:
                record.bound = before
            self.visit_each(orelse)
        record.meet([record.bound, *loop.breaks])

    # exceptions

    def visit_Try(self, node: Any) -> None:  # noqa: N802
        before = self.record.copy()
        swallows = bool(node.handlers) or _diverts(node.finalbody)
        with self.record.unsure(swallows):
            self.visit_each(node.body)
            self.visit_each(node.orelse)
        ends = [self.record.bound]
        for handler in node.handlers:
            self.record.bound = None if before is None else set(before)
            self._handler(handler)
            ends.append(self.record.bound)
        self.record.meet(ends)
        if node.finalbody:
            self._finally(node.finalbody, before)

    visit_TryStar = visit_Try  # noqa: N815

    def _handler(self, handler: ast.ExceptHandler) -> None:
        with self.record.unsure():
            if handler.type is not None:
                self.visit(handler.type)
            if handler.name is not None:
                self.record.store(handler.name)
            self.visit_each(handler.body)
            if handler.name is not None:
                self.record.delete(handler.name)

    def _finally(self, body: list[ast.stmt], before: Bound) -> None:
        record = self.record
        normal, record.bound = record.bound, None if before is None else set(before)
        self.visit_each(body)
        if record.bound is not None:
            record.bound = None if normal is None else record.bound | normal

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:  # noqa: N802
        record = self.record
        swallowed: list[Bound] = []
        sure = record.sure
        for item in node.items:
            self.visit(item.context_expr)
            if may_swallow(item.context_expr, record.maybe) and not swallowed:
                swallowed.append(record.copy())
                record.sure = False
            if item.optional_vars is not None:
                self.visit(item.optional_vars)
        self.visit_each(node.body)
        if swallowed:
            record.sure = sure
        record.meet([record.bound, *swallowed])

    visit_AsyncWith = visit_With  # noqa: N815

    def _later(self, parameters: frozenset[str], body: list[Any]) -> None:
        loops, self._loops = self._loops, []
        super()._later(parameters, body)
        self._loops = loops


def _always_matches(pattern: ast.pattern) -> bool:
    if isinstance(pattern, ast.MatchOr):
        return any(_always_matches(choice) for choice in pattern.patterns)
    return isinstance(pattern, ast.MatchAs) and (pattern.pattern is None or _always_matches(pattern.pattern))


def _diverts(body: Iterable[ast.stmt]) -> bool:
    """Whether a ``finally`` may leave its block by itself, which drops an exception."""
    return any(isinstance(node, (ast.Return, ast.Break, ast.Continue)) for part in body for node in ast.walk(part))
