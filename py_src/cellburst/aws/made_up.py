"""A made-up cloud is a process of this user's: once nobody listens at its address, all that it had is gone."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from cellburst.model.plan import Plan

STOPPED = "the made-up cloud was stopped, and its machines with it"
_ANSWERS = 2.0  # seconds; it is on this machine


def has_stopped(plan: Plan | None) -> bool:
    """Whether the plan's machines were those of a made-up cloud that does not run any more."""
    if plan is None or plan.provider != "fakecloud" or not plan.endpoint:
        return False
    place = urlsplit(plan.endpoint)
    try:
        socket.create_connection((place.hostname or "127.0.0.1", place.port or 0), _ANSWERS).close()
    except ConnectionRefusedError:
        return True
    except (OSError, ValueError):
        return False
    return False
