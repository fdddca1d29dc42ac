"""Any grid of literal values survives each of its texts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellburst.widgets.code import of_values
from cellburst.widgets.formats import FORMATS, read, write
from cellburst.widgets.literals import TextError, values_of
from cellburst.widgets.reading import read_rows
from cellburst.widgets.spec import Parameter, Spec

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner), max_leaves=5)
NAMES = st.from_regex(r"[a-z][a-z0-9]{0,6}", fullmatch=True).filter(lambda name: not _is_taken(name))


def _is_taken(name: str) -> bool:
    import keyword

    return keyword.iskeyword(name) or name == "task"


@given(st.dictionaries(NAMES, st.lists(VALUES, min_size=1, max_size=4), min_size=1, max_size=4))
def test_values_survive_each_format(params: dict[str, list[Any]]) -> None:
    made = [of_values(f"p{place}", name, values) for place, (name, values) in enumerate(params.items())]
    spec = Spec(tuple(one for one in made if one is not None))
    assert len(spec.parameters) == len(params)
    first = {one.name: read_rows(spec, {})[one.id].values for one in spec.parameters}
    for format_ in FORMATS:
        again = read(write(format_, spec), format_)
        rows = read_rows(again, {})
        assert {one.name: list(rows[one.id].values) for one in again.parameters} == {
            name: list(values) for name, values in first.items()
        }


@given(st.lists(VALUES, min_size=1, max_size=5))
def test_an_editor_shows_what_it_reads(values: list[Any]) -> None:
    made = of_values("p0", "a", values)
    assert made is not None
    row = read_rows(Spec((made,)), {})["p0"]
    assert row.error == ""
    assert sorted(map(repr, row.values)) == sorted(map(repr, values)) or list(row.values) == values


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    for format_ in FORMATS:
        try:
            spec = read(text, format_)
        except TextError as error:
            assert error.line >= 1  # noqa: PT017
        else:
            assert spec.parameters


@given(st.text(max_size=60), st.booleans())
def test_any_text_of_an_editor_is_read_or_refused(text: str, words: bool) -> None:
    try:
        values_of(text, words=words)
    except TextError as error:
        assert str(error)  # noqa: PT017


@pytest.mark.parametrize("kind", ["list", "choices", "expression", "constant", "range", "linspace", "logspace"])
@given(text=st.text(max_size=30))
def test_no_row_raises(kind: str, text: str) -> None:
    parameter = Parameter("p0", "a", kind, text=text, start=text, stop=text, step=text, count=text)  # type: ignore[arg-type]
    if kind != "expression":
        read_rows(Spec((parameter,)), {})
