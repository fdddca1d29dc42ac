"""Whatever is typed after ``%%remote``: understood, or refused with a place in the line."""

from __future__ import annotations

import builtins
import keyword
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from cellburst.errors import MagicLineError
from cellburst.magics.cell_line import read_cell_line
from cellburst.magics.line import MagicLine

NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,6}", fullmatch=True).filter(
    lambda name: not keyword.iskeyword(name) and not hasattr(builtins, name)
)
SCALARS = st.one_of(
    st.integers(-1000, 1000),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.booleans(),
    st.none(),
)
VALUES = st.lists(
    st.recursive(
        SCALARS,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.tuples(inner, inner),
            st.dictionaries(st.text(max_size=3), inner, max_size=2),
        ),
        max_leaves=4,
    ),
    min_size=1,
    max_size=4,
)
TYPED = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            [
                "local",
                "-p",
                "--over",
                "--parallel",
                "--timeout",
                "x=[1,",
                "2]",
                "3",
                "'",
                "a b",
                "{",
                ")",
                "--",
                "=",
                "n",
                "2h",
            ]
        ),
        max_size=8,
    ).map(" ".join),
)


@given(TYPED)
def test_words_are_pieces_of_the_line_with_blanks_between(text: str) -> None:
    try:
        words = MagicLine("%%remote ", text).words()
    except MagicLineError:
        return
    place = 0
    for word in words:
        assert not text[place : word.start].strip()
        assert text[word.start : word.end] == word.text
        assert word.text
        place = word.end
    assert not text[place:].strip()


@given(TYPED)
@example("--name 'a\\")
@example("-p x=\\")
@example("local\x00")
def test_any_line_is_understood_or_refused_at_a_place(text: str) -> None:
    text = text.replace("\n", " ").replace("\r", " ")
    namespace: dict[str, Any] = {"n": 3, "__builtins__": {}}
    try:
        read_cell_line(text, namespace)
    except MagicLineError as error:
        said, *shown, marks = str(error).split("\n")
        assert said
        assert "\n".join(shown) == f"  %%remote {text}"
        assert set(marks) <= {" ", "\t", "^"}
        assert "^" in marks


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=3), st.sampled_from([" ", "  ", "\t"]))
def test_values_come_through_as_they_were_written(params: dict[str, list[Any]], blank: str) -> None:
    line = blank.join(["local", *(f"-p{blank}{name}={values!r}" for name, values in params.items()), "--quiet"])
    found = read_cell_line(line, {}).options
    assert found.params == params
    assert list(found.params) == list(params)
    assert found.quiet
