"""What a run on machines of its own is going to be: decided and shown before it starts, and recorded with it."""

from __future__ import annotations

from msgspec import Struct

from cellburst.model.machine import Market, SpotPolicy


class Offer(Struct, frozen=True):
    """A type of machine that fits, in one zone ("": any) and market, with its price in dollars an hour.

    ``memory`` and ``gpu_memory`` (of one GPU) are bytes. ``ceiling`` is the most that an hour can come to while the
    machine runs: a spot price moves, but never above it, because more is not bid (0: it is ``price``).
    """

    type: str
    market: Market
    price: float
    zone: str = ""
    cpus: int = 1
    memory: int = 0
    gpus: int = 0
    gpu: str = ""
    gpu_memory: int = 0
    arch: str = "x86_64"
    ceiling: float = 0.0

    @property
    def dearest(self) -> float:
        """Dollars that an hour costs at most."""
        return max(self.price, self.ceiling)


class Plan(Struct, frozen=True):
    """The machines of a run. ``offers`` are in the order in which they are tried.

    ``machines`` at most, each for ``workers`` tasks at once (0: as many as the machine has GPUs, or cores).
    ``max_cost`` is dollars, never exceeded; ``max_price`` dollars an hour for one machine; ``max_lifetime`` seconds,
    after which a machine ends itself. ``worst`` is machines x dearest price x lifetime, bounded by ``max_cost``;
    ``expected`` is None where nothing is known of how long a task takes. ``priced`` (wall seconds) is how old the
    prices are. ``image`` is the machine image (an AMI), "" for the newest fitting public one; ``bucket`` and
    ``queue`` hand the work out; ``role`` is the instance profile; ``group`` the security group.
    ``escalate``: out of memory is tried again on the next larger type. ``notes`` are sentences about how it came to be.
    ``profile`` names the credentials in the user's AWS configuration ("": the usual ones).
    """

    provider: str
    region: str
    offers: tuple[Offer, ...]
    machines: int
    workers: int = 0
    spot_policy: SpotPolicy = "on-demand"
    max_cost: float | None = None
    max_price: float | None = None
    max_lifetime: float = 7200.0
    expected: float | None = None
    worst: float = 0.0
    priced: float = 0.0
    image: str = ""
    bucket: str = ""
    queue: str = ""
    prefix: str = ""
    role: str = ""
    group: str = ""
    subnets: tuple[str, ...] = ()
    disk: int = 0
    escalate: bool = False
    endpoint: str = ""
    notes: tuple[str, ...] = ()
    profile: str = ""
