"""Planted differences of every kind of output are found, at their place only; equal things are not reported."""

from __future__ import annotations

import pytest

from tests.fidelity.compare import compare
from tests.fidelity.record import Record
from tests.unit.fidelity.records import failed, places, png, record, shown, stream

_CELL = "Cell In[3], line 2\n      1 # plain\n----> 2 f()\n"
_FAR_CELL = "Cell In[3], line 2\n      1 %%remote local\n----> 2 f()\n"
_INSIDE = "Cell In[2], line 2, in f()\n----> 2 1/0\n"
_LIBRARY = "File /lib/python/json/decoder.py:337, in decode(s)\n    337 raise\n"

PLANTED: dict[str, tuple[Record, Record, set[str]]] = {
    "text": (record(stream("a\n")), record(stream("b\n")), {"outputs: stdout"}),
    "text on the other stream": (
        record(stream("a\n")),
        record(stream("a\n", "stderr")),
        {"outputs: order", "outputs: stdout", "outputs: stderr"},
    ),
    "order": (
        record(stream("a"), shown({"text/plain": "1"})),
        record(shown({"text/plain": "1"}), stream("a")),
        {"outputs: order"},
    ),
    "where a stream is cut": (
        record(stream("ab"), shown({"text/plain": "1"}), stream("c")),
        record(stream("a"), shown({"text/plain": "1"}), stream("bc")),
        {"outputs: split"},
    ),
    "one display for another": (
        record(shown({"text/plain": "1"}), shown({"text/plain": "2"})),
        record(shown({"text/plain": "2"}), shown({"text/plain": "1"})),
        {"outputs: display_data 1 text/plain", "outputs: display_data 2 text/plain"},
    ),
    "an extra display": (
        record(),
        record(shown({"text/plain": "1"})),
        {
            "outputs: order",
            *(f"outputs: display_data 1 {part}" for part in ("kinds", "text/plain", "metadata", "transient")),
        },
    ),
    "a kind of data": (
        record(shown({"text/plain": "1", "text/html": "<b>1</b>"})),
        record(shown({"text/plain": "1"})),
        {"outputs: display_data 1 kinds", "outputs: display_data 1 text/html"},
    ),
    "one pixel": (
        record(shown({"image/png": png((3, 4))})),
        record(shown({"image/png": png((3, 5))})),
        {"outputs: display_data 1 image/png"},
    ),
    "which display is updated": (
        record(shown({}, "a"), shown({}, "b"), shown({}, "a", "update_display_data")),
        record(shown({}, "a"), shown({}, "b"), shown({}, "b", "update_display_data")),
        {"outputs: update_display_data 1 transient"},
    ),
    "an error's message": (
        record(failed("ValueError", "a", _CELL)),
        record(failed("ValueError", "b", _CELL)),
        {"outputs: error message", "outputs: error traceback"},
    ),
    "a missing frame of the cell": (
        record(failed("ValueError", "a", _CELL, _INSIDE)),
        record(failed("ValueError", "a", _FAR_CELL)),
        {"outputs: error traceback"},
    ),
    "a missing frame of a library": (
        record(failed("ValueError", "a", _CELL, _LIBRARY)),
        record(failed("ValueError", "a", _FAR_CELL)),
        {"outputs: error library frames"},
    ),
    "a line of a frame": (
        record(failed("ValueError", "a", _CELL)),
        record(failed("ValueError", "a", _FAR_CELL.replace("line 2", "line 3"))),
        {"outputs: error traceback"},
    ),
    "no error": (
        record(failed("ValueError", "a", _CELL)),
        record(),
        {"outputs: order", "outputs: reply"}
        | {f"outputs: error {part}" for part in ("type", "message", "traceback", "library frames")},
    ),
    "a name": (record(names={"a": "1"}), record(names={"a": "2"}), {"names: a"}),
    "a missing name": (record(names={"a": "1"}), record(), {"names: a"}),
    "an extra name": (record(), record(names={"a": "1"}), {"names: a"}),
    "a print option": (
        record(),
        record(states={"numpy.printoptions['precision']": "3"}),
        {"states: numpy.printoptions['precision']"},
    ),
    "a file": (record(files={"x.csv": "3 bytes"}), record(files={"x.csv": "4 bytes"}), {"files: x.csv"}),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_difference_is_found(kind: str) -> None:
    plain, remote, expected = PLANTED[kind]
    assert places(plain, remote) == expected


SAME = {
    "a stream in pieces": (record(stream("a"), stream("b")), record(stream("ab"))),
    "identities of displays": (
        record(shown({}, "abc"), shown({}, "abc", "update_display_data")),
        record(shown({}, "xyz"), shown({}, "xyz", "update_display_data")),
    ),
    "a picture packed otherwise": (
        record(shown({"image/png": png((1, 1), level=0)})),
        record(shown({"image/png": png((1, 1), level=9)})),
    ),
    "the line on top in a traceback": (
        record(failed("ValueError", "a", _CELL, _INSIDE)),
        record(failed("ValueError", "a", _FAR_CELL, _INSIDE)),
    ),
    "the file that stands for a cell": (
        record(stream("/tmp/ipykernel_77/1127635863.py:2: UserWarning\n"), failed("E", "bad (1127635863.py, line 3)")),
        record(stream("/tmp/ipykernel_77/24763425.py:2: UserWarning\n"), failed("E", "bad (24763425.py, line 3)")),
    ),
    "colours": (record(failed("E", "a", "\x1b[31mx\x1b[39m")), record(failed("E", "a", "x"))),
    "measured times": (record(stream("Wall time: 3 ms\n")), record(stream("Wall time: 12 s\n"))),
}


@pytest.mark.parametrize("kind", SAME)
def test_the_same_is_not_reported(kind: str) -> None:
    assert places(*SAME[kind]) == set()


@pytest.mark.parametrize("kind", PLANTED)
def test_a_record_is_equal_to_itself(kind: str) -> None:
    for found in PLANTED[kind][:2]:
        assert places(found, found) == set()


def test_a_cell_magic_has_no_line_on_top() -> None:
    plain = record(failed("E", "a", "Cell In[3], line 2\n      1 %%x\n----> 2 f()\n"), source="%%x\nf()")
    far = "Cell In[3], line 3\n      1 %%remote local\n      2 %%x\n----> 3 f()\n"
    assert places(plain, record(failed("E", "a", far))) == set()
    assert places(plain, record(failed("E", "a", far.replace("3 f", "2 f")))) == {"outputs: error traceback"}
    assert places(record(failed("E", "a", far)), plain) == {"outputs: error traceback"}


def test_what_two_plain_kernels_disagree_about_is_not_compared() -> None:
    found = compare(
        record(stream("0.1"), names={"a": "1", "b": "1"}),
        (record(stream("0.2"), names={"a": "2", "b": "1"}),),
        record(stream("0.3"), names={"a": "3", "b": "2"}),
    )
    assert [item.place for item in found.differences] == ["b"]
    assert found.unstable == ("outputs: stdout", "names: a")


def test_any_further_plain_kernel_may_disagree() -> None:
    same, other = record(names={"a": "1", "b": "1"}), record(names={"a": "2", "b": "1"})
    remote = record(names={"a": "2", "b": "2"})
    assert [item.place for item in compare(same, (same,), remote).differences] == ["a", "b"]
    assert [item.place for item in compare(same, (same, other), remote).differences] == ["b"]


def test_what_is_inside_something_unstable_is_not_reported() -> None:
    plain, again = record(names={"a": "list 1"}), record(names={"a": "list 2"})
    assert places(plain, record(names={"a": "list 3", "a[0]": "x"}), again) == set()


def test_addresses_are_not_compared_but_what_is_around_them_is() -> None:
    plain, again = record(stream("<f at 0x7f00aa11>")), record(stream("<f at 0x7f00bb22>"))
    assert places(plain, record(stream("<f at 0x7f00cc33>")), again) == set()
    assert places(plain, record(stream("<g at 0x7f00cc33>")), again) == {"outputs: stdout"}


@pytest.mark.parametrize(("first_line", "order"), [("%%bash", set()), ("# plain", {"outputs: order"})])
def test_the_two_pipes_of_a_script_have_no_order(first_line: str, order: set[str]) -> None:
    plain = record(stream("a"), stream("b", "stderr"), source=f"{first_line}\nx")
    remote = record(stream("b", "stderr"), stream("a"), source=f"%%remote local\n{first_line}\nx")
    found = compare(plain, (plain,), remote)
    assert {f"{one.group}: {one.place}" for one in found.differences} == order
