"""Which requests go wrong, and how: decided by a list and a seed, so that it goes the same way again."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from cellburst.testing.fakecloud.facts import Fault
from cellburst.testing.fakecloud.server.asked import Asked


@dataclass
class _Armed:
    fault: Fault
    number: int
    chance: random.Random
    seen: int = 0
    met: int = 0


@dataclass
class Faults:
    """Armed faults, in the order in which they were armed; a request is met by the first that wants it."""

    seed: int
    armed: list[_Armed] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _count: int = 0

    def arm(self, fault: Fault) -> int:
        """Add one; its number."""
        with self._lock:
            self._count += 1
            self.armed.append(_Armed(fault, self._count, random.Random(f"{self.seed} {self._count}")))
            return self._count

    def clear(self) -> None:
        with self._lock:
            self.armed.clear()

    def by_machine(self) -> bool:
        """Whether it matters who asks."""
        return any(one.fault.machine for one in list(self.armed))

    def met(self) -> dict[int, int]:
        """How many requests each fault, by number, has met."""
        with self._lock:
            return {one.number: one.met for one in self.armed}

    def meeting(self, request: Asked) -> Fault | None:
        """The fault that this request meets."""
        if not self.armed:
            return None
        with self._lock:
            for one in self.armed:
                if _wants(one.fault, request) and _strikes(one):
                    one.met += 1
                    return one.fault
        return None


def _strikes(one: _Armed) -> bool:
    if one.fault.times and one.met >= one.fault.times:
        return False
    one.seen += 1
    return one.seen > one.fault.skip and one.chance.random() < one.fault.chance


def _wants(fault: Fault, request: Asked) -> bool:
    pairs = [
        (fault.service, request.service),
        (fault.action, request.action),
        (fault.path, request.path),
        (fault.machine, request.machine),
    ]
    pairs += [(pattern, str(request.parameters.get(name, ""))) for name, pattern in fault.where.items()]
    return all(not pattern or fnmatchcase(text, pattern) for pattern, text in pairs)
