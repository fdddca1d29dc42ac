"""``cellburst.explore(run)``: the results of any run to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cellburst.widgets.grid import ParameterGrid

if TYPE_CHECKING:
    from cellburst.client.runs.run import Run


def explore(run: Run | str = "last") -> ParameterGrid:
    """One brushable axis for each parameter, and the tasks below; live while the run goes on.

    ``run`` is a run, the start of an id, or "last". Raises UnknownRunError, UsageError.
    """
    return ParameterGrid.of(run)
