"""Handlers and loggers in variables: each process has its own."""

from __future__ import annotations

import logging

import pytest

from cellburst.payload import rebuild
from cellburst.payload.changes import References


@pytest.mark.parametrize("name", ["", "tests.of.lists"])
@pytest.mark.parametrize("part", ["handlers", "filters"])
def test_a_loggers_own_list_is_named(name: str, part: str) -> None:
    """So that what was kept of it follows the logger."""
    own = getattr(logging.getLogger(name), part)
    named = References({}, set()).get(id(own))
    assert named is not None
    assert rebuild.referred({}, named) is own
    assert References({}, set()).get(id(list(own))) is None
