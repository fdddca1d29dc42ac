"""The resource limits of the process, which a task may lower for itself and not for the tasks after it."""

from __future__ import annotations

import resource

from cellburst.library_state.process import limits_wanted
from cellburst.worker.first_use import Watch

_NAMES = tuple(f"RLIMIT_{name}" for name in ("AS", "CORE", "CPU", "DATA", "FSIZE", "NOFILE", "STACK"))
_NUMBERS = tuple(getattr(resource, name) for name in _NAMES if hasattr(resource, name))
_get, _set = resource.getrlimit, resource.setrlimit
_RESOURCE = Watch(resource)


class Limits:
    """The limits as they are now."""

    def __init__(self) -> None:
        self._known = [(number, _get(number)) for number in _NUMBERS]

    def restore(self, *, certainly: bool = True) -> bool:
        """Put them back; False if one cannot be, for only the administrator may raise a hard limit.

        Unless ``certainly``, they are not even read while nobody has used what changes them: each is a system call.
        """
        if _RESOURCE.unused and not certainly:
            return True
        whole = True
        for number, own in self._known:
            limits = limits_wanted.get(number, own)
            if _get(number) != limits:
                try:
                    _set(number, limits)
                except (OSError, ValueError):
                    whole = False
        return whole
