"""Named places to run on."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from cellburst.model.machine import SpotPolicy

BackendName = Literal["local", "ec2", "fakecloud"]


class Target(Struct, frozen=True, omit_defaults=True):
    """A section of ``targets.toml``; names are those of the options on a ``%%remote`` line, with "_" for "-".

    Dollars for ``max_cost`` (a run), ``max_price`` (a machine and hour) and ``confirm_above`` (the worst case from
    which one is asked); seconds for ``max_lifetime``; bytes for ``memory`` and ``disk``. ``cpus`` and ``memory``
    are a machine's at least, ``gpus`` a task's. ``workers`` tasks run on a machine at once (0: as many as it has GPUs
    for, or cores).
    """

    name: str
    backend: BackendName = "local"
    region: str = ""
    zones: tuple[str, ...] = ()
    instance_type: tuple[str, ...] = ()
    cpus: int = 0
    memory: int = 0
    gpus: int = 0
    gpu: str = ""
    arch: str = ""
    spot_policy: SpotPolicy = "on-demand"
    max_cost: float | None = None
    max_price: float | None = None
    max_lifetime: float = 7200.0
    confirm_above: float = 1.0
    parallel: int = 0
    workers: int = 0
    disk: int = 0
    image: str = ""
    bucket: str = ""
    profile: str = ""
    subnets: tuple[str, ...] = ()
    escalate: bool = False
