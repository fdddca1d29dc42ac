"""GetSpotPlacementScores: how likely spot requests are to be met, from 1 to 10."""

from __future__ import annotations

from cellburst.testing.fakecloud.server import account
from cellburst.testing.fakecloud.server.asked import Answer, Asked, ec2_answer
from cellburst.testing.fakecloud.server.lifecycle import Lifecycle
from cellburst.testing.fakecloud.server.limits import Limits

_GOOD = 9  # EC2 hardly ever says 10


def answer(request: Asked, limits: Limits, lifecycle: Lifecycle) -> Answer:
    """The share of the wanted capacity that there is, in the region alone."""
    given = request.parameters
    types = [str(value) for name, value in sorted(given.items()) if name.startswith("InstanceType.")]
    wanted = max(1, int(given.get("TargetCapacity", 1)))
    live = lifecycle.live()
    free = [limits.free(kind, zone, "spot", live) for kind in types for zone in account.zones(request.region)]
    score = max(1, round(_GOOD * min(1.0, sum(free) / wanted)))
    row = f"<item><region>{request.region}</region><score>{score}</score></item>"
    return ec2_answer("GetSpotPlacementScores", f"<spotPlacementScoreSet>{row}</spotPlacementScoreSet>")
