from __future__ import annotations

from cellburst.magics.left_behind import warnings_of
from cellburst.payload.delta import NamespaceDelta
from cellburst.payload.placeholders import Placeholder, Reason


def placeholder(
    name: str, words: str = "is a lock, which stays on the worker", way_out: str = "make one"
) -> Placeholder:
    return Placeholder(Reason(name, words, way_out, "lock", "run1"))


def test_nothing_is_said_of_nothing() -> None:
    assert list(warnings_of(NamespaceDelta())) == []


def test_one_is_a_sentence() -> None:
    [said] = warnings_of(NamespaceDelta(placeholders=[placeholder("m.lock")]))
    assert said == "m.lock is a lock, which stays on the worker; make one (a placeholder takes its place)"


def test_several_are_a_list_in_the_order_in_which_they_were_met() -> None:
    lost = placeholder("a", "cannot be rebuilt here: ImportError: no", "is it installed?")
    [said] = warnings_of(NamespaceDelta(placeholders=[placeholder("z"), lost]))
    assert said.splitlines() == [
        "these stay on the worker, and placeholders take their places:",
        "  z is a lock; make one",
        "  a cannot be rebuilt here: ImportError: no; is it installed?",
    ]


def test_many_are_counted() -> None:
    [said] = warnings_of(NamespaceDelta(placeholders=[placeholder(f"x[{n}]") for n in range(11)]))
    assert said.splitlines()[-1] == "  ... and 3 more"
    assert len(said.splitlines()) == 10


def test_changes_that_did_not_come_back_are_said_beside_them() -> None:
    delta = NamespaceDelta(placeholders=[placeholder("z")], unreturned={"q": "it cannot be read"})
    assert list(warnings_of(delta))[1] == "q stays on the worker: it cannot be read"
