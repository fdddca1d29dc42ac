"""A sweep on its way into a payload."""

from __future__ import annotations

from typing import Any

from cellburst.client.connecting.connection import Connection
from cellburst.errors import UnpicklableError
from cellburst.model.blob import Packed
from cellburst.payload import diagnose
from cellburst.payload.pickling import pack
from cellburst.sweeps.base import Points, sources_of
from cellburst.sweeps.space import Space


def pack_sweep(
    sweep: Points | Space | None, connection: Connection, namespace: dict[str, Any] | None = None
) -> Packed | None:
    """The pickle of a sweep. Raises UnpicklableError that names the parameter, the place of the value and why."""
    if sweep is None:
        return None
    try:
        return pack(sweep, connection.blobs, connection.settings, namespace=namespace, name="the sweep")
    except UnpicklableError as error:
        if reason := refusal(sweep, namespace):
            raise UnpicklableError(reason) from error
        raise


def refusal(sweep: Points | Space | None, namespace: dict[str, Any] | None = None) -> str:
    """Which value of which parameter cannot travel, and why; nothing if all can."""
    for name, values in sources_of(sweep).items():
        if found := diagnose.find(values, name, namespace=namespace):
            return found.message()
    return ""
