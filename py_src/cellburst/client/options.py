"""What the user may say about a submission; names as in the magic."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from cellburst.errors import UsageError
from cellburst.model.run import RunOptions

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_SEED_BITS = 32  # short enough to be typed again


@dataclass(frozen=True)
class SubmitOptions:
    """One submission. ``timeout`` is seconds for each task; ``seed`` None draws one; ``into`` names a variable."""

    target: str = "local"
    parallel: int | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    over: Any = None
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

    def for_run(self) -> RunOptions:
        """What the run records of them. Raises UsageError for values that cannot be meant."""
        self.check()
        return RunOptions(
            parallel=self.parallel,
            retries=self.retries,
            timeout=self.timeout,
            seed=secrets.randbits(_SEED_BITS) if self.seed is None else self.seed,
            at_most_once=self.at_most_once,
            # whoever detached a run did not mean to end it by no longer looking at it
            on_interrupt="detach" if self.detach else self.on_interrupt,
        )

    def check(self) -> None:
        """Raises UsageError for values that cannot be meant."""
        _check_count("parallel", self.parallel, 1)
        _check_count("retries", self.retries, 0)
        _check_count("seed", self.seed, 0)
        if self.seed is not None and self.seed >= 1 << 63:
            raise UsageError(f"seed must be below 2**63, not {self.seed}")
        if self.timeout is not None and not (_is_number(self.timeout) and self.timeout > 0):
            raise UsageError(f"timeout must be a number of seconds above 0, not {self.timeout!r}")
        if self.on_interrupt not in ("cancel", "detach"):
            raise UsageError(f"on_interrupt must be 'cancel' or 'detach', not {self.on_interrupt!r}")
        for name in (*self.out, *([self.into] if self.into else [])):
            if not name.isidentifier():
                raise UsageError(f"{name!r} is not a variable name")


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
