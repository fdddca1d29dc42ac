"""When EC2 is asked what there is, and what it costs: as often as something may have changed there."""

from __future__ import annotations

from collections.abc import Sequence

from cellburst.fleet import effects as fx
from cellburst.fleet import watching
from cellburst.fleet.effects import Effect
from cellburst.fleet.state import CallState, Served
from cellburst.model.machine import MachineState

_LOOK_SOON = 2.0  # seconds between two descriptions while a machine comes or goes
_LOOK_OFTEN = 5.0  # ... while one is set up, or is silent
_LOOK = 20.0  # ... while all just run
_SWEEP = 3600.0  # ... while there are none: for machines past their deadline
_PRICES = 300.0  # ... between two questions for spot prices
_COMING = frozenset({MachineState.BOOTING, MachineState.ENDING})


class Lookout:
    """Remembers when EC2 was asked last, in wall seconds; it is not asked for its machines again before it answers."""

    def __init__(self) -> None:
        self._open = False
        self._looked = float("-inf")
        self._priced = float("-inf")

    def answered(self) -> None:
        """The machines were described, or could not be."""
        self._open = False

    def asked(self, runs: Sequence[Served], trouble: bool, now: float) -> list[Effect]:
        """What is to be asked now; ``trouble``: EC2 could not be asked before."""
        return [*self._look(runs, trouble, now), *self._ask_prices(runs, now)]

    def _look(self, runs: Sequence[Served], trouble: bool, now: float) -> list[Effect]:
        if self._open or now - self._looked < _pace(runs, trouble):
            return []
        self._open, self._looked = True, now
        return [fx.Look()]

    def _ask_prices(self, runs: Sequence[Served], now: float) -> list[Effect]:
        lives = [life.machine for served in runs for life in served.alive()]
        types = tuple(sorted({each.type for each in lives if each.market == "spot" and each.billed is not None}))
        if not types or now - self._priced < _PRICES:
            return []
        self._priced = now
        return [fx.AskPrices(types)]


def _pace(runs: Sequence[Served], trouble: bool) -> float:
    """Seconds between two descriptions."""
    lives = [life for served in runs for life in served.alive()]
    calls = [call for served in runs for call in served.calls.values()]
    unknown = any(call.state in (CallState.SENT, CallState.UNKNOWN) for call in calls)
    unknown = unknown or any(served.prepared and not served.followed for served in runs)
    if unknown or any(life.state in _COMING for life in lives):
        return _LOOK_SOON
    setting_up = any(life.state is MachineState.SETTING_UP for life in lives)
    leaving = any(served.guest and served.over for served in runs)
    quiet = any(watching.quiet(served) for served in runs)
    if setting_up or leaving or quiet or trouble:
        return _LOOK_OFTEN
    return _LOOK if lives else _SWEEP
