"""Which states are read for a cell that does not name them."""

from __future__ import annotations

from pathlib import Path

from cellburst.client.collecting.collect import may_name
from cellburst.library_state import registry
from cellburst.library_state.gathering import called, gather, held, held_name, hooks
from cellburst.library_state.registry import State
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.pickling import pack
from cellburst.settings import Settings


def test_only_what_objects_enter_by_themselves_is_read_for_a_cell_that_names_no_state() -> None:
    read: list[str] = []

    def state(name: str, *, announced: bool) -> State:
        return State(name, "", lambda: read.append(name), lambda value: None, holds=True, announced=announced)

    for name, announced in (("plain test state", False), ("announced test state", True)):
        registry.replace(state(name, announced=announced))
    try:
        assert held_name("announced test state") in held(announced=True)
        assert read == ["announced test state"]
        assert {held_name("plain test state"), held_name("announced test state")} <= set(held())
    finally:
        for name in ("plain test state", "announced test state"):
            registry.remove(name)


def test_states_that_a_library_may_call_are_read_once_for_a_cell() -> None:
    read: list[str] = []

    def get() -> object:
        read.append("called")
        return print if len(read) == 1 else None

    def fail() -> object:
        read.append("failing")
        raise ValueError("no such luck")

    registry.replace(State("called test state", "", get, lambda value: None, calls=True))
    registry.replace(State("failing test state", "", fail, lambda value: None, calls=True))
    try:
        states = called()
        assert hooks(states)[held_name("called test state")] is print
        assert held_name("failing test state") not in hooks(states)
        found = gather(known=states)
        assert found.values["called test state"] is print
        assert "no such luck" in found.problems["failing test state"]
        assert read.count("called") == 1
    finally:
        for name in ("called test state", "failing test state"):
            registry.remove(name)


def test_a_pickle_tells_the_names_in_it(tmp_path: Path) -> None:
    blobs, beginning = BlobFolder(tmp_path), held_name("")
    named = {"updates": [(("", held_name("numpy error handling"), "dict"), 1)]}
    assert may_name(pack(named, blobs, Settings()), beginning)
    assert not may_name(pack({"updates": [(("", "x", "dict"), "states")]}, blobs, Settings()), beginning)
    large = pack({"x": "y" * (Settings().inline_bytes + 1)}, blobs, Settings())
    assert large.body_blob is not None
    assert may_name(large, beginning), "nobody reads a blob only for that"
