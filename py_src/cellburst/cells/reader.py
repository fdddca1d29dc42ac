"""Expressions, functions and classes: what they look up, and when."""

from __future__ import annotations
import __future__

import ast
from collections.abc import Iterable
from typing import Any

from cellburst.cells import embedded
from cellburst.cells.record import Record
from cellburst.cells.scope import Scope, arguments, bindings, defaults, parameter_annotations, targets

_BY_NAME = {"globals", "locals", "vars", "exec", "eval"}
_SHELL_NAMESPACES = {"user_ns", "user_global_ns", "user_module", "push"}
_SHELL = {"get_ipython", "display"}
_OUTPUTS = {"Out", "_oh"}
_CHANGING = {"pop", "popitem", "clear", "update", "setdefault"}


class Reader(ast.NodeVisitor):
    """Walks in the order of evaluation and tells a record of every look-up."""

    def __init__(self, flags: int, shells: frozenset[str] = frozenset()) -> None:
        self.shells = set(shells)
        self.record = Record()
        self._later_annotations = bool(flags & __future__.annotations.compiler_flag)

    def visit_each(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    # names

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self.record.store(node.id)
        elif isinstance(node.ctx, ast.Del):
            self.record.delete(node.id, node)
        else:
            self._load(node)

    def _load(self, node: ast.Name) -> None:
        if not self.record.read(node.id, node):
            return
        if node.id in _OUTPUTS:
            self.record.names.outputs = None
        elif node.id in _SHELL or node.id in self.shells:
            self.record.names.calls_shell = True
        elif node.id in _BY_NAME:
            self.looks_up_by_name()

    def looks_up_by_name(self) -> None:
        """At names as texts."""
        self.record.names.by_name = True
        self.record.anything()

    def visit_Subscript(self, node: ast.Subscript) -> None:
        number = node.slice.value if isinstance(node.slice, ast.Constant) else None
        outputs = self.record.names.outputs
        if isinstance(node.value, ast.Name) and node.value.id in _OUTPUTS and not isinstance(node.ctx, ast.Load):
            self._changes_outputs(node.value.id)
        if isinstance(node.value, ast.Name) and node.value.id in _OUTPUTS and isinstance(number, int):
            self.record.read(node.value.id, node)
            if outputs is not None:
                outputs.add(number)
            return
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.value, ast.Name) and node.value.id == "__main__":
            self._attribute_of_main(node)
        if isinstance(node.value, ast.Name) and node.value.id in _OUTPUTS and node.attr in _CHANGING:
            self._changes_outputs(node.value.id)
        self.record.names.attributes.add(node.attr)
        self.generic_visit(node)
        if node.attr in _SHELL_NAMESPACES and self.record.names.calls_shell:
            self.looks_up_by_name()

    def _changes_outputs(self, name: str) -> None:
        self.record.names.refusals.append(
            f"{name} is the kernel's own list of outputs, which this cell changes: put that in a cell without %%remote"
        )

    def _attribute_of_main(self, node: ast.Attribute) -> None:
        """A name of the namespace."""
        if isinstance(node.ctx, ast.Load):
            self.record.read(node.attr, node, "guess")
            return
        names = self.record.names.assigns if isinstance(node.ctx, ast.Store) else self.record.names.deletes
        names.add(node.attr)
        self.record.maybe.add(node.attr)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self.visit(node.target)

    # expressions of which a part may not be evaluated

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self._first_then_maybe(node.values)

    def visit_Compare(self, node: ast.Compare) -> None:
        self.visit(node.left)
        self._first_then_maybe(node.comparators)

    def _first_then_maybe(self, nodes: list[ast.expr]) -> None:
        self.visit(nodes[0])
        certain = self.record.copy()
        with self.record.unsure():
            self.visit_each(nodes[1:])
        self.record.bound = certain

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.visit(node.test)
        start = self.record.copy()
        with self.record.unsure():
            self.visit(node.body)
            taken, self.record.bound = self.record.bound, start
            self.visit(node.orelse)
        self.record.meet([taken, self.record.bound])

    def visit_Dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                self.visit(key)
            self.visit(value)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        rights: list[ast.expr] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp):  # a sum of a thousand terms is a thousand deep
            rights.append(left.right)
            left = left.left
        self.visit(left)
        self.visit_each(reversed(rights))

    # comprehensions

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> None:
        self._comprehension(node.generators, [node.elt])

    visit_SetComp = visit_ListComp  # noqa: N815
    visit_GeneratorExp = visit_ListComp  # noqa: N815

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._comprehension(node.generators, [node.key, node.value])

    def _comprehension(self, generators: list[ast.comprehension], elements: list[ast.expr]) -> None:
        self.visit(generators[0].iter)
        record = self.record
        scope = Scope("comprehension", record.scope, targets(generators), private=record.scope.private)
        with record.entering(scope), record.aside():
            for number, generator in enumerate(generators):
                if number:
                    self.visit(generator.iter)
                self._stores_in_comprehension(generator.target)
                self.visit_each(generator.ifs)
            self.visit_each(elements)

    def _stores_in_comprehension(self, target: ast.expr) -> None:
        for node in ast.walk(target):
            if isinstance(node, (ast.Attribute, ast.Subscript)):
                self.visit(node)  # for x.y in z: reads x

    # functions and classes

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.visit_each(defaults(node.args))
        self._later(arguments(node.args), [node.body])

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.visit_each(node.decorator_list)
        self.visit_each(defaults(node.args))
        with self.record.entering(self._parameters(node)):
            for annotation in parameter_annotations(node.args):
                self._annotation(annotation)
            if node.returns:
                self._annotation(node.returns)
            if not node.decorator_list:  # which could call the function before it has its name
                self._store_around(node.name)
            self._later(arguments(node.args, self.record.scope.private), node.body)
        self.record.store(node.name)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def _store_around(self, name: str) -> None:
        """Bind ``name`` where the statement stands, outside of its type parameters."""
        scope = self.record.scope
        while scope.kind == "parameters" and scope.parent is not None:
            scope = scope.parent
        with self.record.entering(scope):
            self.record.store(name)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.visit_each(node.decorator_list)
        with self.record.entering(self._parameters(node)):
            self.visit_each([*node.bases, *node.keywords])
            own = bindings(node.body, node.name)
            scope = Scope("class", self.record.scope, own.bound, own.global_names, node.name)
            with self.record.entering(scope):
                self.visit_each(node.body)
        self.record.store(node.name)

    def _later(self, parameters: frozenset[str], body: list[Any]) -> None:
        """A body that runs when it is called, with whatever is bound by then."""
        record = self.record
        own = bindings(body, record.scope.private)
        implied = {"__class__"} if record.scope.in_class() else set()
        bound = parameters | own.bound | implied
        scope = Scope("function", record.scope, bound, own.global_names, record.scope.private)
        with record.entering(scope), record.aside():
            self.visit_each(body)

    def _parameters(self, node: Any) -> Scope:
        """The scope of a statement's type parameters; its own scope where it has none."""
        parameters = getattr(node, "type_params", [])
        outer = self.record.scope
        if not parameters:
            return outer
        private = node.name if isinstance(node, ast.ClassDef) else outer.private
        scope = Scope("parameters", outer, frozenset(parameter.name for parameter in parameters), private=private)
        with self.record.entering(scope):
            for parameter in parameters:
                self._lazily([getattr(parameter, "bound", None), getattr(parameter, "default_value", None)])
        return scope

    def visit_TypeAlias(self, node: Any) -> None:
        with self.record.entering(self._parameters(node)):
            self._lazily([node.value])
        self.visit(node.name)

    def _lazily(self, nodes: list[ast.expr | None]) -> None:
        with self.record.aside():
            self.visit_each(node for node in nodes if node is not None)

    # annotations

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)
            self.visit(node.target)
        elif not isinstance(node.target, ast.Name):
            self.visit_each(ast.iter_child_nodes(node.target))
        if self.record.scope.parent is None:
            if isinstance(node.target, ast.Name):
                self.record.read("__annotations__", node, "guess")
            self.record.maybe.add("__annotations__")
        if self.record.scope.kind != "function":  # those of local variables are never evaluated
            self._annotation(node.annotation)

    def _annotation(self, node: ast.expr) -> None:
        """Evaluated now, or by whoever asks for the type hints."""
        if self._later_annotations:
            self._lazily([node])
        else:
            self.visit(node)
        for text in _strings_of_types(node):
            tree = embedded.parsed(text)
            for name in embedded.free_looking_names(tree) if tree else ():
                self.record.read(name, node, "guess")


def _strings_of_types(node: ast.expr) -> Iterable[str]:
    """The strings in an annotation that stand for types."""
    waiting: list[ast.AST] = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value
        elif not (isinstance(part, ast.Subscript) and _last_name(part.value) == "Literal"):
            waiting.extend(ast.iter_child_nodes(part))


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
