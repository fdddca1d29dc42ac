"""What the user says about the tasks of a run; names as in the magic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cellburst.errors import SweepError
from cellburst.sweeps.base import Test

SAMPLERS = ("random", "lhs", "sobol")


@dataclass(frozen=True)
class SweepOptions:
    """Everything that a sweep is made from.

    ``params`` and ``const`` are by name, or by names that go together ("a,b"); values may be ranges if there is a
    ``sample`` or a search. ``when`` and ``where`` are conditions, which may use variables of ``namespace`` (None:
    `__main__`'s). ``each`` has inputs of which each task gets one, or ``batch`` of them. ``seed`` is the run's.
    More than ``max_tasks`` tasks are refused unless ``yes``. ``method`` is what a file says of how to choose points:
    "grid", "random" or "bayes"; ``goal`` what it says that a search looks for: ("minimize", "loss").
    """

    params: Mapping[Any, Any] = field(default_factory=dict)
    zip: bool = False
    const: Mapping[str, Any] = field(default_factory=dict)
    when: Mapping[str, Test] = field(default_factory=dict)
    where: tuple[Test, ...] = ()
    over: Any = None
    each: Mapping[str, Any] = field(default_factory=dict)
    batch: int | None = None
    sample: int | None = None
    sampler: str = "random"
    parallel: int | None = None
    yes: bool = False
    seed: int = 0
    max_tasks: int = 100_000
    namespace: Mapping[str, Any] | None = None
    method: str = ""
    goal: tuple[str, str] = ("", "")

    def check(self) -> None:
        """Raises SweepError for what cannot be meant, whatever the other options are."""
        for name in ("params", "const", "when", "each"):
            if not isinstance(getattr(self, name), Mapping):
                kind = type(getattr(self, name)).__name__
                raise SweepError(f"--{name}: a dict of names and values is expected, not {kind}", at=f"--{name}")
        if not isinstance(self.where, (tuple, list)):
            raise SweepError(f"--where: a tuple of conditions is expected, not {type(self.where).__name__}")
        for name in ("parallel", "sample", "batch"):
            count = getattr(self, name)
            if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 1):
                raise SweepError(f"--{name} {count!r}: it takes a whole number from 1 on", at=f"--{name}")
        if self.sampler not in SAMPLERS:
            raise SweepError(f"--sampler {self.sampler!r}: there are {', '.join(SAMPLERS)}", at="--sampler")

    @property
    def vary(self) -> bool:
        """Whether there are parameters at all."""
        return bool(self.params or self.const or self.each) or self.over is not None
