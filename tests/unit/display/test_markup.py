from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellburst.display.formatting import clean
from cellburst.display.markup import Markup, element, join
from tests.unit.display.page import Page


@given(st.text(), st.text())
def test_text_stays_text(child: str, attribute: str) -> None:
    page = Page(element("div", child, title=attribute))
    assert page.tags == ["div", *["span"] * child.count("$")]  # between two of them would be maths
    assert page.text == clean(child)
    assert page.values("title") == [clean(attribute)]


def test_markup_is_not_escaped_twice() -> None:
    inner = element("b", "<&>")
    assert element("div", inner, "<") == "<div><b>&lt;&amp;&gt;</b>&lt;</div>"
    assert join(inner, inner) == inner + inner


def test_adding_to_markup_makes_text_again() -> None:
    assert not isinstance(element("b", "x") + "<script>", Markup)


@pytest.mark.parametrize("tag", ["script", "style", "iframe", "img", "a", "form", "svg", "object", "link"])
def test_tags_that_load_or_run_something_cannot_be_made(tag: str) -> None:
    with pytest.raises(ValueError, match=f"<{tag}>"):
        element(tag)


def test_event_attributes_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="onclick"):
        element("div", onclick="x()")


def test_names_of_attributes() -> None:
    assert element("div", class_="a", aria_label="b") == '<div class="a" aria-label="b"></div>'
