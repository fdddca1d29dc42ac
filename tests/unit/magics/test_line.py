from __future__ import annotations

import pytest

from cellburst.errors import MagicLineError
from cellburst.magics.line import MagicLine, Word


def words(text: str) -> list[str]:
    return [word.text for word in MagicLine("%%remote ", text).words()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("   ", []),
        ("local", ["local"]),
        ("  gpu   --parallel 4 ", ["gpu", "--parallel", "4"]),
        ("-p lr=[0.1, 0.01]", ["-p", "lr=[0.1, 0.01]"]),
        ('-p stock="AAPL MSFT".split()', ["-p", 'stock="AAPL MSFT".split()']),
        ("-p d={'a b': (1, 2)} x", ["-p", "d={'a b': (1, 2)}", "x"]),
        (r"--name 'it\'s one' x", ["--name", r"'it\'s one'", "x"]),
        ('-p t="""a " b""" x', ["-p", 't="""a " b"""', "x"]),
        ("-p f=(lambda x: x + 1) y", ["-p", "f=(lambda x: x + 1)", "y"]),
        ('-p s="[ (" x', ["-p", 's="[ ("', "x"]),
        ("a\tb\u00a0c", ["a", "b", "c"]),
    ],
)
def test_words_are_split_at_blanks_outside_brackets_and_quotes(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("-p lr=[0.1, (2", "this ( is never closed", 12),
        ("-p lr=[0.1, 2", "this [ is never closed", 6),
        ("-p lr=0.1]", "this ] closes nothing", 9),
        ("-p lr=[0.1)", "] is expected here, not )", 10),
        ("--name Bob's run", "this quote is never closed", 10),
        ('-p a="""x" y', "this quote is never closed", 5),
        ("--name 'x\\", "this quote is never closed", 7),
    ],
)
def test_what_is_not_closed_is_pointed_at(text: str, message: str, place: int) -> None:
    with pytest.raises(MagicLineError) as caught:
        words(text)
    said, line, marks = str(caught.value).split("\n")
    assert said == message
    assert line == f"  %%remote {text}"
    assert marks == "  " + " " * (len("%%remote ") + place) + "^"


def test_carets_stand_under_wide_characters_and_tabs() -> None:
    line = MagicLine("%%remote ", "漢字\tlocal --x")
    marks = str(line.error_at("no", Word("--x", 9))).split("\n")[2]
    assert marks == "  " + " " * len("%%remote ") + " " * 4 + "\t" + " " * len("local ") + "^^^"


def test_an_error_at_the_end_stands_behind_the_last_word() -> None:
    marks = str(MagicLine("%remote ", "show  ").error_at_end("what?")).split("\n")[2]
    assert marks.index("^") == 2 + len("%remote show ")
