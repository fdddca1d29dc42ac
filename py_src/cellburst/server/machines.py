"""The machines of a run, and what they cost."""

from __future__ import annotations

from collections import Counter

from cellburst.errors import DamagedBlobError
from cellburst.model.machine import fleet_of, machine_of
from cellburst.model.run import ENDED
from cellburst.pricing.reporting import report
from cellburst.server import rows
from cellburst.server.schemas import machines as s
from cellburst.server.service import Service


def machines(service: Service, run: str) -> s.MachinesAnswer:
    """Every machine that the run has had, with its cost until now. Raises UnknownRunError, StoreError."""
    with service.stores.holding(run) as (_, reader):
        found = reader.machines(run)
        at_work = Counter[str]()
        for worker, tasks in reader.in_hand(run).items() if found else ():
            at_work[machine_of(worker)] += tasks
        status = reader.status(run)
        try:
            plan = reader.run(run).plan
        except DamagedBlobError:
            plan = None
    now = service.clock()
    shown = [rows.machine_row(machine, at_work[machine.name], now) for machine in found]
    ended = status.state in ENDED
    said = report(found, fleet_of(found, now), now, status.counts.succeeded, plan) if ended else []
    return s.MachinesAnswer(now, shown, None if plan is None else plan.worst, said)
