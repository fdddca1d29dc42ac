"""Random programs over arrays, frames and containers that share things leave there what they leave here."""

from __future__ import annotations

import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cellburst.payload import merge
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.delta import pack_delta, unpack_delta
from cellburst.payload.pickling import pack, unpack
from cellburst.payload.snapshot import Snapshot
from cellburst.settings import Settings
from tests.unit.payload.identity import Observer

SETUP = """
import numpy as np
import pandas as pd

class Box:
    def __init__(self, name): self.name = name; self.part = None

base = np.arange(24.)
a = base[2:20]; b = base[::3]; grid = base.reshape(4, 6); objects = np.array([None, 1, 'x'], object)
one, two = Box('one'), Box('two')
one.part = a; two.part = one
numbers = [1, 2]; nested = {'numbers': numbers, 'box': one}
members = {one, two}
frame = pd.DataFrame({'x': [1., 2., 3.], 'y': [4., 5., 6.], 's': ['u', 'v', 'w']})
column = frame['x']
view = memoryview(bytearray(b'abcdef'))
steps = iter([10, 20, 30, 40]); pairs = zip(steps, 'abcd')
key = (one, numbers); counter = 0
"""
ARRAYS = ("a", "b", "grid", "base")
HOLDERS = ("numbers", "nested['numbers']", "key[1]")
THINGS = (
    *("a", "one", "numbers", "nested", "grid.T", "b[1:]", "frame", "column", "key", "members", "objects"),
    "base[3:9]",
)
PICK, NUMBER = st.sampled_from, st.integers
STATEMENTS = st.one_of(
    st.builds("{}.flat[{}] = {}".format, PICK(ARRAYS), NUMBER(0, 5), NUMBER(-9, 9)),
    st.builds("{0} += {1}".format, PICK(ARRAYS), NUMBER(1, 3)),
    st.builds("{} = {}[{}:{}]".format, PICK("acv"), PICK("ab"), NUMBER(0, 2), NUMBER(3, 5)),
    st.builds("v{} = grid[{}]".format, NUMBER(0, 2), PICK(["1", "::-1", ":, 2", "1:3, ::2", "..., 0:0"])),
    st.builds("{}.append({})".format, PICK(HOLDERS), PICK(THINGS)),
    st.builds("nested[{!r}] = {}".format, PICK("pq"), PICK(THINGS)),
    st.builds("{}.part = {}".format, PICK(["one", "two"]), PICK(THINGS)),
    st.builds("objects[{}] = {}".format, NUMBER(0, 2), PICK(["one", "numbers", "5"])),
    st.builds("{0}, {1} = {1}, {0}".format, PICK(["a", "one"]), PICK(["b", "numbers", "frame"])),
    st.builds("frame.loc[{}, {!r}] = {}".format, NUMBER(0, 2), PICK("xy"), NUMBER(5, 9).map(float)),
    st.builds("frame[{!r}] = {}".format, PICK("xyz"), PICK(["1.5", "frame['y'] * 2", "[7, 8, 9]"])),
    st.builds("column.iloc[{}] = {}".format, NUMBER(0, 2), NUMBER(5, 9).map(float)),
    st.builds("{} = frame[{!r}].copy(deep=False)".format, PICK(["column", "other"]), PICK("xy")),
    PICK(
        [
            *("frame.index.name = 'i'", "frame = frame.copy(deep=False)", "copied = frame.head(2)"),
            *("for m in members: m.mark = m.name\ndel m", "members.discard(two)"),
            *("members.add(Box(f'new {counter}')); counter += 1", "two.__dict__['extra'] = one"),
            *("view[1] = 65", "part = view[2:4]; part[0] = 66", "got = next(steps)", "got = next(pairs)"),
            *("del numbers[0:1]", "nested = dict(nested)", "d = vars(one) if type(one) is Box else 0"),
            *("frame.drop(columns='s', inplace=True) if 's' in frame else None", "del base", "numbers = None"),
        ]
    ),
)
SMALL = Settings(inline_bytes=64, buffer_bytes=32)


@pytest.fixture(scope="module")
def blobs() -> Iterator[BlobFolder]:
    with tempfile.TemporaryDirectory() as folder:
        yield BlobFolder(Path(folder))


def notebook() -> dict[str, Any]:
    module = ModuleType("__main__")
    exec(SETUP, module.__dict__)
    return module.__dict__


def run(program: list[str], namespace: dict[str, Any]) -> None:
    """Execute the statements one after the other; one that cannot be executed is left out, as the other side does."""
    for statement in program:
        try:
            exec(statement, namespace)
        except (NameError, TypeError, ValueError, AttributeError, IndexError, KeyError, StopIteration):
            continue


def mine(namespace: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in namespace.items() if not name.startswith("__")}


@settings(max_examples=120, deadline=None)
@given(program=st.lists(STATEMENTS, max_size=6), buffers=st.booleans())
def test_sharing_is_as_here(program: list[str], buffers: bool, blobs: BlobFolder) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = told(program, None, blobs, SMALL)
        found = told(program, notebook(), blobs, SMALL if buffers else Settings())
    assert found == expected


def told(program: list[str], there: dict[str, Any] | None, blobs: BlobFolder, chosen: Settings) -> Any:
    """What there is after the program, which runs in a plain notebook or, as it were, in a worker."""
    here = notebook()
    main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
    sys.modules["__main__"].__dict__.update(here)
    observer = Observer()
    try:
        observer.describe(here)
        if there is None:
            run(program, here)
        else:
            there.clear()
            there.update(unpack(pack(mine(here), blobs, chosen, namespace=here), blobs, namespace=there))
            before = Snapshot.take(there)
            run(program, there)
            delta = unpack_delta(pack_delta(before, there, None, False, blobs, chosen), blobs, here)
            merge.apply(delta, here)
            assert (delta.unreturned, delta.placeholders) == ({}, [])
        return observer.describe(here)
    finally:
        sys.modules["__main__"] = main
