"""What a run's machines have cost, in sentences."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cellburst.errors import StoreError, UnknownRunError

if TYPE_CHECKING:
    from cellburst.client.runs.run import Run


def costs_of(run: Run) -> list[str]:
    """The bill and whether the machines were the right ones; nothing for a run on this machine."""
    if run.record.plan is None:
        return []
    from cellburst import pricing
    from cellburst.model.machine import fleet_of

    try:
        machines = run.connection.reader.machines(run.id)
    except (StoreError, UnknownRunError):
        return []  # it was deleted meanwhile
    now = time.time()
    return pricing.report(machines, fleet_of(machines, now), now, run.counts.succeeded, run.record.plan)
