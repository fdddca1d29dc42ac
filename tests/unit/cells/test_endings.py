"""Names that a cell does not read but whose objects would end, or stay, because of them."""

from __future__ import annotations

import weakref
from typing import Any

from cellburst.cells.capture import capture

F = "class F:\n    def __del__(self): pass\n"


def notebook(source: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec(source, namespace)
    return namespace


def sent(cell: str, namespace: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in capture(cell, namespace).inputs.items() if value is not None}


def test_what_is_bound_anew_or_deleted_is_sent_if_it_has_a_finalizer() -> None:
    namespace = notebook(F + "a = F(); b = [F()]; c = [1]; d = F()")
    assert sent("del a\nb = c = 2", namespace).keys() == {"a", "b"}


def test_so_is_what_else_refers_to_it() -> None:
    namespace = notebook(F + "a = F(); other = {'k': [a]}; apart = F()")
    assert sent("del a", namespace).keys() == {"a", "other"}


def test_and_what_a_weak_reference_of_the_cell_leads_to() -> None:
    namespace = notebook("class N: pass\nn = N(); twin = n; m = N()")
    namespace["r"] = weakref.ref(namespace["n"])
    assert sent("print(r() is n)\ndel n", namespace).keys() == {"r", "n", "twin"}


def test_without_finalizers_nothing_more_is_sent() -> None:
    namespace = notebook("class N: pass\na = N(); b = [a]")
    assert sent("del a", namespace) == {}


def test_a_name_that_is_bound_and_deleted_is_known_there() -> None:
    namespace = notebook("e = [1]; x = 2")
    captured = capture("try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    pass\nx = 1\ndel x", namespace)
    assert captured.inputs == {"e": None, "x": None}
    assert capture("x = 1", namespace).inputs == {}


def test_a_class_that_knows_its_instances_weakly_can_be_sent() -> None:
    namespace = notebook(
        "import weakref\nclass N:\n    live = weakref.WeakSet()\n    def __init__(self): N.live.add(self)\n"
        "a = N(); b = [N()]"
    )
    assert sent("print(len(N.live))", namespace).keys() == {"N", "a", "b"}
