"""A program of changes that runs there leaves the same variables here as one that runs here."""

from __future__ import annotations

import copy
import tempfile
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cellburst.payload import merge
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.delta import pack_delta, unpack_delta
from cellburst.payload.pickling import pack, unpack
from cellburst.payload.snapshot import Snapshot
from cellburst.settings import Settings

from .shapes import shape_of
from .strategies import Box, Slots, arrays, namespaces, scalars

SMALL = Settings(inline_bytes=64, buffer_bytes=32)


@pytest.fixture(scope="module")
def blobs() -> Iterator[BlobFolder]:
    with tempfile.TemporaryDirectory() as folder:
        yield BlobFolder(Path(folder))


def mutable(namespace: dict[str, Any]) -> list[Any]:
    """Everything that can be changed, in an order that only depends on the shape."""
    found: list[Any] = []
    seen: set[int] = set()
    waiting = deque(namespace[name] for name in sorted(namespace))
    while waiting:
        value = waiting.popleft()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, (list, tuple, deque)):
            waiting.extend(value)
        elif isinstance(value, Box):
            waiting.extend(vars(value)[name] for name in sorted(vars(value)))
        elif isinstance(value, Slots):
            waiting.extend(getattr(value, name) for name in ("left", "right") if hasattr(value, name))
        if isinstance(value, (list, dict, deque, set, bytearray, Box, Slots, np.ndarray)):
            found.append(value)
    return found


def change(namespace: dict[str, Any], step: tuple[int, int, str, Any]) -> None:
    """One change: to which object, with which other one, how, with which scalar."""
    first, second, how, scalar = step
    objects = mutable(namespace)
    if how == "assign":
        namespace["new"] = objects[second % len(objects)] if objects else scalar
    elif how == "delete":
        namespace.pop(sorted(namespace)[first % len(namespace)], None) if namespace else None
    elif how == "wrap":
        namespace["wrapped"] = [copy.copy(scalar), *objects[:2]]
    elif objects:
        target = objects[first % len(objects)]
        put(target, objects[second % len(objects)] if how == "link" else scalar, how)


def put(target: Any, value: Any, how: str) -> None:
    if isinstance(target, (list, deque)):
        target.clear() if how == "clear" else target.append(value)
    elif isinstance(target, dict):
        target.clear() if how == "clear" else target.update({"key": value})
    elif isinstance(target, set):
        target.clear() if how == "clear" else target.add(type(value).__name__ if how == "link" else value)
    elif isinstance(target, bytearray):
        target.clear() if how == "clear" else target.extend(b"more")
    elif isinstance(target, Box):
        vars(target).clear() if how == "clear" else setattr(target, "a", value)
    elif isinstance(target, Slots):
        if how != "clear":
            target.right = value
        elif hasattr(target, "left"):
            del target.left
    elif isinstance(target, np.ndarray) and target.size and target.dtype.kind in "if":
        target[...] = 3


STEPS = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.integers(0, 30),
        st.sampled_from(["set", "set", "link", "clear", "assign", "delete", "wrap"]),
        scalars(),
    ),
    max_size=5,
)


@settings(max_examples=150, deadline=None)
@given(namespace=namespaces(), extra=st.lists(arrays(), max_size=2), steps=STEPS)
def test_there_is_as_here(namespace: dict[str, Any], extra: list[Any], steps: Any, blobs: BlobFolder) -> None:
    here = {**namespace, **{f"x{number}": array for number, array in enumerate(extra)}}
    sent = pack(here, blobs, SMALL)
    expected = unpack(sent, blobs)  # a copy that keeps what is shared
    originals = [*mutable(here)]

    there = unpack(sent, blobs)
    before = Snapshot.take(there)
    for step in steps:
        change(there, step)
        change(expected, step)
    delta = unpack_delta(pack_delta(before, there, None, False, blobs, SMALL), blobs, here)
    merge.apply(delta, here)

    assert delta.unreturned == {}
    assert shape_of(dict(sorted(here.items()))) == shape_of(dict(sorted(expected.items())))
    if not {"assign", "wrap"} & {step[2] for step in steps}:
        assert set(map(id, mutable(here))) <= set(map(id, originals))  # all are the kernel's own objects
