"""The report and the figures: whole, escaped, without outside files, the silent ones first."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from tests.fidelity.changes import marked
from tests.fidelity.command import as_json, passed, summary
from tests.fidelity.compare import Difference
from tests.fidelity.costs import costs
from tests.fidelity.report import page
from tests.fidelity.results import BookResult, CellResult, data_size, joined
from tests.fidelity.text import book_text
from tests.fidelity.verdict import Verdict
from tests.unit.fidelity.records import png

_VOID = {"img", "meta"}


def cell(
    number: int, kind: str = "equal", cost: float = 0.01, copying: float = 0.0, **verdict: list[Difference]
) -> CellResult:
    return CellResult("book", number, f"x = {number}  # <&>", Verdict(kind, **verdict), cost, 0, copying, 10, ())


def book() -> BookResult:
    picture = Difference("outputs", "display_data 1 image/png", "16 x 16, aa", "16 x 16, bb")
    silent = cell(3, "silent", silent=[Difference("names", "a<order>", "<b>one</b>", "<b>two</b>"), picture])
    silent.pictures = {picture.place: (png((1, 1)), png((2, 2)))}
    said = cell(2, "said", said=[Difference("names", "f", "file", None)])
    return BookResult("book", [cell(1), said, silent, cell(4, "refused")], ["cell 5: torch is not installed"])


class Balanced(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_stands_alone() -> None:
    made = page([book()], target="local", passed=False, allow=99.0)
    parser = Balanced()
    parser.feed(made)
    assert parser.open == []
    assert "<b>one</b>" not in made
    assert not re.search(r"""(?:src|href)=["'](?!data:image/png|#)""", made)
    assert "<script" not in made
    assert made.count("data:image/png") == 2
    assert made.index("book [3]</b>") < made.index("book [4]</b>") < made.index("book [2]</b>")
    assert "torch is not installed" in made


def test_the_text_has_every_difference() -> None:
    lines = "\n".join(book_text(book()))
    assert "book: 4 cells  esSr" in lines
    assert "names: a<order>" in lines
    assert "(said) names: f" in lines


def test_what_passes() -> None:
    equal = BookResult("a", [cell(number) for number in range(99)])
    assert passed([equal], 99)
    assert passed([equal, BookResult("b", [cell(1, "refused")])], 99)
    assert not passed([equal, BookResult("b", [cell(1, "silent")])], 99)
    assert not passed([equal, BookResult("b", [cell(1, "said"), cell(2, "said")])], 99)
    assert not passed([BookResult("a", [cell(1)], problem="the kernel has died")], 99)
    assert "100 cells: 99 equal (99.0 %" in summary([equal, BookResult("b", [cell(1, "said")])])
    assert '"silent": 1' in as_json([book()])


def test_costs() -> None:
    found = costs([cell(n, cost=n / 1000) for n in range(1, 101)])
    assert found is not None
    assert (found.median, found.p95) == (0.051, 0.096)
    assert found.worst[0].cost == 0.1
    assert found.over == ()
    over = costs([cell(1, cost=0.3, copying=0.1), cell(2, cost=0.3, copying=0.25), cell(3, "refused", cost=9)])
    assert over is not None
    assert [one.number for one in over.over] == [1]
    assert over.work == (0.0, 0.0, 0)
    assert costs([]) is None


def test_a_cell_that_a_plain_kernel_looks_for_more_garbage_in_is_not_over() -> None:
    less, more = replace(cell(1, cost=0.2), garbage=-0.15), replace(cell(2, cost=0.2), garbage=0.1)
    found = costs([less, more])
    assert found is not None
    assert [one.number for one in found.over] == [2]


def test_sizes_are_of_the_names_that_a_cell_mentions() -> None:
    assert data_size("b = a.sum() + a[0]", {"a": 100, "b": 5, "c": 1000}) == 105


def test_changes_are_marked() -> None:
    plain, remote = marked("a 1 <c>", "a 2 <c>")
    assert plain == 'a <span class="gone">1</span> &lt;c&gt;'
    assert remote == 'a <span class="come">2</span> &lt;c&gt;'
    long, other = marked("x" * 9000 + "1", "x" * 9000 + "2")
    assert long.endswith('<span class="gone">' + "x" * 1000 + "1</span>")
    assert other.endswith("2</span>")


def test_of_several_runs_the_least_of_each_side_and_the_worst_verdict_count() -> None:
    difference = Difference("names", "a", "1", "2")
    runs = [
        BookResult("book", [replace(cell(1, cost=0.05), plain=0.2, work=0.09, copying=0.3, garbage=0.01)]),
        BookResult("book", [replace(cell(1, "silent", 0.07, silent=[difference]), plain=0.1, work=0.04, copying=0.2)]),
    ]
    (found,) = joined(runs).cells
    assert found.cost == pytest.approx(0.17 - 0.1)
    assert (found.plain, found.work, found.copying, found.garbage) == (0.1, 0.04, 0.2, 0.005)
    assert found.verdict.silent == [difference]
    assert joined([runs[0], BookResult("book", problem="the kernel died")]).problem
