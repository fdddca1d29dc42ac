"""What code does, without how it is written: comments, blank lines and places make no difference."""

from __future__ import annotations

import ast
from hashlib import blake2b
from types import CodeType
from typing import Any

_OF_CODE = (
    *("co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_flags", "co_code", "co_consts", "co_names"),
    *("co_varnames", "co_freevars", "co_cellvars", "co_name", "co_exceptiontable"),
)
TASK = "task"
"""What a cell and the functions of a notebook call the task that they are in."""
_SEED_BYTES = 4  # short enough to be typed again
_SAME_ANYWHERE = frozenset({"params", "seed", "log", "progress", "report", "should_stop"})


def source_digest(source: str, flags: int = 0) -> bytes:
    """Of a cell as it is executed, and of the compiler flags of earlier cells. Raises SyntaxError."""
    return blake2b(f"{flags}:{ast.dump(ast.parse(source))}".encode(), digest_size=16).digest()


def seed_of(digest: bytes) -> int:
    """The seed of a run whose code has this digest and to which nobody gave one."""
    return int.from_bytes(digest[:_SEED_BYTES], "big")


def knows_its_place(source: str, name: str = TASK) -> bool:
    """Whether a cell may find out which number its task has: it does not only use what is the same in any place."""
    tree = ast.parse(source)
    harmless = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in _SAME_ANYWHERE
    }
    uses = (node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name)
    return any(id(node) not in harmless for node in uses)


def code_facts(code: CodeType) -> tuple[Any, ...]:
    """All of a code object but the file and the lines that it is from."""
    return tuple(getattr(code, name, b"") for name in _OF_CODE)


def names_in(code: CodeType) -> set[str]:
    """The names that code and the code inside it look up."""
    found = {*code.co_names, *code.co_freevars}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= names_in(constant)
    return found
