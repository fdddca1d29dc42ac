"""Code that uses the namespace as a mapping: ``globals()``, ``dir()``, ``eval``, ``get_ipython().user_ns``."""

from __future__ import annotations

import ast

from cellburst.cells.reader import Reader

_CALLS = frozenset({"globals", "locals", "vars"})
_LOCAL = frozenset({"locals", "vars", "dir"})  # inside of a function these know only its own names
_ITEM_METHODS = frozenset({"get", "pop", "setdefault", "__getitem__", "__contains__", "__setitem__", "__delitem__"})
_FRAMES = frozenset({"f_globals", "f_locals"})


class NamespaceReader(Reader):
    """Adds to ``Reader`` which names may be looked up: one that is spelled out, or any."""

    def visit_Subscript(self, node: ast.Subscript) -> None:  # noqa: N802
        if self._is_namespace(node.value):
            self._visit_namespace(node.value)
            self._item(node.slice, node)
            return
        if isinstance(node.slice, ast.Constant) and node.slice.value == "__main__" and _last(node.value) == "modules":
            self.looks_up_any()
        super().visit_Subscript(node)

    def visit_Compare(self, node: ast.Compare) -> None:  # noqa: N802
        if len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn) and self._lists(node.comparators[0]):
            self._visit_namespace(node.comparators[0])
            self._item(node.left, node)
            return
        super().visit_Compare(node)

    def visit_Call(self, node: ast.Call) -> None:  # noqa: N802
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr in _ITEM_METHODS and node.args:
            if self._is_namespace(function.value):
                self._visit_namespace(function.value)
                self._item(node.args[0], node)
                self.visit_each([*node.args[1:], *node.keywords])
                return
        elif isinstance(function, ast.Name):
            self._by_name(function, node)
        self.generic_visit(node)
        if self._is_namespace(node):
            self.looks_up_any()

    def _by_name(self, function: ast.Name, node: ast.Call) -> None:
        if function.id == "dir" and not node.args and not self._is_inside("dir"):
            self.record.names.lists_names = True
        elif function.id in {"exec", "eval"} and len(node.args) == 1 and not isinstance(node.args[0], ast.Constant):
            self.record.names.any_name = True
        elif (
            function.id in {"vars", "dir", "setattr", "delattr", "getattr", "hasattr"}
            and node.args
            and _last(node.args[0]) == "__main__"
        ):
            self.looks_up_any()

    def visit_Attribute(self, node: ast.Attribute) -> None:  # noqa: N802
        super().visit_Attribute(node)
        of_main = node.attr == "__dict__" and _last(node.value) == "__main__"
        if of_main or node.attr in _FRAMES or self._is_namespace(node):
            self.looks_up_any()

    def looks_up_any(self) -> None:
        """At names that nobody can tell from the text."""
        self.looks_up_by_name()
        self.record.names.any_name = True

    def _item(self, key: ast.expr, node: ast.AST) -> None:
        """The item of the namespace under ``key``."""
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            self.looks_up_by_name()
            self.record.read(key.value, node, "guess")
        else:
            self.visit(key)
            self.looks_up_any()

    def _is_namespace(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.args:
            return node.func.id in _CALLS and not self._is_inside(node.func.id)
        return isinstance(node, ast.Attribute) and node.attr in {"user_ns", "user_global_ns"}

    def _lists(self, node: ast.AST) -> bool:
        """Whether it is the namespace or the list of its names."""
        is_dir = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dir"
        return self._is_namespace(node) or (is_dir and isinstance(node, ast.Call) and not node.args)

    def _is_inside(self, name: str) -> bool:
        scope = self.record.scope
        return name in _LOCAL and scope.kind in {"function", "class"}

    def _visit_namespace(self, node: ast.AST) -> None:
        """The parts of an expression for the namespace, of which one item is wanted."""
        if isinstance(node, ast.Call):
            self.visit(node.func)
        elif isinstance(node, ast.Attribute):
            self.record.names.attributes.add(node.attr)
            self.visit(node.value)


def _last(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
