"""Handing tasks out, but not to machines that end: one that looks at the queue just then still takes some.

Nobody would hear of those until their lease ends, and they would count as tried. So what is added to a run whose
machines were told to end waits until their last look is over; the machines for it do not boot faster.
"""

from __future__ import annotations

from cellburst.bucket.taking import LOOK
from cellburst.fleet import effects as fx
from cellburst.fleet.effects import Effect
from cellburst.fleet.state import Life, Served
from cellburst.model.machine import MachineState
from cellburst.wire.fleet import Enqueue

_TOLD = 3.0  # seconds until a machine that was told to end looks no more


def begin(served: Served, now: float) -> None:
    """Somebody goes on with the run: its tasks wait for the last looks of machines that end, or have just ended."""
    last = max((_last_look(life, now) for life in served.lives.values()), default=0.0)
    served.hand_at = min(last + LOOK + _TOLD, now + LOOK + _TOLD)


def take(served: Served, message: Enqueue) -> None:
    """These tasks are to be handed out."""
    served.tasks.update(zip(message.indices, message.generations, strict=True))
    served.unhanded.append(fx.Hand(message.run, message.indices, message.generations, message.given))


def due(served: Served, now: float, leaving: bool) -> list[Effect]:
    """What is handed out now; nothing is kept by one who leaves."""
    if not served.unhanded or (now < served.hand_at and not leaving):
        return []
    hands, served.unhanded = served.unhanded, []
    return list(hands)


def _last_look(life: Life, now: float) -> float:
    """When a machine began its last look at the queue, at the latest; 0 for one that works on, or never looked."""
    if life.machine.billed is None:
        return 0.0
    if life.machine.live:
        return (life.asked or now) if life.state is MachineState.ENDING else 0.0
    return life.machine.ended or 0.0
