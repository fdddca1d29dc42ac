"""What a simulated world of machines consists of: instances, what may go wrong, and plans."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from cellburst.aws.instances import Instance
from cellburst.model.plan import Offer, Plan

ENV = "0123456789ab"
RUN = "bold-ant-1"


@dataclass
class Server:
    """An instance. ``deadline`` is its own timer's."""

    id: str
    token: str
    index: int
    machine: str
    deadline: float
    price: float
    market: str
    zone: str
    kind: str
    tags: dict[str, str]
    launched: float
    visible: float
    ended: float | None = None
    code: str = ""
    silent: bool = False
    news: int = 0
    held: tuple[int, int] | None = None
    attempt: int = 0


@dataclass(frozen=True)
class Trouble:
    """How likely what goes wrong is, and which boundary of a call to EC2 is hit for certain."""

    refused: float = 0.05
    unanswered: float = 0.05
    dead_on_arrival: float = 0.03
    frozen: float = 0.02
    reclaimed: float = 0.1
    killed: float = 0.01
    at_call: int = -1
    at_what: str = ""
    destroyed: float | None = None


NORMAL = Trouble()
BOUNDARIES = ("killed before", "killed after", "lost before", "lost after", "refused", "destroyed before", "destroyed")


def instance_of(server: Server) -> Instance:
    state = "running" if server.ended is None else "terminated"
    return Instance(
        server.id,
        state,
        server.kind,
        server.zone,
        server.market,  # type: ignore[arg-type]
        server.token,
        server.index,
        server.launched,
        "",
        server.code,
        tags=server.tags,
    )


def a_plan(rng: random.Random) -> Plan:
    """Some plan, small enough to be quick."""
    policy: Any = rng.choice(("on-demand", "spot", "spot_with_fallback"))
    markets = {"on-demand": ("on-demand",), "spot": ("spot",)}.get(policy, ("spot", "on-demand"))
    offers = []
    for market in markets:
        for kind, price, memory in (("m5.large", 0.1, 8 << 30), ("m5.xlarge", 0.2, 16 << 30))[: rng.randint(1, 2)]:
            for zone in ("a", "b", "c")[: rng.randint(1, 3)]:
                cut = 0.3 if market == "spot" else 1.0
                offers.append(
                    Offer(kind, market, price * cut, zone, 2, memory, ceiling=price * cut * rng.choice((1, 2)))
                )
    machines = rng.randint(1, 12)
    lifetime = float(rng.choice((900, 1800, 3600)))
    worst = machines * max(offer.dearest for offer in offers) * lifetime / 3600
    capped = rng.random() < 0.4
    limit = round(worst * rng.uniform(0.2, 1.0), 4) if capped else None
    return Plan(
        "ec2",
        "us-east-1",
        tuple(offers),
        machines,
        workers=1,
        spot_policy=policy,
        max_lifetime=lifetime,
        max_cost=limit,
        worst=worst if limit is None else min(worst, limit),
    )
