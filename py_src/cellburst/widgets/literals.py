"""Texts of an editor as values: literals between commas and line ends, never anything that is executed."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_PAIRS = {"(": ")", "[": "]", "{": "}"}


class TextError(ValueError):
    """A text that cannot be read; ``line`` and ``column`` count from 1, 0 where there is no place."""

    def __init__(self, message: str, line: int = 0, column: int = 0, field: str = "") -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.field = field

    @property
    def placed(self) -> str:
        """The message with its place in front."""
        return f"line {self.line}, column {self.column}: {self}" if self.line else str(self)


@dataclass(frozen=True)
class Item:
    """A part of a text, and where it begins."""

    text: str
    line: int
    column: int


def values_of(text: str, *, words: bool = False) -> tuple[Any, ...]:
    """The values in a text, one a line or with commas between them; with ``words`` what is no literal is a text.

    A text that is one list is its values. Raises TextError.
    """
    if not words and text.strip().startswith("[") and isinstance(whole := _attempt(text.strip()), list):
        return tuple(whole)
    found = tuple(_value(item, words) for item in items_of(text, commas=not words or "\n" not in text.strip()))
    if not found:
        raise TextError("write at least one value")
    return found


def items_of(text: str, *, commas: bool = True) -> Iterator[Item]:
    """The parts of a text between line ends (and commas) that are outside of brackets and quotes."""
    start, place = 0, 0
    closers: list[str] = []
    while place <= len(text):
        char = text[place : place + 1]
        if char in ("'", '"') and not _in_word(text, start, place):
            place = _string_end(text, place)
            continue
        if char in _PAIRS:
            closers.append(_PAIRS[char])
        elif closers and char == closers[-1]:
            closers.pop()
        elif not char or (not closers and (char == "\n" or (commas and char == ","))):
            part = text[start:place]
            if part.strip():
                yield _item(text, start + len(part) - len(part.lstrip()), part.strip())
            start = place + 1
        place += 1


def number_of(text: str, field: str) -> int | float:
    """A finite number as it is typed: ``3``, ``1e-4``, ``10_000``. Raises TextError."""
    found = _attempt(text.strip()) if text.strip() else None
    if isinstance(found, bool) or not isinstance(found, (int, float)) or not math.isfinite(found):
        said = f"{text.strip()[:40]!r} is no number" if text.strip() else "a number is missing"
        raise TextError(f"{field}: {said}", field=field)
    return found


def whole_of(text: str, field: str, least: int = 1, most: int = 10_000_000) -> int:
    """A whole number between bounds. Raises TextError."""
    found = number_of(text, field)
    if isinstance(found, float) and found.is_integer():
        found = int(found)
    if not isinstance(found, int) or not least <= found <= most:
        raise TextError(f"{field}: a whole number from {least:,} to {most:,} is expected", field=field)
    return found


def _value(item: Item, words: bool) -> Any:
    try:
        return ast.literal_eval(item.text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        if words:
            return item.text
        hint = f"; a text has quotes: {item.text[:30]!r}" if item.text.isidentifier() else ""
        raise TextError(f"{item.text[:40]} is no literal value{hint}", item.line, item.column) from None


def _attempt(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _item(text: str, start: int, part: str) -> Item:
    return Item(part, text.count("\n", 0, start) + 1, start - (text.rfind("\n", 0, start) + 1) + 1)


def _in_word(text: str, start: int, place: int) -> bool:
    """Whether the quote is an apostrophe: ``don't``."""
    before = text[start:place].strip()
    return bool(before) and before[-1:].isalnum() and before.lower() not in ("b", "r", "u", "rb", "br")


def _string_end(text: str, start: int) -> int:
    quote = text[start] * 3 if text.startswith(text[start] * 3, start) else text[start]
    place = start + len(quote)
    while place < len(text):
        if text[place] == "\\":
            place += 2
        elif text.startswith(quote, place):
            return place + len(quote)
        elif text[place] == "\n" and len(quote) == 1:
            break  # never closed: the literal's own error says so
        else:
            place += 1
    return place
