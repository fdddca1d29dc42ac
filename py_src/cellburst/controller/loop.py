"""The controller's loop: whatever became ready together is one turn."""

from __future__ import annotations

from collections.abc import Callable

from cellburst.pool.loop import PoolLoop


class TurnLoop(PoolLoop):
    """The same loop as a pool's, with something to do at the end of each round."""

    def run_turns(self, end_turn: Callable[[], None]) -> None:
        """Serve until ``stop``; ``end_turn`` is called after each round of callbacks."""
        while not self._stopped:
            self.turn()
            end_turn()
