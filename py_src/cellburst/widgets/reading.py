"""The rows of a grid as values: literals are read, expressions are evaluated among the user's variables."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass
from typing import Any

from cellburst.display.formatting import one_line
from cellburst.errors import CellburstError, SweepError
from cellburst.sweeps.ranges import RANGES, Range
from cellburst.sweeps.shown import shown
from cellburst.sweeps.values import check_name, of_axis
from cellburst.widgets.code import bounds_of, constant_of, spaced
from cellburst.widgets.literals import TextError, values_of
from cellburst.widgets.spec import Parameter, Spec

_FILENAME = "<parameter grid>"
_SHOWN = 12


@dataclass(frozen=True)
class Row:
    """What a parameter comes to. ``values`` is a sequence, a range of a sampler, or a constant; None with an error.

    ``error`` has line and column (from 1; 0 where there is none) in the field that ``field`` names.
    """

    values: Any = None
    count: int | None = None
    error: str = ""
    line: int = 0
    column: int = 0
    field: str = ""


def read_rows(spec: Spec, namespace: Mapping[str, Any], known: Mapping[Parameter, Row] | None = None) -> dict[str, Row]:
    """Every parameter's values by its id; ``known`` are rows that are not to be evaluated again. Never raises."""
    known = known or {}
    found: dict[str, Row] = {}
    names: set[str] = set()
    for parameter in spec.parameters:
        row = known.get(parameter) or read_row(parameter, namespace)
        if not row.error and parameter.name in names:
            row = Row(error=f"there is another parameter {parameter.name}", field="name")
        names.add(parameter.name)
        found[parameter.id] = row
    return found


def read_row(parameter: Parameter, namespace: Mapping[str, Any]) -> Row:
    """The values of one parameter, or why it has none."""
    try:
        _check(parameter.name)
        values = _values(parameter, namespace)
    except TextError as error:
        return Row(error=str(error), line=error.line, column=error.column, field=error.field or "text")
    except SweepError as error:
        return Row(error=_plain(str(error)), field="text")
    if parameter.kind == "constant":
        return Row(values, 1)
    return Row(values, len(values) if isinstance(values, Sized) else None)


def excerpt(row: Row) -> str:
    """The first values, for a line of text."""
    if row.error:
        return ""
    if not isinstance(row.values, Sequence) or isinstance(row.values, str):
        return one_line(str(shown(row.values)), 80)
    texts = [_text(value) for value in row.values[:_SHOWN]]
    return one_line(", ".join([*texts, *(["…"] if len(row.values) > _SHOWN else [])]), 160)


def evaluate(source: str, namespace: Mapping[str, Any]) -> Any:
    """The value of an expression among the user's variables. Raises TextError with Python's own words and place."""
    try:
        code = compile(source.strip(), _FILENAME, "eval", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        line, column = getattr(error, "lineno", 0) or 0, getattr(error, "offset", 0) or 0
        raise TextError(f"{type(error).__name__}: {getattr(error, 'msg', error)}", line, column) from None
    try:
        return eval(code, dict(namespace))
    except Exception as error:
        raise TextError(_described(error), *_place(error)) from None


def _values(parameter: Parameter, namespace: Mapping[str, Any]) -> Any:
    match parameter.kind:
        case "list" | "choices":
            return values_of(parameter.text, words=parameter.kind == "choices")
        case "boolean":
            return (False, True)
        case "constant":
            return constant_of(parameter.text)
        case "range" | "linspace" | "logspace":
            return spaced(parameter)
        case "distribution":
            return _distribution(parameter)
        case "expression":
            return _evaluated(parameter, namespace)


def _evaluated(parameter: Parameter, namespace: Mapping[str, Any]) -> Any:
    if not parameter.text.strip():
        raise TextError("write an expression that gives several values")
    found = evaluate(parameter.text, {**RANGES, **namespace})
    if isinstance(found, Range):
        return found
    try:
        return of_axis(parameter.name, found)
    except CellburstError:
        raise
    except Exception as error:
        raise TextError(_described(error)) from None


def _distribution(parameter: Parameter) -> Any:
    made: Any = RANGES[parameter.law]
    return made(*bounds_of(parameter))


def _check(name: str) -> None:
    if not name:
        raise TextError("give it a name", field="name")
    try:
        check_name(name, "-p")
    except SweepError as error:
        raise TextError(_plain(str(error)), field="name") from None


def _plain(message: str) -> str:
    """A message of the magic without the option that it speaks of: the row stands for that."""
    head, colon, rest = message.partition(": ")
    return rest if colon and head.startswith("-p") else message


def _described(error: Exception) -> str:
    try:
        text = one_line(str(error), 300)
    except Exception:
        text = "(its text cannot be read)"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _place(error: Exception) -> tuple[int, int]:
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename == _FILENAME:
            column = getattr(frame, "colno", None)
            return (frame.lineno or 0, column + 1) if column is not None else (0, 0)
    return (0, 0)


def _text(value: Any) -> str:
    found = shown(value)
    return f"{found:.6g}" if isinstance(found, float) else str(found)
