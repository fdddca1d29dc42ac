"""Parameters in the words of a command."""

from __future__ import annotations

import pytest

from cellburst.commands.template import check, fill, fill_text, names_in
from cellburst.errors import UsageError


@pytest.mark.parametrize(
    ("words", "values", "filled"),
    [
        (["{a}", "--b={b}"], {"a": 1, "b": 0.5}, ["1", "--b=0.5"]),
        (["{a:04d}.csv"], {"a": 7}, ["0007.csv"]),
        (["awk", "{print $1}", "${HOME}/x", "{{a}}"], {"a": 1}, ["awk", "{print $1}", "${HOME}/x", "{a}"]),
        (["cat", "{files}", "--all={files}"], {"files": ["x y", "z"]}, ["cat", "x y", "z", "--all=x y,z"]),
        (["fit", "--gamma={gamma}", "--c={c}"], {"gamma": None, "c": True}, ["fit", "--c=True"]),
        (["{a}{a}"], {"a": "x"}, ["xx"]),
        (["{a}"], {"a": "{b}; rm -rf /"}, ["{b}; rm -rf /"]),
    ],
)
def test_words_are_filled(words: list[str], values: dict[str, object], filled: list[str]) -> None:
    assert fill(words, values) == filled


def test_names_come_in_the_order_of_their_first_use() -> None:
    assert names_in(["{b}", "{a}-{b:>3}", "${c}", "{{d}}", "{1}"]) == ("b", "a")


def test_a_name_that_is_no_parameter_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"\{moddel\}.*did you mean \{model\}\?"):
        check(["Rscript", "{moddel}"], ["model"])
    with pytest.raises(UsageError, match="there are: rate, depth"):
        check(["{zzz}"], ["rate", "depth"])
    with pytest.raises(UsageError, match="-p NAME=VALUES makes one"):
        check(["{zzz}"], [])


def test_a_parameter_that_stands_nowhere_is_said() -> None:
    assert check(["train", "{rate}", "{index}"], ["rate", "depth"]) == [
        "the parameter depth stands nowhere in the command; it is in $CELLBURST_PARAMS"
    ]
    assert check(["train"], ["rate", "depth"]) == [
        "the parameters rate, depth stand nowhere in the command; they are in $CELLBURST_PARAMS"
    ]


def test_a_format_that_does_not_fit_is_refused() -> None:
    with pytest.raises(UsageError, match=r"\{a:d\} does not fit 'x'"):
        fill(["{a:d}"], {"a": "x"})


def test_the_name_of_a_run_keeps_what_is_unknown() -> None:
    assert fill_text("batch {file} {other}", {"file": "models"}) == "batch models {other}"
