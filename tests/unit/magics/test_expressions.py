from __future__ import annotations

import sys
from typing import Any

import pytest

from cellburst.errors import MagicLineError
from cellburst.magics.expressions import evaluate
from cellburst.magics.line import MagicLine, Word

COLUMNS = sys.version_info >= (3, 11)  # frames know their columns


def value(text: str, /, **namespace: Any) -> Any:
    return evaluate(MagicLine("%%remote ", text), Word(text, 0), namespace)


def failure(text: str, /, **namespace: Any) -> tuple[str, str]:
    """The message, and the part of the text that the carets stand under."""
    with pytest.raises(MagicLineError) as caught:
        value(text, **namespace)
    said, line, marks = str(caught.value).split("\n")
    return said, line[marks.index("^") : marks.rindex("^") + 1]


class HostileError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


def raise_hostile() -> None:
    raise HostileError


def test_values_are_evaluated_among_the_users_variables() -> None:
    assert value("[x * y for y in range(n)]", x=2, n=3) == [0, 2, 4]


def test_an_undefined_name_is_pointed_at() -> None:
    assert failure("[1, depths]") == ("NameError: name 'depths' is not defined", "depths")


def test_a_syntax_error_is_pointed_at() -> None:
    said, part = failure("[1, 2 +* 3]")
    assert said == "SyntaxError: invalid syntax"
    assert part == "*"


@pytest.mark.skipif(not COLUMNS, reason="Python 3.10 knows no columns")
@pytest.mark.parametrize(
    ("text", "said", "part"),
    [
        ("[1, 2 / 0, 3]", "ZeroDivisionError: division by zero", "2 / 0"),
        ("['ü', n.items()]", "AttributeError: 'int' object has no attribute 'items'", "n.items"),
        ("[int(w) for w in 'a b'.split()]", "ValueError: invalid literal for int() with base 10: 'a'", "int(w)"),
        ("f()", "HostileError: (its text cannot be read)", "f()"),
    ],
)
def test_what_failed_is_pointed_at(text: str, said: str, part: str) -> None:
    assert failure(text, n=3, f=raise_hostile) == (said, part)


def test_an_interrupt_is_not_an_error_of_the_expression() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        value("f()", f=interrupt)


@pytest.mark.parametrize(
    "text", ["", "a b", "x=", "*", "\\", "0x", "'\\N{no such}'", "\x00", "1 if", "yield", "await x"]
)
def test_whatever_is_written_gives_one_error(text: str) -> None:
    said, _ = failure(text) if text else ("", "")
    if text:
        assert "Error" in said
    else:
        with pytest.raises(MagicLineError):
            value(text)
