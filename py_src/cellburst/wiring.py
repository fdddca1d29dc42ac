"""The only module that names concrete classes: who is what in a running cellburst."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from cellburst.errors import UsageError
from cellburst.model.target import Target
from cellburst.paths import Folders
from cellburst.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from cellburst.abc import Backend, Loop, QueueBackend, RunBrowser, RunReader, RunStore, StoreWatch
    from cellburst.payload.blobs import BlobFolder


def open_blobs(folders: Folders, settings: Settings) -> BlobFolder:
    """The blob folder of this user."""
    from cellburst.payload.blobs import BlobFolder

    return BlobFolder(folders.blobs, strict_sync=settings.strict_sync)


def open_reader(folders: Folders) -> RunReader:
    """This environment's run store, for reading. Raises StoreError if there is none yet."""
    from cellburst.store import sqlite

    return sqlite.open_reader(folders.store, folders.outputs)


def open_browser(folders: Folders, busy_seconds: float) -> RunBrowser:
    """The same, to look through it; ``busy_seconds`` is how long to wait for another process that holds it."""
    from cellburst.store import sqlite
    from cellburst.store.browsing import SqliteBrowser

    return sqlite.open_reader(folders.store, folders.outputs, busy_seconds=busy_seconds, kind=SqliteBrowser)


def environments(folders: Folders) -> list[str]:
    """Every Python environment of this user that has a run store, this one first."""
    from cellburst.store import sqlite

    return [path.stem for path in sqlite.store_paths(folders)]


def readers(folders: Folders) -> list[RunReader]:
    """Every run store of this user that can be read, this environment's first."""
    from cellburst.errors import StoreError
    from cellburst.store import sqlite

    found: list[RunReader] = []
    paths = sorted(folders.stores.glob("*.db"), key=lambda path: path != folders.store)
    for path in paths:
        try:
            found.append(sqlite.open_reader(path, folders.data / "outputs" / path.stem))
        except StoreError:
            continue  # `cellburst doctor` names it
    return found


def open_watch(path: Path) -> StoreWatch:
    """A run store of this user, to notice what changes in it. Raises StoreError."""
    from cellburst.store.watch import SqliteWatch

    return SqliteWatch(path)


def open_store(folders: Folders, settings: Settings) -> RunStore:
    """The run store of this environment, for its controller."""
    from cellburst.store import sqlite

    return sqlite.open_store(folders, settings)


def start_pool(folders: Folders, settings: Settings) -> int:
    """Start the pool of local workers beside its controller; the descriptor on which it will say that it listens.

    -1 if there is one, or if it cannot be started: the controller will find out why.
    """
    from cellburst.pool import launch

    try:
        return launch.begin(folders, settings) if launch.find(folders) is None else -1
    except OSError:
        return -1


def reap_pools() -> None:
    """Take the exit status of what ``start_pool`` has started: the pool itself has left us by then."""
    launch = sys.modules.get("cellburst.pool.launch")
    if launch is not None:
        launch.reap()


def open_backends(folders: Folders, settings: Settings, loop: Loop, pool_ready: int = -1) -> dict[str, Backend]:
    """The targets that the controller serves. ``pool_ready`` is what ``start_pool`` gave whoever started us."""
    from cellburst.backends.local import TARGET, LocalBackend
    from cellburst.pool.capacity import usable_cores

    local = LocalBackend(folders, settings, loop, settings.workers or usable_cores())
    local.warm_up(pool_ready)
    return {TARGET: local}


def open_queue(folders: Folders, loop: Loop, target: str) -> QueueBackend:
    """A target with machines of its own. The plan of each run says which; the target is only a name for them."""
    from cellburst.backends.fleet import FleetBackend
    from cellburst.backends.fleet_process import starter

    return FleetBackend(target, folders.env, loop, _with_cloud(starter(folders)))


def cloud_of(target: Target, *, start: bool = True) -> dict[str, str]:
    """The variables by which the SDK reaches a target's services: none for AWS's own.

    A made-up cloud is that of ``AWS_ENDPOINT_URL``, or this user's own, which is started if ``start``; none if it
    does not run. Raises UsageError if it cannot be started.
    """
    if target.backend != "fakecloud":
        return {}
    if "AWS_ENDPOINT_URL" in os.environ:
        return {"AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"]}
    fakecloud, standing = _fakecloud()
    found = standing.find_or_start() if start else standing.find()
    return {} if found is None else dict(fakecloud.FakeCloud.attached(found).environment())


def _fakecloud() -> tuple[Any, Any]:
    """The made-up cloud: the one thing of our testing package that is also a target."""
    name = "cellburst.testing.fakecloud"
    try:
        return import_module(name), import_module(f"{name}.standing")
    except ModuleNotFoundError as error:
        raise UsageError(f'the made-up cloud needs {error.name}: pip install "cellburst[fakecloud]"') from None


def _with_cloud(start: Callable[..., Any]) -> Callable[..., Any]:
    """Start the process of a target so that it reaches the made-up cloud as its user, if the target is that."""

    def started(target: str, variables: Mapping[str, str], *rest: Any) -> Any:
        endpoint = variables.get("AWS_ENDPOINT_URL")
        own = cloud_of(Target(target, backend="fakecloud"), start=False) if endpoint else {}
        more = own if own.get("AWS_ENDPOINT_URL") == endpoint else {}
        return start(target, {**variables, **more}, *rest)

    return started


def run_controller(argv: list[str]) -> int:
    """Be the controller; the exit status."""
    from cellburst.controller import process

    folders, ready, pool_ready = process.arguments(argv)
    backends = partial(open_backends, pool_ready=pool_ready)
    return process.serve(folders, Settings.load(), open_store, backends, ready, open_queue)
