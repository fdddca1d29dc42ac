"""Which types of machines there are and what they cost: what is bundled, and what AWS was asked since."""

from __future__ import annotations

import functools
import os
from collections.abc import Collection
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cellburst.errors import UsageError
from cellburst.targets.naming import nearest

_MIB = 1 << 20
DAY = 86400.0
"""Seconds for which prices that were asked for are good."""


class MachineType(Struct, frozen=True, array_like=True):
    """What a type of machine has: cores, bytes of memory, GPUs and bytes of each, Gbit/s of network.

    ``burstable`` ones may use their cores for a part of the time only.
    """

    name: str
    cpus: int
    memory: int
    arch: str = "x86_64"
    gpus: int = 0
    gpu: str = ""
    gpu_memory: int = 0
    burstable: bool = False
    network: float = 0.0


class Price(Struct, frozen=True, array_like=True):
    """Dollars an hour, and when they were that (wall seconds)."""

    dollars: float
    at: float


class Asked(Struct, frozen=True):
    """What AWS said of one region: types that are not bundled, prices on demand, spot prices by zone.

    ``asked`` and ``spot_at`` are when each type's price, and its spot prices, were asked for, also if there were none.
    """

    types: dict[str, MachineType] = {}
    on_demand: dict[str, Price] = {}
    spot: dict[str, dict[str, Price]] = {}
    asked: dict[str, float] = {}
    spot_at: dict[str, float] = {}


class Catalogue(Struct, frozen=True):
    """The types and prices of one region. Types without a price are in ``types`` alone."""

    region: str
    types: dict[str, MachineType]
    on_demand: dict[str, Price]
    spot: dict[str, dict[str, Price]] = {}
    asked: dict[str, float] = {}
    spot_at: dict[str, float] = {}

    def find(self, name: str) -> MachineType:
        """Raises UsageError with the nearest name."""
        if name not in self.types:
            hint = nearest(name, self.types) or "; `cellburst targets types --refresh` asks AWS for newer ones"
            raise UsageError(f"there is no type of machine {name!r}{hint}")
        return self.types[name]

    def dated(self, names: Collection[str]) -> float:
        """When the oldest of these types' prices were so, wall seconds; 0 if none is known."""
        found = [self.on_demand[name].at for name in names if name in self.on_demand]
        found += [price.at for name in names for price in self.spot.get(name, {}).values()]
        return min(found, default=0.0)

    def stale(self, names: Collection[str], now: float, *, spot: bool) -> list[str]:
        """Types whose prices were not asked for within a day."""
        return [
            name
            for name in names
            if now - self.asked.get(name, 0.0) > DAY or (spot and now - self.spot_at.get(name, 0.0) > DAY)
        ]


@functools.cache
def bundled() -> Catalogue:
    """What is in the package: types, and on-demand prices of its region."""
    body: dict[str, Any] = msgspec.json.decode(Path(__file__).with_name("types.json").read_bytes())
    at = datetime.strptime(body["date"], "%Y-%m-%d").replace(tzinfo=timezone.utc).timestamp()
    types, prices = {}, {}
    for name, cpus, memory, arch, gpus, gpu, gpu_memory, burstable, network, dollars in body["types"]:
        types[name] = MachineType(
            name, cpus, memory * _MIB, arch, gpus, gpu, gpu_memory * _MIB, burstable, float(network)
        )
        prices[name] = Price(dollars, at)
    return Catalogue(body["region"], types, prices)


def load(provider: str, region: str, folder: Path) -> Catalogue:
    """What is known of a region, without asking anybody; ``folder`` is where answers are kept.

    The made-up cloud has the prices of the bundled region wherever it is.
    """
    ours = bundled()
    asked = read_asked(path_of(provider, region, folder))
    prices = ours.on_demand if region == ours.region or provider == "fakecloud" else {}
    return Catalogue(
        region, {**ours.types, **asked.types}, {**prices, **asked.on_demand}, asked.spot, asked.asked, asked.spot_at
    )


def path_of(provider: str, region: str, folder: Path) -> Path:
    """The file of one region's answers."""
    return folder / f"{provider}-{region}.json"


def read_asked(path: Path) -> Asked:
    """What was answered before; nothing if there is no such file, or it is damaged: it can be asked for again."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Asked)
    except (OSError, msgspec.DecodeError):
        return Asked()


def keep_asked(path: Path, new: Asked) -> None:
    """Add answers to those of before, which they replace type by type. Raises OSError."""
    old = read_asked(path)
    merged = replace(
        old,
        types={**old.types, **new.types},
        on_demand={**old.on_demand, **new.on_demand},
        spot={**old.spot, **new.spot},
        asked={**old.asked, **new.asked},
        spot_at={**old.spot_at, **new.spot_at},
    )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(msgspec.json.encode(merged))
    beside.replace(path)
