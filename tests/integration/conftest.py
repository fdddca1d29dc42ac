"""Tests of the client run in a process that has loaded and changed all kinds of modules."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cellburst.cells.imports import observer


@pytest.fixture(autouse=True)
def no_modules_of_other_tests() -> Iterator[None]:
    """What other tests have imported and changed is not the user's."""
    seen = dict(observer.seen)
    observer.seen.clear()
    yield
    observer.seen.update(seen)
