"""Python expressions in a magic's line: evaluated in the kernel, their errors shown at their place."""

from __future__ import annotations

import ast
import builtins
import traceback
from collections.abc import Mapping
from types import CodeType
from typing import Any

from cellburst.display.formatting import one_line
from cellburst.errors import MagicLineError
from cellburst.magics.line import MagicLine, Word

_FILENAME = "<magic line>"


def evaluate(line: MagicLine, word: Word, namespace: dict[str, Any], more: Mapping[str, Any] | None = None) -> Any:
    """The value of the expression ``word`` among the user's variables, and those of ``more`` that they do not hide.

    Raises MagicLineError with Python's own words and carets under the part that failed.
    """
    try:
        code = compile(word.text, _FILENAME, "eval", dont_inherit=True)
    except SyntaxError as error:
        raise _syntax_error(line, word, error) from None
    except ValueError as error:  # a null byte
        raise line.error_at(f"ValueError: {error}", word) from None
    try:
        return eval(code, namespace, _unhidden(code, namespace, more or {}))
    except Exception as error:
        raise _failure(line, word, error) from error


def _unhidden(code: CodeType, namespace: dict[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """What the expression may take from ``more``; functions that it makes have the user's variables alone."""
    found = {name: more[name] for name in code.co_names if name in more and name not in namespace}
    return found or namespace


def _syntax_error(line: MagicLine, word: Word, error: SyntaxError) -> MagicLineError:
    start = word.start + min(max((error.offset or 1) - 1, 0), max(len(word.text) - 1, 0))
    end = word.start + error.end_offset - 1 if error.end_offset and error.end_offset > 0 else start + 1
    hint = "; put an expression with spaces in brackets" if word.end < len(line.text.rstrip()) else ""
    return line.error(f"{type(error).__name__}: {error.msg}{hint}", start, min(end, max(word.end, start + 1)))


def _failure(line: MagicLine, word: Word, error: Exception) -> MagicLineError:
    start, end = _name_place(word.text, error) or _frame_place(word.text, error) or (0, len(word.text))
    return line.error(_describe(error), word.start + start, word.start + end)


def _name_place(text: str, error: Exception) -> tuple[int, int] | None:
    """Where an undefined name stands; Python 3.10 has no columns in its frames."""
    name = getattr(error, "name", None)
    if type(error) is not NameError or not isinstance(name, str) or hasattr(builtins, name):
        return None
    for node in ast.walk(ast.parse(text, mode="eval")):
        if isinstance(node, ast.Name) and node.id == name:
            return _characters(text, node.col_offset, node.end_col_offset)
    return None


def _frame_place(text: str, error: Exception) -> tuple[int, int] | None:
    """The part that was being evaluated in the innermost frame of the line itself."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename == _FILENAME:
            return _characters(text, getattr(frame, "colno", None), getattr(frame, "end_colno", None))
    return None


def _characters(text: str, start: int | None, end: int | None) -> tuple[int, int] | None:
    """Python counts columns in bytes of UTF-8."""
    if start is None or end is None:
        return None
    data = text.encode("utf-8", "surrogatepass")
    return len(data[:start].decode("utf-8", "ignore")), len(data[:end].decode("utf-8", "ignore"))


def _describe(error: Exception) -> str:
    try:
        text = one_line(str(error), 300)
    except Exception:
        text = "(its text cannot be read)"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
