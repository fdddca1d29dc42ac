"""Readers: from a word of the line to the value of an option."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from cellburst.client.options.submission import seconds
from cellburst.errors import MagicLineError, UsageError
from cellburst.magics.expressions import evaluate
from cellburst.magics.grammar import Reader, Reading, nearest
from cellburst.magics.line import Word
from cellburst.sweeps.ranges import RANGES, Range

_MOST_VALUES = 10_000_000
_FILE = re.compile(r"""[^\s"'()\[\]{}]+\.(csv|tsv|jsonl|ndjson|json|yaml|yml)""", re.IGNORECASE)
_ROOT = re.compile(r"\w*")
_QUOTED = re.compile(r"""["'].*["']""", re.DOTALL)


def text(reading: Reading, word: Word) -> str:
    """The word itself; quotes around it are taken off."""
    if _QUOTED.fullmatch(word.text):
        try:
            value = ast.literal_eval(word.text)
        except (SyntaxError, ValueError):
            return word.text
        if isinstance(value, str):
            return value
    return word.text


def expression(reading: Reading, word: Word) -> Any:
    """The value of a Python expression."""
    return evaluate(reading.line, word, reading.namespace)


def whole_number(least: int) -> Reader:
    """A reader of whole numbers from ``least`` on, written out or as an expression."""

    def read(reading: Reading, word: Word) -> int:
        value = evaluate(reading.line, word, reading.namespace)
        if not hasattr(value, "__index__") or isinstance(value, bool):
            raise reading.line.error_at(f"a whole number is expected here, not {type(value).__name__}", word)
        number = value.__index__()
        if number < least:
            raise reading.line.error_at(f"a whole number from {least} on is expected here, not {number}", word)
        return int(number)

    return read


def duration(reading: Reading, word: Word) -> float:
    """Seconds: ``90``, ``1.5``, ``90s``, ``10m``, ``2h``, or an expression for a number, such a text or a timedelta."""
    try:
        return _positive(reading, word, seconds(text(reading, word)))
    except MagicLineError:
        raise
    except UsageError as error:
        if word.text[:1].isdigit() and word.text.isalnum():  # "2x" is no expression that somebody meant
            raise reading.line.error_at(str(error), word) from None
    value = evaluate(reading.line, word, reading.namespace)
    if isinstance(value, timedelta):
        value = value.total_seconds()
    try:
        return _positive(reading, word, seconds(value))
    except MagicLineError:
        raise
    except UsageError as error:
        raise reading.line.error_at(str(error), word) from None


def name(reading: Reading, word: Word) -> str:
    """A variable's name."""
    if not word.text.isidentifier() or keyword.iskeyword(word.text):
        raise reading.line.error_at(f"{word.text!r} is not a variable name", word)
    return word.text


def names(reading: Reading, word: Word) -> tuple[str, ...]:
    """Variable names with commas between them."""
    found: list[str] = []
    start = word.start
    for part in word.text.split(","):
        item = Word(part.strip(), start + len(part) - len(part.lstrip()))
        start += len(part) + 1
        if not item.text:
            raise reading.line.error_at("names are written a,b without spaces", word)
        if item.text in found:
            raise reading.line.error_at(f"{item.text} is named twice", item)
        found.append(name(reading, item))
    return tuple(found)


def binding(reading: Reading, word: Word) -> tuple[str, Any, Word]:
    """``NAME=VALUES``: the name (``a,b`` for several that go together), the values, and the word where they stand."""
    left, place = _split(reading, word, "-p NAME=VALUES")
    parameter = ",".join(names(reading, left))
    if not place.text:
        hint = "[(1, 2), (3, 4)]" if "," in parameter else "[1, 2, 3]"
        raise reading.line.error(f"{left.text} is given no values; write -p {left.text}={hint}", place.start - 1)
    found = evaluate(reading.line, place, reading.namespace, RANGES)
    _check_range(reading, place, found)
    return parameter, _kept(reading, place, found), place


def constant(reading: Reading, word: Word) -> tuple[str, Any, Word]:
    """``NAME=VALUE``, the value an expression."""
    left, place = _split(reading, word, "--const NAME=VALUE")
    parameter = name(reading, left)
    if not place.text:
        raise reading.line.error(f"{parameter} is given no value; write --const {parameter}=1", place.start - 1)
    return parameter, evaluate(reading.line, place, reading.namespace), place


def input_items(reading: Reading, word: Word) -> tuple[str, Any, Word]:
    """``NAME=ITERABLE``."""
    left, place = _split(reading, word, "--each NAME=ITERABLE")
    parameter = name(reading, left)
    if not place.text:
        raise reading.line.error(f"{parameter} is given no items; write --each {parameter}=files", place.start - 1)
    return parameter, _kept(reading, place, evaluate(reading.line, place, reading.namespace)), place


def condition_for(reading: Reading, word: Word) -> tuple[str, str, Word]:
    """``NAME="CONDITION"``: the condition is evaluated later, for each combination."""
    left, place = _split(reading, word, '--when NAME="CONDITION"')
    parameter = name(reading, left)
    if not place.text:
        said = f'{parameter} is given no condition; write --when {parameter}="other > 0"'
        raise reading.line.error(said, place.start - 1)
    return parameter, text(reading, place), place


def condition(reading: Reading, word: Word) -> tuple[str, Word]:
    """A condition, in quotes or without blanks; evaluated later."""
    return text(reading, word), word


def _split(reading: Reading, word: Word, how: str) -> tuple[Word, Word]:
    left, sign, _ = word.text.partition("=")
    if not sign:
        raise reading.line.error_at(f"{word.text!r} binds nothing; write {how} without spaces around =", word)
    return Word(left, word.start), word.after(len(left) + 1)


def _check_range(reading: Reading, word: Word, value: object) -> None:
    """Raise MagicLineError if a variable of the notebook stands in the way of a range."""
    called = word.text.partition("(")[0].strip()
    if called not in RANGES or isinstance(value, (Range, list, tuple, range)):
        return
    if called in reading.namespace and (isinstance(value, float) or not hasattr(value, "__len__")):
        said = f"{called} is a variable of the notebook here, not the range; write cellburst.sweeps.{called}(...)"
        raise reading.line.error(said, word.start, word.start + len(called))


def choice(*allowed: str) -> Reader:
    """A reader of one of ``allowed``."""

    def read(reading: Reading, word: Word) -> str:
        if word.text not in allowed:
            hint = nearest(word.text, allowed)
            raise reading.line.error_at(f"{' or '.join(allowed)} is expected here, not {word.text!r}{hint}", word)
        return word.text

    return read


def table(reading: Reading, word: Word) -> Any:
    """The value of ``--over``: an expression, or the name of a file."""
    if _FILE.fullmatch(word.text) and _ROOT.match(word.text)[0] not in reading.namespace:  # type: ignore[index]
        return Path(word.text)
    return _kept(reading, word, evaluate(reading.line, word, reading.namespace))


def _kept(reading: Reading, word: Word, value: Any) -> Any:
    """An iterator's values as a list: they are read more than once."""
    if not isinstance(value, Iterator):
        return value
    try:
        found = list(islice(value, _MOST_VALUES + 1))
    except Exception as error:
        raise reading.line.error_at(f"{type(error).__name__}: {error}", word) from error
    if len(found) > _MOST_VALUES:
        raise reading.line.error_at(f"this gives more than {_MOST_VALUES:,} values, or never ends", word)
    return found


def _positive(reading: Reading, word: Word, value: float) -> float:
    if not value > 0 or value == float("inf"):
        raise reading.line.error_at("a time above 0 is expected here", word)
    return value
