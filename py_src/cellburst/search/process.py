"""The searcher's process: connects, decides until there is nothing left to decide, closes the run."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from cellburst import wiring
from cellburst.client.connecting.link import Link, LinkLostError
from cellburst.client.connecting.record import find_controller
from cellburst.errors import CellburstError
from cellburst.paths import Folders
from cellburst.search.session import Session

_LEFT, _FAILED = 0, 1


def serve(argv: list[str]) -> int:
    """Decide for one run; the exit status. Whoever started us reads from the last line why it is not 0.

    Nothing is kept here: killed at any moment, the next searcher knows the same from the run's record.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    run, folders = arguments(argv)
    record = find_controller(folders)
    if record is None:
        return _LEFT  # the next controller starts another one
    try:
        commands, news = Link.open(record), Link.open(record)
        Session(run, commands, news, wiring.open_reader(folders)).decide()
    except LinkLostError:
        return _LEFT
    except CellburstError as error:
        print(error, file=sys.stderr)
        return _FAILED
    return _LEFT


def arguments(argv: list[str]) -> tuple[str, Folders]:
    """The run, and the folders of its controller."""
    run, *rest = argv
    found = dict(zip(rest[::2], rest[1::2], strict=True))
    return run, Folders(Path(found["--data"]), Path(found["--runtime"]), found["--env"])
