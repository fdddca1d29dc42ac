"""The controller and the pool of this environment, and what earlier ones left behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cellburst._version import __version__
from cellburst.cli.checks.finding import Finding, ok, problem, warning
from cellburst.client.connecting.discover import connect
from cellburst.client.connecting.record import ControllerRecord, find_controller
from cellburst.display.formatting import counted
from cellburst.errors import CellburstError, VersionSkewError
from cellburst.paths import Folders
from cellburst.pool import launch, survivors
from cellburst.settings import Settings
from cellburst.wire.client import Ping


def check_controller(folders: Folders, settings: Settings) -> Iterator[Finding]:
    """Whether one runs, which version and epoch, that it answers, and what it complains of."""
    record = find_controller(folders)
    if record is None:
        yield ok("controller", "not running (the next run starts one)")
        return
    found = f"pid {record.pid}, version {record.version or '?'}, epoch {record.epoch}"
    try:
        said = connect(settings, start=False).request(Ping(0)).data
    except VersionSkewError as error:
        yield problem("controller", str(error), f"when its runs have ended: kill {record.pid}")
    except (CellburstError, OSError) as error:
        yield problem("controller", f"{found}: {error}", f"kill -9 {record.pid}; the next one takes its runs over")
    else:
        yield _version(record, f"{found}, {counted(int(said.get('runs', 0)), 'live run')}")
        yield from _troubles(said, folders)


def _version(record: ControllerRecord, found: str) -> Finding:
    if record.version != __version__:
        return warning("controller", f"{found}; this is {__version__}", "it is replaced when its runs end")
    return ok("controller", found)


def _troubles(said: dict[str, Any], folders: Folders) -> Iterator[Finding]:
    for name, lane in said.get("targets", {}).items():
        if lane.get("trouble"):
            yield problem(f"target {name}", str(lane["trouble"]), f"see {folders.log}")
        else:
            yield ok(f"target {name}", f"{counted(lane['workers'], 'worker')} warm, at most {lane['capacity']}")
    if said.get("paused"):
        yield problem("controller", f"paused: {said['paused']}", "free some disk space; it goes on by itself")


def check_pool(folders: Folders) -> Iterator[Finding]:
    """Whether a pool runs, and whether processes of tasks outlived theirs."""
    pool = launch.find(folders)
    yield ok("pool", f"pid {pool.pid}, version {pool.version}" if pool else "not running (the next run starts one)")
    left = sorted(process.pid for process in survivors.find_survivors(folders))
    if left:
        advice = f"the next run ends them, or: kill {' '.join(map(str, left))}"
        yield warning("leftovers", f"processes of tasks that are over: {len(left)}", advice)
    else:
        yield ok("leftovers", "no process of an earlier task")
