"""What compiled functions look up in the namespace that they were defined in."""

from __future__ import annotations

import dis
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType

from cellburst.cells import embedded

_LOADS = {"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"}
_BINDS = {"STORE_GLOBAL", "DELETE_GLOBAL"}
_BY_NAME = {"globals", "exec", "eval"}
_QUERIES = {"query", "eval", "sql", "sqldf", "execute"}


@dataclass(frozen=True)
class CodeNames:
    """``reads`` and ``binds`` are global names; ``guesses`` are named in strings that may be looked up.

    ``unknown``: it may bind any name. ``any_name``: it may read any.
    """

    reads: frozenset[str] = frozenset()
    binds: frozenset[str] = frozenset()
    guesses: frozenset[str] = frozenset()
    unknown: bool = False
    any_name: bool = False

    def joined(self, other: CodeNames) -> CodeNames:
        """Both together."""
        return CodeNames(
            self.reads | other.reads,
            self.binds | other.binds,
            self.guesses | other.guesses,
            self.unknown or other.unknown,
            self.any_name or other.any_name,
        )


@lru_cache(maxsize=2048)
def of_code(code: CodeType) -> CodeNames:
    """The global names of ``code`` and of the functions, classes and comprehensions inside it."""
    loads: set[str] = set()
    binds: set[str] = set()
    for instruction in dis.get_instructions(code):
        if instruction.opname in _LOADS:
            loads.add(instruction.argval)
        elif instruction.opname in _BINDS:
            binds.add(instruction.argval)
    texts = [constant for constant in code.co_consts if isinstance(constant, str)]
    guesses = frozenset(_guesses(loads, set(code.co_names), texts))
    found = CodeNames(
        frozenset(loads),
        frozenset(binds),
        guesses,
        bool(loads & _BY_NAME),
        bool(loads & _BY_NAME) or "f_globals" in code.co_names,
    )
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found = found.joined(of_code(constant))
    return found


def of_all(codes: Iterable[CodeType]) -> CodeNames:
    """The names of several pieces of code together."""
    found = CodeNames()
    for code in codes:
        found = found.joined(of_code(code))
    return found


def _guesses(loads: set[str], names: set[str], texts: list[str]) -> set[str]:
    if "get_ipython" in loads or loads & _BY_NAME:
        return embedded.names_in_any_text(texts)
    if names & _QUERIES:
        return {name for text in texts for name in embedded.names_in_query(text)}
    return set()
