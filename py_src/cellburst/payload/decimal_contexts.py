"""What a context of decimal numbers says, read and set in place."""

from __future__ import annotations

from typing import Any

_FIELDS = ("prec", "rounding", "Emin", "Emax", "capitals", "clamp")
Settings = tuple[tuple[Any, ...], frozenset[str], frozenset[str]]  # fields, flags that are up, traps
FRESH: Settings = (
    (28, "ROUND_HALF_EVEN", -999999, 999999, 1, 0),
    frozenset(),
    frozenset({"InvalidOperation", "DivisionByZero", "Overflow"}),
)
"""As after the import."""


def settings_of(context: Any) -> Settings:
    """What it says now."""
    return tuple([getattr(context, name) for name in _FIELDS]), _up(context.flags), _up(context.traps)


def _up(signals: Any) -> frozenset[str]:
    return frozenset([signal.__name__ for signal, is_up in signals.items() if is_up])


def apply(context: Any, settings: Settings) -> None:
    """Make it say this."""
    fields, flags, traps = settings
    for name, field in zip(_FIELDS, fields, strict=True):
        setattr(context, name, field)
    for signals, up in ((context.flags, flags), (context.traps, traps)):
        for signal in signals:
            signals[signal] = signal.__name__ in up
