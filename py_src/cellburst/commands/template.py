"""Words of a command line with parameters in them: ``train.py --rate={rate} --tag {name:>8}``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from cellburst.errors import UsageError

BUILT_IN = ("index", "count", "seed", "attempt", "run", "output_dir", "checkpoint_dir")
"""What every task has besides its parameters."""

# "${HOME}" is the shell's, "{{x}}" stands for "{x}", and "{print $1}" is awk's
_FIELD = re.compile(
    r"(?P<shell>\$\{)|(?P<open>\{\{)|(?P<close>\}\})|(?<!\$)\{(?P<name>[A-Za-z_]\w*)(?::(?P<spec>[^{}]*))?\}"
)


def names_in(words: Iterable[str]) -> tuple[str, ...]:
    """The names that stand in braces, in order of their first use."""
    found = (match["name"] for word in words for match in _FIELD.finditer(word) if match["name"])
    return tuple(dict.fromkeys(found))


def check(words: Sequence[str], params: Sequence[str]) -> list[str]:
    """What to warn of: parameters that no word has. Raises UsageError for a name that is no parameter."""
    known = (*params, *BUILT_IN)
    used = names_in(words)
    for name in used:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {{{near[0]}}}?" if near else _offer(params)
            raise UsageError(f"{{{name}}}: there is no parameter of that name; {hint} For a brace itself write {{{{")
    unused = [name for name in params if name not in used]
    if not unused:
        return []
    if len(unused) == 1:
        return [f"the parameter {unused[0]} stands nowhere in the command; it is in $CELLBURST_PARAMS"]
    return [f"the parameters {', '.join(unused)} stand nowhere in the command; they are in $CELLBURST_PARAMS"]


def _offer(params: Sequence[str]) -> str:
    return f"there are: {', '.join(params)}." if params else f"-p {'NAME=VALUES'} makes one."


def fill(words: Sequence[str], values: Mapping[str, Any]) -> list[str]:
    """The words with values in their places.

    A list makes one word for each item where a word is nothing but its name, and is joined by commas elsewhere. A word
    with a value that is None (a parameter that does not exist for this task) is left out.
    Raises UsageError for a format that does not fit its value.
    """
    found: list[str] = []
    for word in words:
        used = [values.get(name) for name in names_in([word])]
        if any(value is None for value in used):
            continue
        match = _FIELD.fullmatch(word)
        if match and match["name"] and match["spec"] is None and isinstance(used[0], (list, tuple)):
            found += map(_text, used[0])
        else:
            found.append(_FIELD.sub(lambda field: _filled(field, values), word))
    return found


def fill_text(text: str, values: Mapping[str, Any]) -> str:
    """One text with values in their places, such as the name of a run; names that are not there stay as they are."""
    return _FIELD.sub(lambda field: _filled(field, values) if field["name"] in values else field[0], text)


def _filled(field: re.Match[str], values: Mapping[str, Any]) -> str:
    if field["shell"]:
        return field[0]
    if field["open"] or field["close"]:
        return field[0][0]
    value = values[field["name"]]
    if not field["spec"]:
        return _text(value)
    try:
        return format(value, field["spec"])
    except (TypeError, ValueError) as error:
        raise UsageError(f"{field[0]} does not fit {value!r}: {error}") from None


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ",".join(map(_text, value))
    return str(value)
