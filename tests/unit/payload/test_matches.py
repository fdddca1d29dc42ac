from __future__ import annotations

import re

import pytest

from cellburst.payload.matches import find_again, reduce_match

from .conftest import Kernel

TEXT = "one two, Two three"


@pytest.mark.parametrize(
    "match",
    [
        re.match(r"(\w)(?P<rest>\w+)", TEXT),
        re.search(r"t(w)o", TEXT, re.IGNORECASE),
        re.fullmatch(r"one.*|one", TEXT),
        re.compile(r"\bt").search(TEXT, 5, 15),
        re.compile(r"o??").match(TEXT),
        re.search(r"(?<=t)wo(x)?", TEXT),
        re.search(rb"\d+", b"a 12 b"),
        list(re.finditer(r"\w+", TEXT))[2],
        list(re.finditer(r"a|ab", "ab a ab"))[2],
        list(re.finditer(r"", "abc"))[3],
    ],
    ids=repr,
)
def test_a_match_is_found_again(match: re.Match[str]) -> None:
    make, arguments = reduce_match(match)
    assert make is find_again
    found = make(*arguments)
    assert (found.regs, found.group(), found.groupdict()) == (match.regs, match.group(), match.groupdict())
    assert (found.pos, found.endpos, found.re, found.string) == (match.pos, match.endpos, match.re, match.string)
    assert (found.lastindex, found.lastgroup) == (match.lastindex, match.lastgroup)


def test_one_that_was_left_in_a_variable(kernel: Kernel) -> None:
    kernel.here("text = 'a1 b22'")
    delta = kernel.there(r"import re; m = re.search(r'(\w)(\d+)', text); all_ = list(re.finditer(r'\d+', text))")
    assert delta.placeholders == []
    assert kernel.ns["m"].groups() == ("a", "1")
    assert kernel.ns["m"].string == kernel.ns["text"]
    assert [match.span() for match in kernel.ns["all_"]] == [(1, 2), (4, 6)]
    assert kernel.there("m.group(), all_[1].group()").value == ("a1", "22")
