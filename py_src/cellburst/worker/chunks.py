"""What a chunk of ``Executor.map`` calls on a worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def call_each(function: Callable[..., Any], chunk: list[tuple[Any, ...]]) -> list[Any]:
    """The results of one call after the other."""
    return [function(*args) for args in chunk]
