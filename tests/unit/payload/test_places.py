"""Attributes of modules and classes by name."""

from __future__ import annotations

import string
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from cellburst.payload import places
from cellburst.payload.places import MISSING


@pytest.fixture
def module() -> Iterator[ModuleType]:
    module = ModuleType("placed")
    exec("class C:\n    def f(self): pass\n    @staticmethod\n    def s(): pass\nx = 1\ndef g(): pass\n", vars(module))
    sys.modules["placed"] = module
    yield module
    del sys.modules["placed"]


@pytest.mark.parametrize(
    ("place", "expected"), [("placed:x", "x"), ("placed:C.f", "C.f"), (":placed", ""), ("placed:gone", "gone")]
)
def test_reading(module: ModuleType, place: str, expected: str) -> None:
    found = places.value_of(place)
    cls = vars(module)["C"]
    assert found is {"x": 1, "C.f": vars(cls)["f"], "": module, "gone": MISSING}[expected]
    assert places.is_place(place)


def test_a_static_method_is_read_as_it_is_kept(module: ModuleType) -> None:
    assert type(places.value_of("placed:C.s")) is staticmethod


def test_what_is_inherited_is_not_there(module: ModuleType) -> None:
    exec("class D(C): pass", vars(module))
    assert places.value_of("placed:D.f") is MISSING


def test_setting_and_deleting(module: ModuleType) -> None:
    places.put("placed:C.new", 3)
    assert vars(module)["C"].new == 3
    places.remove("placed:C.new")
    places.remove("placed:C.new")
    assert not hasattr(vars(module)["C"], "new")
    places.put("placed:g.calls", 1)
    assert vars(module)["g"].calls == 1
    with pytest.raises(LookupError):
        places.put("placed:Nowhere.x", 1)


def test_restoring(module: ModuleType) -> None:
    before = places.value_of("placed:x")
    places.put("placed:x", 7)
    places.restore("placed:x", before)
    places.restore("placed:y", MISSING)
    assert vars(module)["x"] == 1


def test_a_module_is_a_place() -> None:
    other = ModuleType("other_placed")
    places.put(":other_placed", other)
    assert sys.modules["other_placed"] is other
    places.remove(":other_placed")
    assert places.value_of(":other_placed") is MISSING


def test_a_module_that_is_not_imported_is_imported_to_set() -> None:
    sys.modules.pop("this_is_nowhere", None)
    assert places.value_of("this_is_nowhere:x") is MISSING
    with pytest.raises(ModuleNotFoundError):
        places.put("this_is_nowhere:x", 1)


def test_names(module: ModuleType) -> None:
    assert places.name_of(string) == "string:"
    assert places.name_of(string.Formatter) == "string:Formatter."
    assert places.name_of(vars(module)["x"]) is None
    assert places.home_of(string.capwords) == "string:capwords"
    assert places.spelled("pandas:DataFrame.total") == "pandas.DataFrame.total"
    assert places.spelled(":helper") == "helper"
    assert places.module_of("pandas:DataFrame.total") == "pandas"
    assert places.module_of(":helper") == "helper"
