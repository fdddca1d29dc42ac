"""Where code runs: the working directory, the module path, the environment, what is imported.

It is sent with the payload itself and comes back like states.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from importlib import import_module

from cellburst.library_state.quietly import quietly
from cellburst.library_state.registry import State

FOLDER, PATH, ENVIRONMENT, SUBMODULES = "working directory", "sys.path", "os.environ", "imported submodules"
FILE_MASK = "file mask"


def _sent_otherwise() -> None:
    return None


def _set_folder(value: str | None) -> None:
    if value is not None:
        os.chdir(value)  # an empty one means that the cell has removed it


def _set_path(value: tuple[list[str], list[str]] | None) -> None:
    """From what the cell found and what it left; the worker was also given folders that were not on our path."""
    if value is not None:
        found, left = value
        not_ours = set(found) - {entry for entry in sys.path if isinstance(entry, str)}
        others = [entry for entry in sys.path if entry not in found]
        sys.path[:] = [entry for entry in left if entry not in not_ours] + others


def _set_environment(value: Mapping[str, str | None] | None) -> None:
    for name, text in (value or {}).items():
        if text is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = text
    if value and "TZ" in value and hasattr(time, "tzset"):
        time.tzset()


def _set_mask(value: int | None) -> None:
    if value is not None:
        os.umask(value)


def _set_submodules(value: tuple[str, ...] | None) -> None:
    with quietly():
        for name in value or ():
            import_module(name)


STATES = (
    State(FOLDER, "", _sent_otherwise, _set_folder),
    State(PATH, "", _sent_otherwise, _set_path),
    State(ENVIRONMENT, "", _sent_otherwise, _set_environment),
    State(FILE_MASK, "", _sent_otherwise, _set_mask),
    State(SUBMODULES, "", _sent_otherwise, _set_submodules),
)
