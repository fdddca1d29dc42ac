from __future__ import annotations

import itertools
from typing import Any

import pytest

from cellburst.client.options.submission import SubmitOptions
from cellburst.errors import MagicLineError
from cellburst.magics.cell_line import read_cell_line

_ADDING = "`cellburst targets add %s --backend ec2 --region us-east-1` adds one"


def options(text: str, **namespace: Any) -> SubmitOptions:
    return read_cell_line(text, namespace).options


def failure(text: str, **namespace: Any) -> tuple[str, str]:
    """The message, and the part of the line that the carets stand under."""
    with pytest.raises(MagicLineError) as caught:
        options(text, **namespace)
    said, line, marks = str(caught.value).split("\n")
    return said, line.ljust(len(marks))[marks.index("^") : marks.rindex("^") + 1]


def test_nothing_given() -> None:
    assert options("") == SubmitOptions()


def test_everything_given() -> None:
    found = options(
        "local --parallel 4 -p lr=[0.1, 0.01] -p stock='AAPL MSFT'.split() --into scores --out a,b --out c --detach"
        " --retries 2 --timeout 2h --seed 7 --name 'grid one' --on-interrupt detach --at-most-once --dry-run --quiet"
    )
    assert found == SubmitOptions(
        target="local",
        parallel=4,
        params={"lr": [0.1, 0.01], "stock": ["AAPL", "MSFT"]},
        into="scores",
        out=("a", "b", "c"),
        detach=True,
        retries=2,
        timeout=7200.0,
        seed=7,
        name="grid one",
        on_interrupt="detach",
        at_most_once=True,
        dry_run=True,
        quiet=True,
    )


def test_options_may_stand_before_the_target_and_have_equal_signs() -> None:
    found = options('--parallel=n --name="a b" local --over=rows', n=3, rows=[{"x": 1}])
    assert (found.parallel, found.name, found.over) == (3, "a b", [{"x": 1}])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("1.5", 1.5), ("10m", 600), ("2h", 7200), ("60*2", 120), ("limit", 30), ("'5m'", 300)],
)
def test_times(text: str, seconds: float) -> None:
    assert options(f"--timeout {text}", limit=30).timeout == seconds


def test_a_timedelta_is_a_time() -> None:
    import datetime

    assert options("--timeout t", t=datetime.timedelta(minutes=1)).timeout == 60.0


@pytest.mark.parametrize(
    ("text", "said", "part"),
    [
        ("--paralel 4", "there is no option --paralel; did you mean --parallel?", "--paralel"),
        ("--para 4", "there is no option --para; did you mean --parallel?", "--para"),
        ("-parallel 4", "there is no option -parallel; did you mean --parallel?", "-parallel"),
        ("--Timeout=4", "there is no option --Timeout; did you mean --timeout?", "--Timeout"),
        ("--zzz", "there is no option --zzz; %%remote? lists the options", "--zzz"),
        ("gpu", f"there is no target 'gpu'; there are local, fakecloud ({_ADDING % 'gpu'})", "gpu"),
        ("loca", f"there is no target 'loca'; did you mean local? ({_ADDING % 'NAME'})", "loca"),
        ("show", "'show' is not a target; %remote show, with one % sign, is the command", "show"),
        ("--max-cost 3x", "'3x' is no amount of dollars; write 20, or 0.50", "3x"),
        ("--max-cost (1 - 2)", "-1: an amount of dollars above 0 is needed", "(1 - 2)"),
        ("--memory 32", "32 is no size; write its unit: 32GB", "32"),
        (
            "--spot-policy spots",
            "on-demand or spot or spot_with_fallback is expected here, not 'spots'; did you mean spot?",
            "spots",
        ),
        ("local 4", "'4' is one word too many; values with spaces go in brackets or quotes", "4"),
        ("--parallel", "--parallel needs a value: --parallel N", "--parallel"),
        ("--parallel --quiet", "--parallel needs a value: --parallel N", "--parallel"),
        ("--parallel 0", "a whole number from 1 on is expected here, not 0", "0"),
        ("--parallel -1", "a whole number from 1 on is expected here, not -1", "-1"),
        ("--parallel 1.5", "a whole number is expected here, not float", "1.5"),
        ("--parallel True", "a whole number is expected here, not bool", "True"),
        ("--retries 1 --retries 2", "--retries is given twice", "--retries"),
        ("--quiet=yes", "--quiet takes no value", "--quiet=yes"),
        ("--timeout 2x", "'2x' is not a time; write seconds, or 90s, 10m, 1.5h", "2x"),
        ("--timeout 0", "a time above 0 is expected here", "0"),
        ("--timeout [1]", "[1] is not a time; write seconds, or 90s, 10m, 1.5h", "[1]"),
        ("--timeout soon", "NameError: name 'soon' is not defined", "soon"),
        ("--on-interrupt ignore", "cancel or detach is expected here, not 'ignore'", "ignore"),
        ("--on-interrupt det", "cancel or detach is expected here, not 'det'; did you mean detach?", "det"),
        ("--into a.b", "'a.b' is not a variable name", "a.b"),
        ("--into class", "'class' is not a variable name", "class"),
        ("--out a,b,a", "a is named twice", "a"),
        ("--out a,,b", "names are written a,b without spaces", "a,,b"),
        ("--out a,2", "'2' is not a variable name", "2"),
        ("-p lr", "'lr' binds nothing; write -p NAME=VALUES without spaces around =", "lr"),
        ("-p lr = [1]", "'lr' binds nothing; write -p NAME=VALUES without spaces around =", "lr"),
        ("-p lr=", "lr is given no values; write -p lr=[1, 2, 3]", "="),
        ("-p 2=[1]", "'2' is not a variable name", "2"),
        ("-p lr=[1] -p depth=[2] -p lr=[3]", "lr is bound twice", "lr"),
        ("-p lr=rates", "NameError: name 'rates' is not defined", "rates"),
    ],
)
def test_one_clear_line_that_points_at_the_place(text: str, said: str, part: str) -> None:
    assert failure(text) == (said, part)


def test_half_an_expression_hints_at_brackets() -> None:
    said, part = failure("-p f=lambda x: x")
    assert said.startswith("SyntaxError: ")
    assert said.endswith("; put an expression with spaces in brackets")
    assert part in "lambda"


def test_a_name_that_is_bound_twice_is_pointed_at_where_it_is_bound_again() -> None:
    with pytest.raises(MagicLineError) as caught:
        options("-p lr=[1] -p lr=[3]")
    assert str(caught.value).split("\n")[2].index("^") == len("  %%remote -p lr=[1] -p ")


def test_iterators_are_read_once_and_kept() -> None:
    found = options("-p x=(i * i for i in range(3)) --over iter(rows)", rows=[{"y": 1}])
    assert found.params["x"] == [0, 1, 4]
    assert found.over == [{"y": 1}]


def test_an_iterator_that_fails_midway_is_pointed_at() -> None:
    said, part = failure("-p x=(1/i for i in [1,0])")
    assert (said, part) == ("ZeroDivisionError: division by zero", "(1/i for i in [1,0])")


def test_an_endless_iterator_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cellburst.magics.values._MOST_VALUES", 1000)
    said, part = failure("-p x=count()", count=itertools.count)
    assert (said, part) == ("this gives more than 1,000 values, or never ends", "count()")


def test_names_may_be_written_with_quotes_or_without() -> None:
    assert options("--name grid").name == "grid"
    assert options("--name 'a \"b\" c'").name == 'a "b" c'
    assert options("--name 'a'+'b'").name == "'a'+'b'"


def test_cache_takes_a_value_only_behind_the_sign() -> None:
    assert read_cell_line("-p a=[1]", {}).options.cache == ""
    assert read_cell_line("-p a=[1] --cache --name x", {}).options.cache == "use"
    assert read_cell_line("--cache=refresh -p a=[1]", {}).options.cache == "refresh"
    with pytest.raises(MagicLineError, match="use or refresh is expected here, not 'refesh'; did you mean refresh"):
        read_cell_line("--cache=refesh -p a=[1]", {})
    with pytest.raises(MagicLineError, match="--cache is given twice"):
        read_cell_line("--cache --cache -p a=[1]", {})
