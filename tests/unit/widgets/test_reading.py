from __future__ import annotations

import re
from typing import Any

import pytest

from cellburst.sweeps.ranges import loguniform
from cellburst.widgets.reading import excerpt, read_row, read_rows
from cellburst.widgets.spec import Parameter, Spec


def row(kind: str, namespace: dict[str, Any] | None = None, **fields: str) -> Any:
    return read_row(Parameter("p", fields.pop("name", "a"), kind, **fields), namespace or {})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "fields", "values"),
    [
        ("list", {"text": "1, 2"}, [1, 2]),
        ("choices", {"text": "x\ny"}, ["x", "y"]),
        ("range", {"start": "0", "stop": "3"}, [0, 1, 2]),
        ("range", {"start": "3", "stop": "0", "step": "-1"}, [3, 2, 1]),
        ("range", {"start": "0", "stop": "0.3", "step": "0.1"}, [0.0, 0.1, 0.2]),
        ("linspace", {"start": "0", "stop": "1", "count": "3"}, [0.0, 0.5, 1.0]),
        ("logspace", {"start": "0.01", "stop": "1", "count": "3"}, [0.01, 0.1, 1.0]),
        ("boolean", {}, [False, True]),
        ("expression", {"text": "[n + 1 for n in range(2)]"}, [1, 2]),
        ("expression", {"text": "names"}, ["u", "v"]),
    ],
)
def test_each_kind_has_its_values(kind: str, fields: dict[str, str], values: list[Any]) -> None:
    found = row(kind, {"names": ["u", "v"]}, **fields)
    assert list(found.values) == values
    assert (found.count, found.error) == (len(values), "")


def test_distributions_and_constants() -> None:
    found = row("distribution", law="loguniform", start="1e-5", stop="0.1")
    assert found.values == loguniform(1e-5, 0.1)
    assert found.count is None
    assert row("expression", text="loguniform(1e-5, 0.1)").values == found.values
    assert row("constant", text="[1, 2]").values == [1, 2]
    assert row("constant", text="adam").values == "adam"


@pytest.mark.parametrize(
    ("kind", "fields", "field", "said"),
    [
        ("list", {"text": "adam"}, "text", "quotes"),
        ("list", {"text": "1", "name": ""}, "name", "give it a name"),
        ("list", {"text": "1", "name": "class"}, "name", "no name for a variable"),
        ("list", {"text": "1", "name": "task"}, "name", "taken"),
        ("range", {"start": "0", "stop": "x"}, "to", "no number"),
        ("range", {"start": "3", "stop": "0"}, "text", "no value lies"),
        ("range", {"start": "0", "stop": "1", "step": "0"}, "text", "step is 0"),
        ("linspace", {"start": "0", "stop": "1", "count": ""}, "how many", "whole number|missing"),
        ("logspace", {"start": "0", "stop": "1", "count": "3"}, "text", "above 0"),
        ("distribution", {"law": "uniform", "start": "2", "stop": "1"}, "to", "not above"),
        ("distribution", {"law": "loguniform", "start": "0", "stop": "1"}, "from", "above 0"),
        ("distribution", {"law": "quniform", "start": "0", "stop": "1", "step": "-1"}, "step", "above 0"),
        ("distribution", {"law": "randint", "start": "0.5", "stop": "1"}, "from", "whole"),
        ("expression", {"text": ""}, "text", "write an expression"),
        ("expression", {"text": "nothing"}, "text", "NameError: name 'nothing'"),
        ("expression", {"text": "1 / 0"}, "text", "ZeroDivisionError"),
        ("expression", {"text": "'abc'"}, "text", "letter by letter"),
        ("expression", {"text": "5"}, "text", "one value"),
        ("expression", {"text": "iter(int, 1)"}, "text", "goes on after"),
        ("expression", {"text": "raises"}, "text", "RuntimeError: inside"),
        ("constant", {"text": ""}, "text", "its value"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(kind: str, fields: dict[str, str], field: str, said: str) -> None:
    class Raises:
        def __iter__(self) -> Any:
            raise RuntimeError("inside")

    found = row(kind, {"raises": Raises()}, **fields)
    assert found.field == field
    assert re.search(said, found.error), found.error


def test_the_place_of_an_error_in_an_expression() -> None:
    found = row("expression", text="[1,\n 2 +* 3]")
    assert (found.line, found.error.split(":")[0]) == (2, "SyntaxError")


def test_an_error_of_a_hostile_object_is_text() -> None:
    class Odd(Exception):
        def __str__(self) -> str:
            raise ValueError

    def fails() -> None:
        raise Odd

    assert row("expression", {"fails": fails}, text="fails()").error == "Odd: (its text cannot be read)"


def test_a_name_twice_is_said_at_the_second() -> None:
    spec = Spec((Parameter("p0", "a", text="1"), Parameter("p1", "a", text="2")))
    rows = read_rows(spec, {})
    assert (rows["p0"].error, rows["p1"].error) == ("", "there is another parameter a")


def test_what_is_known_is_not_evaluated_again() -> None:
    calls: list[int] = []

    def slow() -> list[int]:
        calls.append(1)
        return [1, 2]

    parameter = Parameter("p0", "a", "expression", text="slow()")
    first = read_rows(Spec((parameter,)), {"slow": slow})["p0"]
    read_rows(Spec((parameter, Parameter("p1", "b", text="1"))), {"slow": slow}, {parameter: first})
    assert len(calls) == 1


def test_an_expression_cannot_change_the_users_variables() -> None:
    namespace = {"x": [1]}
    row("expression", namespace, text="[(y := n) for n in x]")
    assert set(namespace) == {"x"}


def test_the_first_values_as_a_line() -> None:
    assert excerpt(row("range", start="0", stop="100")).endswith("11, …")
    assert excerpt(row("linspace", start="0", stop="1", count="4")) == "0, 0.333333, 0.666667, 1"
    assert excerpt(row("list", text="x")) == ""
