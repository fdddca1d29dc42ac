"""The targets that are there without a file, and targets in a few words."""

from __future__ import annotations

from cellburst.model.target import Target

REGION = "us-east-1"
"""Where machines are unless it is said."""
BUILT_IN = {
    "local": Target("local"),
    "fakecloud": Target("fakecloud", backend="fakecloud", region=REGION, spot_policy="spot_with_fallback"),
}


def has_machines(target: Target) -> bool:
    """Whether machines are started for its runs."""
    return target.backend != "local"


def about(target: Target) -> str:
    """What a target is, in a few words."""
    if not has_machines(target):
        return "worker processes on this machine"
    words = [
        "a made-up cloud on this machine, free"
        if target.backend == "fakecloud"
        else f"EC2 machines in {target.region}",
        *([" or ".join(target.instance_type)] if target.instance_type else [wants(target)]),
        "" if target.spot_policy == "on-demand" else target.spot_policy.replace("_", " "),
        "" if target.max_cost is None else f"at most ${target.max_cost:g} a run",
    ]
    return ", ".join(filter(None, words))


def wants(target: Target) -> str:
    """What a machine has to have: ``"4+ cores, 32+ GB, 1+ a10g"``."""
    gpus = target.gpus or (1 if target.gpu else 0)
    words = [
        f"{target.cpus}+ cores" if target.cpus else "",
        f"{target.memory / 1e9:g}+ GB" if target.memory else "",
        f"{gpus}+ {target.gpu or ('GPU' if gpus == 1 else 'GPUs')}" if gpus else "",
    ]
    return ", ".join(filter(None, words))
