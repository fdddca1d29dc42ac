"""Named points at which a test may kill, stop or starve a process: ``CELLBURST_FAULT=point:action[:nth]``.

Actions: ``kill`` (SIGKILL to itself), ``stop`` (SIGSTOP), ``exit`` (status 1), ``nospace`` (OSError ENOSPC). The action
happens once, at the nth passage, counted from 1 and the first unless said. Several are separated by commas. Unset, a
point costs one truth test.
"""

from __future__ import annotations

import errno
import os
import signal


def _parse(text: str) -> dict[str, tuple[str, int]]:
    armed = {}
    for item in filter(None, text.split(",")):
        name, action, *nth = item.split(":")
        armed[name] = (action, int(nth[0]) if nth else 1)
    return armed


_ARMED = _parse(os.environ.get("CELLBURST_FAULT", ""))
_PASSED: dict[str, int] = {}


def point(name: str) -> None:
    """Pass the point ``name``; does nothing unless it is armed."""
    if _ARMED and name in _ARMED:
        _act(name, *_ARMED[name])


def _act(name: str, action: str, nth: int) -> None:
    _PASSED[name] = _PASSED.get(name, 0) + 1
    if _PASSED[name] != nth:
        return
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif action == "exit":
        os._exit(1)
    elif action == "nospace":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)
    else:
        raise ValueError(f"CELLBURST_FAULT: no action {action!r}")
