"""The options of a sweep in a magic's line, and the carets of their errors."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from cellburst.client.options.submission import SubmitOptions
from cellburst.errors import MagicLineError, SweepError
from cellburst.magics.cell_line import read_cell_line
from cellburst.settings import Settings
from cellburst.sweeps import ranges
from cellburst.sweeps.build import build


def options(text: str, **namespace: Any) -> SubmitOptions:
    return read_cell_line(text, namespace).options


def read_and_build(text: str, namespace: dict[str, Any]) -> None:
    read = read_cell_line(text, namespace)
    try:
        build(read.options.for_sweep(1, Settings(), namespace))
    except SweepError as error:
        raise read.pointing(error) from error


def failure(text: str, **namespace: Any) -> tuple[str, str]:
    """What is said of a line, while it is read or while the sweep is built, and what the carets are under."""
    with pytest.raises(MagicLineError) as caught:
        read_and_build(text, namespace)
    said, line, marks = str(caught.value).split("\n")
    return said, line.ljust(len(marks))[marks.index("^") : marks.rindex("^") + 1]


def test_all_of_them() -> None:
    found = options(
        "local -p a,b=[(1, 2)] -p k=['rbf'] --zip --const n=limit*2 --when a=\"k == 'rbf'\" --where 'b < 3'"
        " --where b>0 --each f=files --batch 3 --sample 10 --sampler lhs --yes",
        limit=4,
        files=["x", "y"],
    )
    assert found == SubmitOptions(
        params={"a,b": [(1, 2)], "k": ["rbf"]},
        zip=True,
        const={"n": 8},
        when={"a": "k == 'rbf'"},
        where=("b < 3", "b>0"),
        each={"f": ["x", "y"]},
        batch=3,
        sample=10,
        sampler="lhs",
        yes=True,
    )


def test_ranges_need_no_import_and_the_notebooks_names_go_first() -> None:
    assert options("-p lr=loguniform(1e-5, 1e-1)").params == {"lr": ranges.loguniform(1e-5, 1e-1)}
    assert options("-p x=choice(models)", models=[1, 2]).params == {"x": ranges.choice([1, 2])}
    assert options("-p x=uniform(3)", uniform=lambda n: [n, n + 1]).params == {"x": [3, 4]}
    said, marked = failure("-p x=uniform(0, 1)", uniform=random.uniform)
    assert said == "uniform is a variable of the notebook here, not the range; write cellburst.sweeps.uniform(...)"
    assert marked == "uniform"
    assert options("-p f=[lambda x: x + n]", n=1).params["f"][0](2) == 3


def test_a_file_needs_no_quotes() -> None:
    assert options("--over data/rows.csv").over == Path("data/rows.csv")
    assert options("--over 'my rows.csv'").over == "my rows.csv"
    assert options("--over ~/rows.YAML").over == Path("~/rows.YAML")

    class Rows:
        csv = ({"a": 1},)

    assert options("--over rows.csv", rows=Rows).over == ({"a": 1},)


def test_what_is_wrong_in_a_file_is_under_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.json").write_text('{"parameters": {"x": {"min": 0.0, "max": 1.0}}}')
    said, marked = failure("--over s.json")
    assert (said, marked) == ("-p x: uniform(0.0, 1.0) is a range, not a list of values; add --sample N, or "
                              "--search tpe --trials N", "s.json")  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said", "marked"),
    [
        ("-p a,b=", "a,b is given no values; write -p a,b=[(1, 2), (3, 4)]", "="),
        ("-p a,a=[(1, 2)]", "a is named twice", "a"),
        ("-p a=[1] -p b,a=[(1, 2)]", "a is bound twice", "b,a"),
        ("-p a,b=[(1, 2), 3]", "-p a,b: value 1 is no tuple: 3", "[(1, 2), 3]"),
        ("-p a=[1] -p b=[1, 2] --zip", "--zip: the parameters do not have equally many values (a 1, b 2)", "--zip"),
        ("-p a=[1] --const", "--const needs a value: --const NAME=VALUE", "--const"),
        ("-p a=[1] --const b", "'b' binds nothing; write --const NAME=VALUE without spaces around =", "b"),
        ("-p a=[1] --const b=", "b is given no value; write --const b=1", "="),
        ("-p a=[1] --const b=c", "NameError: name 'c' is not defined", "c"),
        ("-p a=[1] --const a=2", "a: bound by -p and by --const; leave one of them out", "2"),
        ("-p a=[1] --const class=2", "'class' is not a variable name", "class"),
        ("-p a=[1] --when b", "'b' binds nothing; write --when NAME=\"CONDITION\" without spaces around =", "b"),
        ("-p a=[1] --when b=", 'b is given no condition; write --when b="other > 0"', "="),
        ("-p a=[1] --when b='a > 0'", "--when b: there is no such parameter", "'a > 0'"),
        ("-p a=[1] -p b=[1] --when b='a >'", "--when b: 'a >' is no expression: invalid syntax", "'"),
        (
            "-p depth=[1] --where 'dept > 1'",
            "--where: there is no parameter or variable 'dept'; did you mean depth?",
            "dept",
        ),
        ("-p a=[1] --where 'a > 0' --where 'a = 1'", "--where: 'a = 1' is no expression: ", "="),
        ("-p a=[1,'x'] --where a>0", "--where: a>0 fails at a='x' with TypeError: '>' not supported", "a>0"),
        ("--sample 3", "--sample: there are no parameters; add -p NAME=VALUES or --over ROWS", "3"),
        ("-p a=[1,2] --sample 0", "a whole number from 1 on is expected here, not 0", "0"),
        ("-p a=[1,2] --sample 9", "--sample 9: there are only 2 points; leave --sample out for all", "9"),
        (
            "-p a=[1,2] --sample 1 --sampler sobl",
            "random or lhs or sobol is expected here, not 'sobl'; did you",
            "sobl",
        ),
        ("-p a=uniform(0,1)", "-p a: uniform(0, 1) is a range, not a list of values; add --sample N", "uniform(0,1)"),
        ("-p a=uniform(1,0)", "SweepError: uniform(1, 0): the first bound must be below the second", "uniform(1,0)"),
        ("--each f='abc'", "--each f: a text would be taken letter by letter", "'abc'"),
        ("--each f=[1,2] --batch 0", "a whole number from 1 on is expected here, not 0", "0"),
        ("-p a=[1] --batch 2", "--batch K needs one --each NAME=ITERABLE, whose items it puts together", "2"),
        ("--over none.csv", "--over none.csv: there is no such file in ", "none.csv"),
        ("--over [{'a-b':1}]", "--over a-b: no name for a variable", "[{'a-b':1}]"),
        ("--over {'a':[1]} -p a=[2]", "a: bound by --over and by -p; leave one of them out", "[2]"),
        ("-p a=[1] --zip=3", "--zip takes no value", "--zip=3"),
        ("-p list=range(9) --samples 3", "there is no option --samples; did you mean --sample?", "--samples"),
    ],
)
def test_carets_are_under_what_is_wrong(text: str, said: str, marked: str) -> None:
    found, place = failure(text)
    assert found.startswith(said)
    assert place == marked
