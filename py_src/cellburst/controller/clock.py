"""The real clocks."""

from __future__ import annotations

import time


class SystemClock:
    """``boot`` counts time asleep where the system can say so, else it is ``monotonic``."""

    def wall(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    def boot(self) -> float:
        clock = getattr(time, "CLOCK_BOOTTIME", None)
        return time.monotonic() if clock is None else time.clock_gettime(clock)
