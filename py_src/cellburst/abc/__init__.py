"""The seams. Implementations know this package and not each other."""

from __future__ import annotations

from cellburst.abc.backends import Backend, BackendListener, Holding, WorkerLoss
from cellburst.abc.clouds import Creation, Delivery, ObjectStore, TaskQueue
from cellburst.abc.fleets import FleetListener, QueueBackend
from cellburst.abc.stores import BlobStore, RunBrowser, RunReader, RunStore, StoreWatch
from cellburst.abc.timing import Clock, HasFileno, Loop

__all__ = [
    "Backend",
    "BackendListener",
    "BlobStore",
    "Clock",
    "Creation",
    "Delivery",
    "FleetListener",
    "HasFileno",
    "Holding",
    "Loop",
    "ObjectStore",
    "QueueBackend",
    "RunBrowser",
    "RunReader",
    "RunStore",
    "StoreWatch",
    "TaskQueue",
    "WorkerLoss",
]
