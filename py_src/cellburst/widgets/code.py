"""A parameter as a Python expression, and an expression as the parameter whose editor shows it best."""

from __future__ import annotations

import ast
import math
from typing import Any

import msgspec

from cellburst.errors import SweepError
from cellburst.sweeps import spacing
from cellburst.widgets.literals import TextError, number_of, values_of, whole_of
from cellburst.widgets.spec import LAWS, Kind, Law, Parameter

_LIBRARIES = {"np", "numpy", "ranges", "cellburst"}
_BOUNDS = {"uniform": 2, "loguniform": 2, "randint": 2, "lograndint": 2, "quniform": 3}


def expression_of(parameter: Parameter) -> str:
    """What stands behind ``-p NAME=``; for a constant its value. Raises TextError while it cannot be read."""
    kind = parameter.kind
    if kind == "boolean":
        return "[False, True]"
    if kind == "expression":
        return _checked_expression(parameter.text)
    if kind == "constant":
        return repr(constant_of(parameter.text))
    if kind in ("list", "choices"):
        return repr(list(values_of(parameter.text, words=kind == "choices")))
    if kind == "distribution":
        return f"{parameter.law}({', '.join(map(repr, bounds_of(parameter)))})"
    low, high = number_of(parameter.start, "from"), number_of(parameter.stop, "to")
    if kind == "range":
        return _range_text(low, high, _step(parameter))
    name = "linspace" if kind == "linspace" else "geomspace"
    return f"{name}({low!r}, {high!r}, {whole_of(parameter.count, 'how many')})"


def constant_of(text: str) -> Any:
    """The one value of a constant: a literal, or else the text itself. Raises TextError when there is none."""
    if not text.strip():
        raise TextError("write its value")
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text.strip()


def bounds_of(parameter: Parameter) -> tuple[int | float, ...]:
    """The arguments of a distribution. Raises TextError for bounds that make none."""
    whole = parameter.law in ("randint", "lograndint")
    read = (lambda text, field: whole_of(text, field, -(1 << 53), 1 << 53)) if whole else number_of
    low, high = read(parameter.start, "from"), read(parameter.stop, "to")
    if not low < high:
        raise TextError(f"to: {high} is not above {low}", field="to")
    if parameter.law in ("loguniform", "lograndint") and low <= 0:
        raise TextError("from: logarithmic values are above 0", field="from")
    if parameter.law != "quniform":
        return (low, high)
    step = number_of(parameter.step, "step")
    if not step > 0:
        raise TextError("step: it must be above 0", field="step")
    return (low, high, step)


def spaced(parameter: Parameter) -> Any:
    """The values of a range, linspace or logspace. Raises TextError."""
    low, high = number_of(parameter.start, "from"), number_of(parameter.stop, "to")
    try:
        if parameter.kind == "range":
            return spacing.arange(low, high, _step(parameter))
        count = whole_of(parameter.count, "how many")
        make = spacing.linspace if parameter.kind == "linspace" else spacing.geomspace
        return make(low, high, count)
    except SweepError as error:
        raise TextError(str(error)) from None


def parameter_of(id_: str, name: str, source: str, when: str = "") -> Parameter:
    """The parameter that an expression stands for; one that is nothing simpler is kept as an expression."""
    base = Parameter(id_, name, "expression", text=source.strip(), when=when)
    try:
        node = ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return base
    if isinstance(node, (ast.List, ast.Tuple)):
        return _of_values(base, node)
    if isinstance(node, ast.Call) and not node.keywords:
        return _of_call(base, node)
    return base


def of_values(id_: str, name: str, values: Any, when: str = "") -> Parameter | None:
    """The parameter with the editor for values that a program gives; None if no literals stand for them."""
    if isinstance(values, range):
        return parameter_of(id_, name, repr(values), when)
    to_list = getattr(values, "tolist", None)
    found = to_list() if to_list is not None else values
    if not isinstance(found, (list, tuple)):
        return None
    source = repr(list(found))
    try:
        same = ast.literal_eval(source) == list(found)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return parameter_of(id_, name, source, when) if same else None


def constant(id_: str, name: str, value: str) -> Parameter:
    """A constant from the text of its literal."""
    return Parameter(id_, name, "constant", text=value)


def items_text(values: list[Any], *, words: bool = False) -> str:
    """Values as their editor shows them: on a line while they are few and short."""
    texts = [_word(value) if words else repr(value) for value in values]
    if words:
        return "\n".join(texts)
    line = ", ".join(texts)
    if len(texts) == 1 and texts[0].startswith("["):
        return f"[{line}]"  # else it would be read as the values themselves
    return line if len(line) <= 60 else "\n".join(texts)


def _of_values(base: Parameter, node: ast.List | ast.Tuple) -> Parameter:
    try:
        values = list(ast.literal_eval(node))
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return base
    if not values:
        return base
    if len(values) == 2 and all(isinstance(value, bool) for value in values) and values[0] != values[1]:
        return _changed(base, kind="boolean")
    words = len(values) > 1 and all(isinstance(value, str) and _is_word(value) for value in values)
    kind: Kind = "choices" if words else "list"
    return _changed(base, kind=kind, text=items_text(values, words=words))


def _of_call(base: Parameter, node: ast.Call) -> Parameter:
    name = _called(node.func)
    if name == "choice" and len(node.args) == 1 and isinstance(node.args[0], (ast.List, ast.Tuple)):
        return _of_values(base, node.args[0])
    numbers = [_number(argument) for argument in node.args]
    if not numbers or None in numbers:
        return base
    texts = [repr(number) for number in numbers]
    if name in ("range", "arange") and len(texts) <= 3:
        start, stop, step = ["0", texts[0], ""] if len(texts) == 1 else [*texts, ""][:3]
        return _changed(base, kind="range", start=start, stop=stop, step="" if step == "1" else step)
    if name in LAWS and len(texts) == _BOUNDS[name]:
        law: Law = name
        step = texts[2] if len(texts) == 3 else ""
        return _changed(base, kind="distribution", law=law, start=texts[0], stop=texts[1], step=step)
    if name in ("linspace", "geomspace", "logspace") and len(texts) in (2, 3):
        start, stop = texts[:2]
        if name == "logspace":  # numpy's takes exponents
            start, stop = (repr(spacing.neat(10.0**number)) for number in numbers[:2] if number is not None)
        kind: Kind = "linspace" if name == "linspace" else "logspace"
        return _changed(base, kind=kind, start=start, stop=stop, count=texts[2] if len(texts) == 3 else "50")
    return base


def _changed(base: Parameter, **fields: Any) -> Parameter:
    return msgspec.structs.replace(base, **{"text": "", **fields})


def _called(func: ast.expr) -> str:
    if isinstance(func, ast.Name):
        return func.id
    if isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id in _LIBRARIES:
        return func.attr
    return ""


def _number(node: ast.expr) -> int | float | None:
    try:
        found = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None
    fine = isinstance(found, (int, float)) and not isinstance(found, bool) and math.isfinite(found)
    return found if fine else None


def _step(parameter: Parameter) -> int | float:
    return number_of(parameter.step, "step") if parameter.step.strip() else 1


def _range_text(low: float, high: float, step: float) -> str:
    if all(isinstance(bound, int) for bound in (low, high, step)):
        return f"range({low}, {high}, {step})" if step != 1 else f"range({low}, {high})"
    return f"arange({low!r}, {high!r}, {step!r})"


def _checked_expression(text: str) -> str:
    """The expression on one line; its meaning is not looked at."""
    if not text.strip():
        raise TextError("write an expression that gives several values")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError) as error:
        line, column = getattr(error, "lineno", None) or 0, getattr(error, "offset", None) or 0
        raise TextError(f"SyntaxError: {getattr(error, 'msg', error)}", line, column) from None
    return ast.unparse(tree) if "\n" in text.strip() else text.strip()


def _is_word(value: str) -> bool:
    """Whether a text stands for itself among choices: alone on its line and no literal."""
    if not value or value != value.strip() or not value.isprintable() or value[0] in "[({'\"" or "," in value:
        return False
    try:
        ast.literal_eval(value)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return True
    return False


def _word(value: Any) -> str:
    return value if isinstance(value, str) and _is_word(value) else repr(value)
