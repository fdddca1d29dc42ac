"""``NAME=VALUES`` as it is typed in a shell: no notebook is there whose variables could be meant."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from glob import glob as files_like
from pathlib import Path
from typing import Any, cast

from cellburst.errors import SweepError
from cellburst.sweeps.ranges import RANGES
from cellburst.sweeps.spacing import linspace

_OPENING = "[({"


def binding(text: str, option: str = "-p") -> tuple[str, Any]:
    """A name (or "a,b") and its values.

    ``lr=0.1,0.01`` and ``kernel=rbf,poly`` are lists, ``depth=range(3, 8)`` and ``[...]`` are written as in Python,
    ``lr=loguniform(1e-5, 0.1)`` is a range, ``file=glob("data/*.csv")`` finds files, ``model=@models.txt`` has a
    value on each line. Raises SweepError.
    """
    name, sign, values = text.partition("=")
    name = name.strip()
    if not sign or not name:
        raise SweepError(f"{option} {text}: write {option} NAME=VALUES", at=option)
    return name, _values(name, values.strip(), option)


def constant(text: str, option: str = "--const") -> tuple[str, Any]:
    """A name and its one value. Raises SweepError."""
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise SweepError(f"{option} {text}: write {option} NAME=VALUE", at=option)
    value = value.strip()
    return name.strip(), _expression(name, value, option) if value and value[0] in _OPENING else plain(value)


def condition_for(text: str) -> tuple[str, str]:
    """A name and what must be true for it to exist. Raises SweepError."""
    name, sign, condition = text.partition("=")
    if not sign or not name.strip() or not condition.strip():
        raise SweepError(
            f"""--when {text}: write --when NAME="CONDITION", as in gamma="kernel == 'rbf'" """.rstrip(), at="--when"
        )
    return name.strip(), condition.strip()


def plain(text: str) -> Any:
    """A number, True, False, None, a text in quotes, or else the text itself."""
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return {"true": True, "false": False, "null": None}.get(text, text)
    return found if isinstance(found, (bool, int, float, str, type(None))) else text


def _values(name: str, text: str, option: str) -> Any:
    if not text:
        raise SweepError(f"{option} {name}: it has no values, so there is nothing to run", at=f"{option} {name}")
    if text.startswith("@"):
        return _lines(name, text[1:], option)
    if text[:1] in _OPENING or ("(" in text and text.partition("(")[0] in _CALLS):
        return _expression(name, text, option)
    return [plain(part.strip()) for part in _split(text)]


def _split(text: str) -> Iterable[str]:
    """At commas outside of quotes and brackets."""
    part, quote, depth = "", "", 0
    for sign in text:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in _OPENING:
            depth += 1
        elif sign in "])}":
            depth -= 1
        elif sign == "," and not depth:
            yield part
            part = ""
            continue
        part += sign
    yield part


def _lines(name: str, path: str, option: str) -> list[Any]:
    at = f"{option} {name}"
    try:
        text = Path(path).expanduser().read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SweepError(f"{at}: {path} cannot be read: {error.strerror}", at=at) from None
    except UnicodeDecodeError as error:
        raise SweepError(f"{at}: {path} is no UTF-8 text (byte {error.start})", at=at) from None
    lines = [line.strip() for line in text.splitlines()]
    found = [line for line in lines if line and not line.startswith("#")]
    if not found:
        raise SweepError(f"{at}: {path} has no lines, so there is nothing to run", at=at)
    numbers = [plain(line) for line in found]
    all_numbers = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in numbers)
    return numbers if all_numbers else found


def _expression(name: str, text: str, option: str) -> Any:
    at = f"{option} {name}"
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError) as error:
        column = getattr(error, "offset", None) or 1
        raise SweepError(
            f"{at}: {text} does not parse at column {column}: {getattr(error, 'msg', error)}", at=at
        ) from None
    try:
        return _evaluated(tree.body)
    except SweepError:
        raise
    except Exception as error:
        raise SweepError(f"{at}: {text}: {error}", at=at) from None


def _evaluated(node: ast.expr) -> Any:
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return (
            [_evaluated(item) for item in node.elts]
            if not isinstance(node, ast.Tuple)
            else tuple(map(_evaluated, node.elts))
        )
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
        named = {word.arg: _evaluated(word.value) for word in node.keywords if word.arg}
        return _CALLS[node.func.id](*map(_evaluated, node.args), **named)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        base, power = _evaluated(node.left), _evaluated(node.right)
        if abs(power) > 1000:
            raise ValueError("a power of more than 1000 is no value")
        return base**power
    try:
        return ast.literal_eval(node)
    except ValueError:
        known = ", ".join(sorted(_CALLS))
        raise ValueError(f"{ast.unparse(node)} is no plain value; what can be called here: {known}") from None


def _logspace(start: float, stop: float, count: int = 50) -> list[float]:
    return [10.0**place for place in linspace(start, stop, count)]


def _glob(pattern: str) -> list[str]:
    found = sorted(files_like(pattern, recursive=True))
    if not found:
        raise ValueError(f"no file is like {pattern}")
    return found


_CALLS: dict[str, Callable[..., Any]] = {
    **cast(dict[str, Any], RANGES),
    "range": range,
    "logspace": _logspace,
    "glob": _glob,
}
