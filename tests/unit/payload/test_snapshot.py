"""What a snapshot sees, and what it costs."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cellburst.payload import digests, kinds_data
from cellburst.payload.ancestry import Ancestry, names_above
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.pickling import pack, unpack
from cellburst.payload.snapshot import Snapshot, is_users
from cellburst.settings import Settings


def test_names_above_many_nodes_are_those_above_each() -> None:
    ring: list[Any] = [{"n": n} for n in range(5)]
    for one, other in zip(ring, ring[1:] + ring[:1], strict=True):
        one["next"] = other
    alone: list[Any] = [[n] for n in range(5)]
    ns: dict[str, Any] = {"ring": ring[2], "all": [ring, alone], "alone": alone, "one": alone[3], "other": {"n": 1}}
    nodes = list(Snapshot.take(ns).nodes.values())
    ancestry = Ancestry(nodes)
    assert len(nodes) > 10
    for node in nodes:
        assert ancestry.names_above([node]) == names_above([node])
    assert ancestry.names_above(nodes[-3:]) == names_above(nodes[-3:])
    assert ancestry.names_above([node for node in nodes if node.obj is alone[3]]) == {"all", "alone", "one"}


def test_names_that_lead_to_a_change() -> None:
    shared: list[int] = []
    ns: dict[str, Any] = {"a": {"s": shared}, "b": (shared,), "c": [1], "d": 5, "e": "text"}
    before = Snapshot.take(ns)
    assert before.changed_names(ns) == set()
    shared.append(1)
    assert before.changed_names(ns) == {"a", "b"}
    ns["a"] = {}
    assert before.changed_names(ns) == {"b"}


def test_the_same_value_written_again_is_no_change_of_an_array(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path)
    ns = {"x": unpack(pack(np.arange(100_000.0), blobs, Settings()), blobs), "y": np.zeros(3)}
    before = Snapshot.take(ns)
    ns["x"][5] = 5
    ns["y"][0] = 0
    assert before.changed_names(ns) == set()
    ns["x"][99_999] = 1
    assert before.changed_names(ns) == {"x"}


def test_a_view_and_its_base_both_see_a_change(tmp_path: Path) -> None:
    base = np.zeros((100, 100))
    ns = {"base": base, "row": base[3], "column": base[:, 3], "other": base[4]}
    before = Snapshot.take(ns)
    base[3, 3] = 1
    assert before.changed_names(ns) == {"base", "row", "column"}


@pytest.mark.skipif(sys.platform != "linux", reason="the page table is Linux's")
def test_a_large_array_that_is_only_read_is_not_hashed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = BlobFolder(tmp_path)
    ns = {"x": unpack(pack(np.ones(8_000_000), blobs, Settings()), blobs)}
    monkeypatch.setattr(digests, "xxhash", None)
    monkeypatch.setattr(kinds_data, "xxhash", None)
    durations = []
    for _ in range(5):
        start = time.perf_counter()
        before = Snapshot.take(ns)
        assert before.changed_names(ns) == set()
        durations.append(time.perf_counter() - start)
    assert ns["x"].sum() == 8_000_000
    assert before.changed_names(ns) == set()
    assert min(durations) < 0.02  # reading 64 MB takes as long as the look at 16,000 pages only on a far faster machine


def test_objects_that_cannot_be_looked_into_are_left_alone() -> None:
    class Odd:
        def __init__(self) -> None:
            self.ready = True

        def __getstate__(self) -> Any:
            raise RuntimeError("not now")

    ns: dict[str, Any] = {"odd": Odd(), "fine": [1]}
    before = Snapshot.take(ns)
    ns["fine"].append(2)
    assert before.changed_names(ns) == {"fine"}
    assert names_above(before.unjudged) == {"odd"}


def test_comparing_calls_no_equality_of_the_user() -> None:
    class Never:
        def __eq__(self, other: object) -> bool:
            raise AssertionError

        __hash__ = object.__hash__

    ns: dict[str, Any] = {"l": [Never()], "d": {"a": Never()}, "s": {Never()}, "i": Never()}
    before = Snapshot.take(ns)
    assert before.changed_names(ns) == set()
    ns["l"][0] = Never()
    ns["s"].add(Never())
    assert before.changed_names(ns) == {"l", "s"}


def test_objects_that_go_away_are_not_mistaken_for_new_ones() -> None:
    ns: dict[str, Any] = {"x": [[1], [2]]}
    before = Snapshot.take(ns)
    for _ in range(100):  # new lists would soon have the addresses of the old ones
        ns["x"][0] = [1]
    assert before.changed_names(ns) == {"x"}


@pytest.mark.parametrize("name", ["__name__", "__builtins__", "In", "Out", "_i", "_ii", "_i12", "_dh", "exit"])
def test_names_of_python_and_the_shell(name: str) -> None:
    assert not is_users(name)


@pytest.mark.parametrize("name", ["x", "_", "__", "_x", "__x", "Inn", "_i1a", "data__"])
def test_names_of_the_user(name: str) -> None:
    assert is_users(name)


class _Slotted:
    __slots__ = ("__dict__", "part")


class _Guarded:
    def __getattribute__(self, name: str) -> object:
        return {} if name == "__dict__" else object.__getattribute__(self, name)


class _Plain:
    pass


@pytest.mark.parametrize("kind", [_Plain, _Slotted, _Guarded])
def test_attributes_of_a_library_s_instances(kind: type) -> None:
    """All instances of a type are looked at alike, whatever was found for the first."""
    for _ in range(2):
        found, other = kind(), kind()
        object.__setattr__(found, "part", [1])
        object.__setattr__(other, "part", [1])
        shared = object.__getattribute__(other, "__dict__")
        snapshot = Snapshot.take({"found": found, "other": other, "shared": shared})
        assert snapshot.changed_names(snapshot.variables) == set()
        object.__getattribute__(found, "part").append(2)
        assert snapshot.changed_names(snapshot.variables) == {"found"}
        shared["more"] = 1
        assert snapshot.changed_names(snapshot.variables) == {"found", "other", "shared"}
