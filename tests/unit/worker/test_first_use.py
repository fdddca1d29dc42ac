"""Whether a module was used since somebody began to watch."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from cellburst.worker.first_use import Watch, unobserved

NAME = "a_module_to_watch"


@pytest.fixture
def module() -> Iterator[ModuleType]:
    made = sys.modules[NAME] = ModuleType(NAME)
    made.__dict__["answer"] = 42
    yield made
    del sys.modules[NAME]


def test_importing_is_no_use_and_reading_is(module: ModuleType) -> None:
    calls: list[int] = []
    watch = Watch(module, lambda: calls.append(1))
    assert not watch.unused  # nobody has begun
    watch.begin()
    assert importlib.import_module(NAME) is module
    assert watch.unused
    assert module.answer == 42
    assert (watch.unused, calls, type(module)) == (False, [1], ModuleType)
    watch.begin()  # somebody may hold what it found
    assert not watch.unused


@pytest.mark.parametrize("use", ["from {} import answer", "import {0}; vars({0})", "from {} import *"])
def test_every_way_in_is_noticed(module: ModuleType, use: str) -> None:
    watch = Watch(module)
    watch.begin()
    exec(use.format(NAME), {})
    assert not watch.unused


def test_what_is_ours_does_not_count(module: ModuleType) -> None:
    watch = Watch(module)
    watch.begin()
    with unobserved():
        assert module.answer == 42
    assert watch.unused
    watch.pause()
