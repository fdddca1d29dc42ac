"""What is known at a point of a cell, and what has been found so far."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Literal

from cellburst.cells.names import CellNames, Reference
from cellburst.cells.scope import Scope, mangle

Bound = set[str | tuple[Scope, str]] | None
Use = Literal["value", "delete", "guess"]
_GIVEN_TO_CLASSES = ("__module__", "__qualname__")


class Record:
    """The state of the walk over a cell.

    ``bound`` holds the names that have surely been bound or deleted when control is here (None where it never
    comes), ``maybe`` those that may have been; names of class bodies are in them as (scope, name). ``sure`` says
    that control comes here whenever the cell does not raise.
    """

    def __init__(self) -> None:
        self.names = CellNames()
        self.scope = Scope("module")
        self.bound: Bound = set()
        self.maybe: set[str | tuple[Scope, str]] = set()
        self.sure = True
        self._valued: set[str] = set()
        self._guessed: set[str] = set()

    def read(self, name: str, node: ast.AST, use: Use = "value") -> bool:
        """``name`` is looked up here; whether its value may come from outside the cell."""
        name = mangle(name, self.scope.private)
        owner = self._owner(name)
        if owner == "block" or (self.bound is not None and name in self.bound):
            return False
        self._read_from_outside(name, node, use, self.sure and owner == "module")
        return True

    def store(self, name: str) -> None:
        """``name`` is bound here."""
        if self._touch(name):
            self.names.assigns.add(mangle(name, self.scope.private))

    def delete(self, name: str, node: ast.AST | None = None) -> None:
        """``name`` is unbound here; by the statement ``node`` it must be bound before."""
        private = mangle(name, self.scope.private)
        if node is not None and (self.scope.parent is None or private in self.scope.global_names):
            self.read(name, node, "delete")
        if self._touch(name):
            self.names.deletes.add(private)

    def anything(self) -> None:
        """From here on any name may have been bound."""
        self.names.unknown = True

    @contextmanager
    def entering(self, scope: Scope) -> Iterator[None]:
        """What happens inside is in ``scope``."""
        outer, self.scope = self.scope, scope
        if scope.kind == "class" and self.bound is not None:
            self.bound.update((scope, name) for name in _GIVEN_TO_CLASSES)
        yield
        self.scope = outer

    @contextmanager
    def unsure(self, unsure: bool = True) -> Iterator[None]:
        """What happens inside may not happen at all."""
        before, self.sure = self.sure, self.sure and not unsure
        yield
        self.sure = before

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What happens inside happens later, or never, or not only once: it settles nothing."""
        before = self.copy()
        with self.unsure():
            yield
        self.bound = before

    def copy(self) -> Bound:
        """What is bound now, to come back to."""
        return None if self.bound is None else set(self.bound)

    def meet(self, ends: Iterable[Bound]) -> None:
        """Several ways lead here."""
        alive = [end for end in ends if end is not None]
        self.bound = set.intersection(*alive) if alive else None

    def finish(self) -> CellNames:
        """Everything found."""
        names = self.names
        names.discards = set(names.reads) - self._valued - self._guessed
        names.guesses = self._guessed - self._valued - set(names.required)
        names.certain = frozenset(name for name in self.bound or () if isinstance(name, str))
        return names

    def _owner(self, name: str) -> Literal["module", "block", "either"]:
        """Whose ``name`` is: the module's, that of a block inside it, or as it happens (in a class body)."""
        scope: Scope | None = self.scope
        sees_class = True
        while scope is not None and scope.parent is not None:
            if scope.kind == "class":
                if sees_class and name in scope.global_names:
                    return "module"
                if sees_class and name in scope.bound | {*_GIVEN_TO_CLASSES}:
                    return self._owner_in_class((scope, name))
            elif name in scope.global_names:
                return "module"
            elif name in scope.bound:
                return "block"
            sees_class = sees_class and scope.kind == "parameters"
            scope = scope.parent
        return "module"

    def _owner_in_class(self, key: tuple[Scope, str]) -> Literal["module", "block", "either"]:
        if self.bound is None or key in self.bound:
            return "block" if self.bound is not None else "either"
        return "either" if key in self.maybe else "module"

    def _read_from_outside(self, name: str, node: ast.AST, use: Use, sure: bool) -> None:
        names = self.names
        place = Reference(name, getattr(node, "lineno", 1), getattr(node, "col_offset", 0))
        names.reads.setdefault(name, place)
        self._settle(name)
        if use == "guess":
            self._guessed.add(name)
            return
        if use == "value":
            self._valued.add(name)
        if sure and self.bound is not None and name not in self.maybe and not names.unknown:
            names.required.setdefault(name, place)

    def _settle(self, name: str) -> None:
        bound = self.bound or ()
        known = self.names.settled.get(name)
        if known is None:
            self.names.settled[name] = frozenset(key for key in bound if isinstance(key, str))
        elif known:
            self.names.settled[name] = known.intersection(bound)

    def _touch(self, name: str) -> bool:
        """Bind or delete; whether it is a name of the module."""
        scope = self.scope
        while scope.kind == "comprehension" and scope.parent is not None:
            scope = scope.parent
        name = mangle(name, scope.private)
        if scope.parent is None or name in scope.global_names:
            self.maybe.add(name)
            if self.bound is not None:
                self.bound.add(name)
            return True
        if scope.kind == "class":
            self.maybe.add((scope, name))
            if self.bound is not None:
                self.bound.add((scope, name))
        return False
