"""Instance types: what they have (moto's list of EC2's), and what they cost here."""

from __future__ import annotations

import functools
import random
from dataclasses import dataclass
from typing import Any

_SIZES = {"nano": 0.0625, "micro": 0.125, "small": 0.25, "medium": 0.5, "large": 1.0, "xlarge": 2.0, "metal": 48.0}
# dollars an hour in us-east-1, Linux, on demand, of a "large": near the price list of 2025, and fixed for ever
_LARGE = {
    "t2": 0.0928, "t3": 0.0832, "t3a": 0.0752, "t4g": 0.0672,
    "m4": 0.1, "m5": 0.096, "m5a": 0.086, "m5d": 0.113, "m6a": 0.0864, "m6g": 0.077, "m6i": 0.096, "m7a": 0.11592,
    "m7g": 0.0816, "m7i": 0.1008, "m7i-flex": 0.09576, "m8g": 0.08976,
    "c4": 0.1, "c5": 0.085, "c5a": 0.077, "c6a": 0.0765, "c6g": 0.068, "c6i": 0.085, "c7a": 0.10264, "c7g": 0.0725,
    "c7i": 0.08925, "c7i-flex": 0.08479, "c8g": 0.07976,
    "r4": 0.133, "r5": 0.126, "r5a": 0.113, "r6a": 0.1134, "r6g": 0.1008, "r6i": 0.126, "r7a": 0.15215, "r7g": 0.1071,
    "r7i": 0.1323, "r8g": 0.11782,
    "x2idn": 0.8336, "i3": 0.156, "i4i": 0.172,
}  # fmt: skip
_EXACT = {
    "g4dn.xlarge": 0.526, "g4dn.2xlarge": 0.752, "g4dn.4xlarge": 1.204, "g4dn.8xlarge": 2.176, "g4dn.12xlarge": 3.912,
    "g4dn.16xlarge": 4.352, "g4dn.metal": 7.824,
    "g5.xlarge": 1.006, "g5.2xlarge": 1.212, "g5.4xlarge": 1.624, "g5.8xlarge": 2.448, "g5.12xlarge": 5.672,
    "g5.16xlarge": 4.096, "g5.24xlarge": 8.144, "g5.48xlarge": 16.288,
    "g6.xlarge": 0.8048, "g6.2xlarge": 0.9776, "g6.4xlarge": 1.3232, "g6.8xlarge": 2.0144, "g6.12xlarge": 4.6016,
    "g6.16xlarge": 3.3968, "g6.24xlarge": 6.6752, "g6.48xlarge": 13.3504,
    "p3.2xlarge": 3.06, "p3.8xlarge": 12.24, "p3.16xlarge": 24.48, "p4d.24xlarge": 21.957642, "p5.48xlarge": 55.04,
    "m7i.metal-24xl": 4.8384,
}  # fmt: skip
_PER_CPU, _PER_GIGABYTE, _PER_GPU = 0.034, 0.0036, 0.75  # of types that are in neither list
_REGIONS = {"us-east-1": 1.0, "us-east-2": 1.0, "us-west-2": 1.0, "eu-west-1": 1.115, "eu-central-1": 1.198}
_ELSEWHERE = 1.15
_HOUR = 3600.0


@dataclass(frozen=True)
class Type:
    """``memory`` and ``gpu_memory`` (of each) in bytes."""

    name: str
    cpus: int
    memory: int
    architecture: str
    gpus: int = 0
    gpu: str = ""
    gpu_memory: int = 0

    @property
    def family(self) -> str:
        return self.name.partition(".")[0]


@functools.cache
def find(name: str) -> Type | None:
    """An instance type; None if EC2 has none of that name."""
    from moto.ec2.models.instance_types import INSTANCE_TYPES

    told = INSTANCE_TYPES.get(name)
    return None if told is None else _type(name, told)


def _type(name: str, told: dict[str, Any]) -> Type:
    architecture = told.get("ProcessorInfo", {}).get("SupportedArchitectures", ["x86_64"])[0]
    gpus = (told.get("GpuInfo") or {}).get("Gpus") or [{}]
    gpu = gpus[0]
    return Type(
        name,
        int(told["VCpuInfo"]["DefaultVCpus"]),
        int(told["MemoryInfo"]["SizeInMiB"]) << 20,
        architecture,
        int(gpu.get("Count", 0)),
        f"{gpu.get('Manufacturer', '')} {gpu.get('Name', '')}".strip(),
        int((gpu.get("MemoryInfo") or {}).get("SizeInMiB", 0)) << 20,
    )


def on_demand(kind: Type, region: str) -> float:
    """Dollars an hour."""
    return round(_base(kind) * _REGIONS.get(region, _ELSEWHERE), 6)


def _base(kind: Type) -> float:
    if kind.name in _EXACT:
        return _EXACT[kind.name]
    family, _, size = kind.name.partition(".")
    if family in _LARGE:
        times = size.partition("xlarge")[0] if size.endswith("xlarge") else ""
        scale = 2.0 * int(times) if times.isdigit() else _SIZES.get(size)
        if scale:
            return _LARGE[family] * scale
    return kind.cpus * _PER_CPU + (kind.memory >> 30) * _PER_GIGABYTE + kind.gpus * _PER_GPU


def spot(kind: Type, region: str, zone: str, at: float, seed: int) -> float:
    """Dollars an hour at wall time ``at``: a share of the on-demand price that differs by type and zone, and moves
    every few hours. The same for the same seed."""
    share = random.Random(f"{seed} {kind.name} {zone}").uniform(0.25, 0.5)
    moved = random.Random(f"{seed} {kind.name} {zone} {changed(kind, zone, at, seed)}").uniform(0.93, 1.07)
    return round(on_demand(kind, region) * share * moved, 4)


def changed(kind: Type, zone: str, at: float, seed: int) -> float:
    """When the spot price before ``at`` changed last, in wall seconds."""
    length = random.Random(f"{seed} {kind.name} {zone} length").uniform(2, 9) * _HOUR
    return at // length * length


def priced() -> list[str]:
    """The types whose price is known rather than estimated."""
    from moto.ec2.models.instance_types import INSTANCE_TYPES

    return [name for name in INSTANCE_TYPES if name in _EXACT or name.partition(".")[0] in _LARGE]
