"""What the user may say about a submission; names as in the magic."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from cellburst.errors import UsageError
from cellburst.model.run import RunOptions
from cellburst.settings import Settings
from cellburst.sweeps.options import SweepOptions
from cellburst.targets.schema import read_value

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_NO_MACHINES = (
    "--{0} is about machines that are started for a run, and local is this machine; name a target (%remote targets)"
)
_SEED_BITS = 32  # short enough to be typed again


@dataclass(frozen=True)
class SubmitOptions:
    """One submission. ``timeout`` is seconds for each task; ``seed`` None draws one; ``into`` names a variable.

    What makes a sweep is as in ``SweepOptions``; what makes a search (``search`` to ``most``) is in docs/search.md;
    which machines a run gets (``max_cost`` to ``escalate``) is in docs/targets.md.
    """

    target: str = "local"
    parallel: int | None = None
    params: Mapping[Any, Any] = field(default_factory=dict)
    zip: bool = False
    const: Mapping[str, Any] = field(default_factory=dict)
    when: Mapping[str, Any] = field(default_factory=dict)
    where: tuple[Any, ...] = ()
    over: Any = None
    each: Mapping[str, Any] = field(default_factory=dict)
    batch: int | None = None
    sample: int | None = None
    sampler: str = "random"
    yes: bool = False
    search: str = ""
    trials: int | None = None
    minimize: str = ""
    maximize: str = ""
    pruner: str = ""
    until: str = ""
    most: int | None = None
    into: str = ""
    out: tuple[str, ...] = ()
    detach: bool = False
    retries: int = 0
    timeout: float | None = None
    seed: int | None = None
    name: str = ""
    on_interrupt: Literal["cancel", "detach"] = "cancel"
    at_most_once: bool = False
    dry_run: bool = False
    quiet: bool = False
    cache: Literal["", "use", "refresh"] | bool = ""
    max_cost: float | str | None = None
    max_price: float | str | None = None
    max_lifetime: float | str | None = None
    instance_type: str | Sequence[str] | None = None
    spot_policy: str = ""
    gpus: int | str | None = None
    gpu: str = ""
    cpus: int | str | None = None
    memory: int | str | None = None
    region: str = ""
    escalate: bool = False

    def for_run(self) -> RunOptions:
        """What the run records of them. Raises UsageError for values that cannot be meant."""
        self.check()
        return RunOptions(
            parallel=self.parallel,
            retries=self.retries,
            timeout=self.timeout,
            seed=self.seeded().seed or 0,
            at_most_once=self.at_most_once,
            # whoever detached a run did not mean to end it by no longer looking at it
            on_interrupt="detach" if self.detach else self.on_interrupt,
            cache=self.caching,
            gpus=self._own_gpus(),
        )

    def seeded(self) -> SubmitOptions:
        """The same with a seed drawn, if it has none."""
        return self if self.seed is not None else replace(self, seed=secrets.randbits(_SEED_BITS))

    def for_sweep(self, seed: int, settings: Settings, namespace: Mapping[str, Any] | None = None) -> SweepOptions:
        """What the tasks are made from; ``seed`` is the run's, conditions may use variables of ``namespace``."""
        same = {item.name: getattr(self, item.name) for item in fields(SweepOptions) if item.name in OPTION_NAMES}
        return SweepOptions(**{**same, "seed": seed, "max_tasks": settings.max_tasks, "namespace": namespace})

    @property
    def caching(self) -> Literal["", "use", "refresh"]:
        """What of kept results is wanted; True is "use"."""
        return ("use" if self.cache else "") if isinstance(self.cache, bool) else self.cache

    @property
    def machines(self) -> dict[str, Any]:
        """What is said about machines, by the keys of targets.toml."""
        return {name: value for name in MACHINE_OPTIONS if (value := getattr(self, name)) not in (None, "", (), False)}

    def _own_gpus(self) -> int:
        """GPUs of a task on this machine; machines that are started for the run divide theirs up themselves."""
        if self.gpus is None or self.target != "local":
            return 0
        from cellburst.client.options.own_gpus import own_gpus  # few runs ask for any

        return own_gpus(int(read_value("gpus", self.gpus)))

    def check(self) -> None:
        """Raises UsageError for values that cannot be meant."""
        _check_count("parallel", self.parallel, 1)
        _check_count("retries", self.retries, 0)
        _check_count("seed", self.seed, 0)
        _check_count("trials", self.trials, 1)
        _check_count("most", self.most, 2)
        for name in ("search", "minimize", "maximize", "pruner", "until"):
            if not isinstance(getattr(self, name), str):
                raise UsageError(f"{name} must be a text, not {getattr(self, name)!r}")
        if self.seed is not None and self.seed >= 1 << 63:
            raise UsageError(f"seed must be below 2**63, not {self.seed}")
        if self.timeout is not None and not (_is_number(self.timeout) and self.timeout > 0):
            raise UsageError(f"timeout must be a number of seconds above 0, not {self.timeout!r}")
        if self.on_interrupt not in ("cancel", "detach"):
            raise UsageError(f"on_interrupt must be 'cancel' or 'detach', not {self.on_interrupt!r}")
        if self.caching not in ("", "use", "refresh"):
            raise UsageError(f"cache must be True, False or 'refresh', not {self.cache!r}")
        for name, value in self.machines.items():
            read_value(name, value)
        if self.target == "local" and (odd := [name for name in self.machines if name != "gpus"]):
            raise UsageError(_NO_MACHINES.format(odd[0].replace("_", "-")))
        for name in (*self.out, *([self.into] if self.into else [])):
            if not name.isidentifier():
                raise UsageError(f"{name!r} is not a variable name")


MACHINE_OPTIONS = (
    "max_cost",
    "max_price",
    "max_lifetime",
    "instance_type",
    "spot_policy",
    "gpus",
    "gpu",
    "cpus",
    "memory",
    "region",
    "escalate",
)
"""What says which machines a run gets, in the order of the help."""
OPTION_NAMES = frozenset(item.name for item in fields(SubmitOptions))


def seconds(value: float | str) -> float:
    """A time limit: a number of seconds, or text such as "90s", "10m", "1.5h". Raises UsageError."""
    if _is_number(value):
        return float(value)
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", str(value).lower())
    if match is None or match[2] not in _UNITS:
        raise UsageError(f"{value!r} is not a time; write seconds, or 90s, 10m, 1.5h")
    return float(match[1]) * _UNITS[match[2]]


def _check_count(name: str, value: int | None, least: int) -> None:
    if value is None:
        return
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise UsageError(f"{name} must be a whole number from {least} on, not {value!r}")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
