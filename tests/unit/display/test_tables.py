from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cellburst.display.formatting import one_line, text_width
from cellburst.display.tables import Column, html_table, text_table
from tests.unit.display.page import Page

COLUMNS = (Column("name"), Column("size", right=True), Column("state", state=True))


def test_text_is_aligned_and_ends_without_blanks() -> None:
    table = text_table(COLUMNS, [("x", "12", "failed"), ("long name", "3", "succeeded")])
    assert table.splitlines() == [
        "name       size  state",
        "x            12  ✗ failed",
        "long name     3  ✓ succeeded",
    ]


def test_in_a_terminal_long_texts_are_cut_and_empty_columns_left_out() -> None:
    columns = (Column("id", fixed=True), Column("name"), Column("none"), Column("size", right=True))
    rows = [("0abc123-x9z8", "a name that is long", "", "1,000"), ("0abc123-x9z9", "short", "", "2")]
    lines = text_table(columns, rows, room=33).splitlines()
    assert lines[0].split() == ["id", "name", "size"]
    assert lines[1] == "0abc123-x9z8  a name that…  1,000"
    assert max(map(len, text_table(columns, rows).splitlines())) > 33
    assert "a name …" in text_table(columns, rows, room=3), "an id is never cut, and there is an end"
    assert "字字字…" in text_table([Column("wide")], [("字" * 20,)], room=3)


def test_html_has_heads_and_marks_hidden_from_readers() -> None:
    page = Page(html_table(COLUMNS, [("x", "12", "failed")], "about"))
    assert page.values("scope") == ["col"] * 3
    assert page.text.startswith("about")
    assert "failed" in page.text
    assert page.values("aria-hidden") == ["true"]


def test_what_is_cut_can_be_read_whole() -> None:
    page = Page(html_table([Column("name", limit=5)], [("abcdefgh",)]))
    assert page.values("title") == ["abcdefgh"]
    assert "abcd…" in page.text


@given(st.lists(st.tuples(st.text(), st.text(), st.sampled_from(["failed", "running"])), max_size=5))
def test_any_text_is_escaped_and_keeps_columns(rows: list[tuple[str, str, str]]) -> None:
    page = Page(html_table(COLUMNS, rows))
    assert page.tags.count("tr") == len(rows) + 1
    assert set(page.tags) <= {"div", "table", "thead", "tbody", "tr", "th", "td", "span"}
    lines = text_table(COLUMNS, rows).split("\n")
    assert len(lines) == len(rows) + 1
    names = [text_width(one_line(name, 60)) for name, _, _ in rows]
    assert all(text_width(line) >= max(names, default=0) for line in lines)
