"""Calls whose string arguments are code or names."""

from __future__ import annotations

import ast

from cellburst.cells import embedded
from cellburst.cells.namespace_reader import NamespaceReader
from cellburst.cells.shell_magics import Magic, looks_at_all_names


class TextReader(NamespaceReader):
    """Adds to those before what ``embedded`` finds inside strings."""

    def visit_Call(self, node: ast.Call) -> None:  # noqa: N802
        if isinstance(node.func, ast.Name) and node.func.id == "vars" and node.args:
            self.record.read("vars", node.func)  # of an object: no look-up of names
            self.visit_each([*node.args, *node.keywords])
            self._by_name(node.func, node)
            return
        super().visit_Call(node)
        if (magic := embedded.magic_of_call(node)) is not None:
            self._magic(magic)
        for piece in embedded.of_call(node, self.shells):
            self._piece(piece, node)

    def _magic(self, magic: Magic) -> None:
        self.record.names.magics.append(magic)
        if looks_at_all_names(magic):
            self.looks_up_any()

    def _piece(self, piece: embedded.Piece, node: ast.Call) -> None:
        if piece.kind == "anything":
            self.record.anything()
        elif piece.kind == "assigns":
            for name in piece.text.split():
                self.record.store(name)
        elif piece.kind == "deletes":
            for name in piece.text.split():
                self.record.delete(name, node)
        else:
            self._code(piece, node)

    def _code(self, piece: embedded.Piece, node: ast.Call) -> None:
        tree = embedded.parsed(piece.text)
        if tree is None:
            return
        for inner in ast.walk(tree):
            if hasattr(inner, "lineno"):
                inner.lineno = node.lineno + (piece.line and piece.line + inner.lineno - 1)
        if piece.kind == "guess":
            for name in embedded.free_looking_names(tree):
                self.record.read(name, node, "guess")
        elif piece.kind == "function":
            self._later(frozenset(), tree.body)
        elif piece.kind == "swallowed":
            with self.record.aside():
                self.visit_each(tree.body)
        else:
            self._inline(tree)

    def _inline(self, tree: ast.Module) -> None:
        self.visit_each(tree.body)


def strings_of(tree: ast.AST) -> list[str]:
    """Every string constant below ``tree``."""
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
