"""What the fake cloud is told and what it tells: plain records, which travel as JSON."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Machines = Literal["best", "isolated", "plain", "none"]
State = Literal["pending", "running", "shutting-down", "terminated", "stopping", "stopped"]


class Options(Struct, frozen=True):
    """How a cloud is started. ``port`` 0: any free one. ``speed`` divides the times that the cloud itself takes: boots,
    notices of a reclaim; what runs on machines takes as long as it takes. ``machines``: how they are booted ("best":
    isolated if the host allows it, else plain; "none": they only look as if they were). ``iam``: whether policies are
    enforced. ``idle`` ends the cloud after so many seconds without requests and machines (0: never);
    ``detached`` lets it outlive whoever started it. ``internet`` lets machines out, as far as this
    host gets. ``hidden`` are folders of this host that are empty on machines."""

    port: int = 0
    seed: int = 0
    speed: float = 60.0
    region: str = "us-east-1"
    machines: Machines = "best"
    iam: bool = False
    idle: float = 0.0
    detached: bool = False
    internet: bool = False
    hidden: tuple[str, ...] = ()


class Fault(Struct, frozen=True, omit_defaults=True):
    """What goes wrong, and with which requests; empty fields match everything.

    ``service`` ("ec2", "s3"; "metadata" for that of machines), ``action`` ("RunInstances", "PutObject"), ``path`` (S3:
    bucket/key; metadata: latest/...) and the values of ``where`` (parameters of the request) may have ``*``;
    ``machine`` is who asks. The first ``skip`` such requests are spared, then ``times`` of them are met (0: all), each
    with ``chance``. What happens: ``delay`` seconds pass; then ``code`` is answered as an error, with HTTP ``status``
    if it is not the code's usual one; or with ``lose`` the request is carried out and the connection cut instead of an
    answer.
    """

    service: str = ""
    action: str = ""
    path: str = ""
    where: dict[str, str] = {}
    machine: str = ""
    code: str = ""
    status: int = 0
    message: str = "made to fail by a test"
    delay: float = 0.0
    lose: bool = False
    skip: int = 0
    times: int = 1
    chance: float = 1.0


class Capacity(Struct, frozen=True):
    """At most ``count`` instances of these types, zones and markets at once; each may have ``*``."""

    count: int
    type: str = "*"
    zone: str = "*"
    market: str = "*"


class BootPlan(Struct, frozen=True, omit_defaults=True):
    """How the next ``times`` instances (0: all from now on) of such a type and zone boot. Seconds of the cloud, before
    ``speed``; None: as on EC2, with some chance. ``fails``: "never runs" (runs, as EC2 sees it, but no user data is
    executed), "internal error" (ends while it is pending)."""

    type: str = "*"
    zone: str = "*"
    pending: float | None = None
    boot: float | None = None
    fails: Literal["", "never runs", "internal error"] = ""
    times: int = 1


class Instance(Struct, frozen=True):
    """An instance, as the cloud itself sees it. Times are wall seconds since 1970; ``launched`` is the request,
    ``running`` the start of what is billed, ``user_data`` when that began to execute; ``tokens``
    are "required" or "optional" for its metadata, which ``hops`` network hops get; ``exits`` are the exit codes of its
    scripts."""

    id: str
    type: str
    zone: str
    market: str
    state: State
    reason: str
    tags: dict[str, str]
    launched: float
    running: float | None
    user_data: float | None
    ended: float | None
    price: float
    frozen: bool
    cut: bool
    tokens: str
    hops: int
    exits: tuple[int, ...]


class BillLine(Struct, frozen=True):
    """One instance. ``billed`` are seconds: a minute at least, as EC2 does; ``price`` is dollars an hour."""

    id: str
    type: str
    zone: str
    market: str
    seconds: float
    billed: float
    price: float
    dollars: float


class Bill(Struct, frozen=True):
    """Everything that ran until now."""

    lines: tuple[BillLine, ...]
    seconds: float
    billed: float
    dollars: float


class Description(Struct, frozen=True):
    """What kind of rig this is: ``lacking`` says in sentences what is less real than it could be, and why."""

    machines: Machines
    region: str
    zones: tuple[str, ...]
    speed: float
    iam: bool
    lacking: tuple[str, ...]
