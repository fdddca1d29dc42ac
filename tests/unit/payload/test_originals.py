"""A library's own function where the notebook has put another, pickled and found again."""

from __future__ import annotations

import functools
import math
import pickle
import string
from typing import Any

import pytest

from cellburst.payload import originals, places
from cellburst.payload.pickling import dump
from tests.unit.untouched import forget_changes

_MUCH = 1 << 60


@pytest.fixture(autouse=True)
def _nothing_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    forget_changes(monkeypatch)


@pytest.fixture
def notebook() -> dict[str, Any]:
    return {"__name__": "__main__"}


def sent(obj: Any, notebook: dict[str, Any]) -> Any:
    return pickle.loads(b"".join(dump(obj, _MUCH, namespace=notebook)[0]))


@pytest.mark.parametrize("place", ["string:capwords", "string:Formatter", "math:sqrt"])
def test_the_original_is_itself_on_both_sides(
    place: str, notebook: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = places.value_of(place)
    exec("def new(*a): return 'new'", notebook)
    owner, name = places.owner_of(place)
    monkeypatch.setattr(owner, name, notebook["new"])
    originals.note(place, notebook["new"])
    assert sent({"f": original}, notebook)["f"] is original
    assert sent(notebook["new"], notebook)() == "new"


def test_a_wrapper_with_the_originals_name_is_no_original(
    notebook: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = string.capwords
    cached = functools.lru_cache(original)
    monkeypatch.setattr(string, "capwords", cached)
    assert not originals.is_own(cached)
    originals.note("string:capwords", cached)
    found = sent(cached, notebook)
    assert found is not cached
    assert found.__wrapped__ is original
    assert found("a b") == "A B"


def test_without_changes_nothing_is_asked() -> None:
    assert not originals.active()
    assert originals.is_own(string.capwords)
    assert originals.is_own(math.sqrt)


def test_what_was_put_back_travels_by_name(notebook: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    originals.note("string:capwords", len)
    originals.forget("string:capwords")
    assert sent(string.capwords, notebook) is string.capwords
    assert not originals.active()


def test_a_missing_original_is_said() -> None:
    with pytest.raises(LookupError, match=r"string\.nothing"):
        originals.original("string:nothing")
