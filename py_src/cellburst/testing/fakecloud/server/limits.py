"""How many instances there may be: what EC2 has free, and what the account is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from cellburst.testing.fakecloud.facts import Capacity
from cellburst.testing.fakecloud.server.record import Record
from cellburst.testing.fakecloud.server.types import Type


@dataclass(frozen=True)
class Quota:
    """A limit in vCPUs of running instances of these families' first letters."""

    code: str
    name: str
    market: str
    letters: tuple[str, ...]


_STANDARD = ("a", "c", "d", "h", "i", "m", "r", "t", "z")
QUOTAS = (
    Quota("L-1216C47A", "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", "on-demand", _STANDARD),
    Quota("L-DB2E81BA", "Running On-Demand G and VT instances", "on-demand", ("g", "vt")),
    Quota("L-417A185B", "Running On-Demand P instances", "on-demand", ("p",)),
    Quota("L-7295265B", "Running On-Demand X instances", "on-demand", ("x",)),
    Quota("L-74FC7D96", "Running On-Demand F instances", "on-demand", ("f",)),
    Quota("L-1945791B", "Running On-Demand Inf instances", "on-demand", ("inf",)),
    Quota("L-34B43A08", "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests", "spot", _STANDARD),
    Quota("L-3819A6DF", "All G and VT Spot Instance Requests", "spot", ("g", "vt")),
    Quota("L-7212CCBC", "All P4, P3 and P2 Spot Instance Requests", "spot", ("p",)),
    Quota("L-E3A00192", "All X Spot Instance Requests", "spot", ("x",)),
    Quota("L-88CF9481", "All F Spot Instance Requests", "spot", ("f",)),
    Quota("L-B5D1601B", "All Inf Spot Instance Requests", "spot", ("inf",)),
)
_PLENTY = 5000.0


@dataclass
class Limits:
    """``values`` maps a quota's code to vCPUs."""

    capacities: list[Capacity] = field(default_factory=list)
    values: dict[str, float] = field(default_factory=dict)

    def value(self, quota: Quota) -> float:
        return self.values.get(quota.code, _PLENTY)

    def free(self, kind: str, zone: str, market: str, live: Iterable[Record]) -> int:
        """How many more of these EC2 has; a million if nobody has said."""
        records = list(live)
        left = 1_000_000
        for limit in self.capacities:
            if _meant(limit, kind, zone, market):
                used = sum(_meant(limit, record.kind.name, record.zone, record.market) for record in records)
                left = min(left, max(0, limit.count - used))
        return left

    def allowed(self, kind: Type, market: str, live: Iterable[Record]) -> int:
        """How many more of these the account may have."""
        quota = quota_of(kind, market)
        if quota is None:
            return 1_000_000
        used = sum(record.kind.cpus for record in live if quota_of(record.kind, record.market) == quota)
        return max(0, int((self.value(quota) - used) // kind.cpus))


def quota_of(kind: Type, market: str) -> Quota | None:
    """The quota that an instance counts against."""
    letters = "".join(letter for letter in kind.family.partition("-")[0] if letter.isalpha())
    names = (letters, letters[:1]) if letters[:3] in ("inf",) or letters[:2] == "vt" else (letters[:1],)
    for quota in QUOTAS:
        if quota.market == market and quota.letters and any(name in quota.letters for name in names):
            return quota
    return None


def _meant(limit: Capacity, kind: str, zone: str, market: str) -> bool:
    pairs = ((kind, limit.type), (zone, limit.zone), (market, limit.market))
    return all(fnmatchcase(text, pattern) for text, pattern in pairs)
