"""The scripted worker, in a pool that believes in a machine of 200 MiB: a test has no control group to fill."""

from __future__ import annotations

from cellburst.pool import memory
from tests.unit.pool.scripted import serve

memory.limit = lambda: 200 << 20  # type: ignore[assignment]

__all__ = ["serve"]
