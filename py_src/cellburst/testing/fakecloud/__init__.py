"""A cloud on this machine, for tests and tutorials: moto's AWS behind what it lacks, and instances that really boot.

``with FakeCloud(seed=1, speed=60) as cloud: ...``; needs ``pip install "cellburst[fakecloud]"``. See docs/fakecloud.md.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cellburst.testing.fakecloud.cloud import FakeCloud
    from cellburst.testing.fakecloud.facts import (
        Bill,
        BillLine,
        BootPlan,
        Capacity,
        Description,
        Fault,
        Instance,
        Options,
    )
    from cellburst.testing.fakecloud.started import FakeCloudError

__all__ = [
    "Bill",
    "BillLine",
    "BootPlan",
    "Capacity",
    "Description",
    "FakeCloud",
    "FakeCloudError",
    "Fault",
    "Instance",
    "Options",
]

_PLACES = {"FakeCloud": "cloud", "FakeCloudError": "started"}


def __getattr__(name: str) -> Any:
    """Load a name when it is used: what guards machines starts without it."""
    if name in __all__:
        return getattr(import_module(f"{__name__}.{_PLACES.get(name, 'facts')}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
