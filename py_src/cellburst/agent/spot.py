"""The thread that asks every five seconds whether this spot machine will be taken away."""

from __future__ import annotations

import threading
from collections.abc import Callable

from cellburst.agent.crossing import Crossing
from cellburst.agent.metadata import Metadata

INTERVAL = 5.0  # seconds, as EC2 recommends


class SpotThread:
    """``notice`` is called once, in the loop's thread, with the wall time; ``at_risk`` once if that is likely."""

    def __init__(
        self,
        metadata: Metadata,
        crossing: Crossing,
        notice: Callable[[float], None],
        at_risk: Callable[[], None],
        interval: float = INTERVAL,
    ) -> None:
        self._metadata = metadata
        self._crossing = crossing
        self._notice = notice
        self._at_risk = at_risk
        self._interval = interval
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin to ask."""
        threading.Thread(target=self._watch, name="spot", daemon=True).start()

    def stop(self) -> None:
        """Ask no more."""
        self._stopped.set()

    def _watch(self) -> None:
        recommended = False
        while True:
            moment = self._metadata.interruption()
            if moment is not None:
                self._crossing.call(self._notice, moment)
                return
            if not recommended and self._metadata.rebalance() is not None:
                recommended = True
                self._crossing.call(self._at_risk)
            if self._stopped.wait(self._interval):
                return
