from __future__ import annotations

import pytest

from cellburst.widgets.literals import TextError, number_of, values_of, whole_of


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1, 2\n3", (1, 2, 3)),
        ("0.1,0.01", (0.1, 0.01)),
        ("[1, 2]", (1, 2)),
        ("[[1, 2]]", ([1, 2],)),
        ("[1, 2], [3]", ([1, 2], [3])),
        ("'a,b', \"c\nd\"", None),
        ("(1, 'x,y'), (2, 'z')", ((1, "x,y"), (2, "z"))),
        ("True, None, -1e-3,", (True, None, -1e-3)),
        ("'''a\nb''', 2", ("a\nb", 2)),
        ("'it\\'s', b'x'", ("it's", b"x")),
        ("{'a': 1}\n\n{'a': 2}", ({"a": 1}, {"a": 2})),
    ],
)
def test_values_stand_between_commas_and_line_ends(text: str, values: tuple[object, ...] | None) -> None:
    if values is None:
        with pytest.raises(TextError):
            values_of(text)
    else:
        assert values_of(text) == values


def test_words_are_texts_where_words_are_meant() -> None:
    assert values_of("rbf\nlinear", words=True) == ("rbf", "linear")
    assert values_of("don't, 3, 'x'", words=True) == ("don't", 3, "x")
    assert values_of("New York, NY\nParis", words=True) == ("New York, NY", "Paris")


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("1, adam", 1, 4, "a text has quotes: 'adam'"),
        ("1\n 2,\n  1 +* 2", 3, 3, "no literal"),
        ("open('x')", 1, 1, "no literal"),
        ("'abc", 1, 1, "no literal"),
        ("[1, 2", 1, 1, "no literal"),
    ],
)
def test_errors_have_a_place(text: str, line: int, column: int, said: str) -> None:
    with pytest.raises(TextError, match=said) as caught:
        values_of(text)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_nothing_is_executed() -> None:
    with pytest.raises(TextError):
        values_of("__import__('os').system('true')")
    assert values_of("__import__('os')", words=True) == ("__import__('os')",)


def test_no_values_are_said() -> None:
    for text in ("", " \n,, \n"):
        with pytest.raises(TextError, match="at least one"):
            values_of(text)


@pytest.mark.parametrize("text", ["", "x", "True", "1e999", "[1]", "1 2"])
def test_what_is_no_number_is_said_with_its_field(text: str) -> None:
    with pytest.raises(TextError, match=r"^from: ") as caught:
        number_of(text, "from")
    assert caught.value.field == "from"


def test_whole_numbers_lie_between_bounds() -> None:
    assert whole_of("1e3", "count") == 1000
    for text in ("0", "2.5", "99999999999"):
        with pytest.raises(TextError, match="whole number from 1 to"):
            whole_of(text, "count")
