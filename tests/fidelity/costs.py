"""What ``%%remote`` costs: seconds that a cell takes more than in a plain kernel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.fidelity.results import CellResult

GOAL_MEDIAN = 0.015
GOAL_WORST = 0.100


@dataclass(frozen=True)
class Costs:
    """Seconds; ``over`` are the cells over the goal beyond the time to copy their data."""

    median: float
    p95: float
    worst: tuple[CellResult, ...]
    over: tuple[CellResult, ...]


def costs(cells: Sequence[CellResult]) -> Costs | None:
    """The figures of all cells that were run remotely; None if there are none."""
    run = sorted((cell for cell in cells if cell.verdict.kind != "refused"), key=lambda cell: cell.cost)
    if not run:
        return None
    over = [cell for cell in run if cell.cost > GOAL_WORST + cell.copying]
    return Costs(
        median=run[len(run) // 2].cost,
        p95=run[min(len(run) - 1, round(0.95 * len(run)))].cost,
        worst=tuple(reversed(run[-10:])),
        over=tuple(reversed(over)),
    )


def costs_text(found: Costs) -> str:
    """The figures beside their goals."""
    lines = [
        f"added cost per cell: median {found.median * 1e3:.1f} ms (goal < {GOAL_MEDIAN * 1e3:.0f}), "
        f"95 % {found.p95 * 1e3:.1f} ms; {len(found.over)} cells over {GOAL_WORST * 1e3:.0f} ms + data (goal 0)"
    ]
    for cell in found.worst:
        data = f"{cell.size / 1e6:8.2f} MB copied in {cell.copying * 1e3:7.1f} ms"
        lines.append(f"   {cell.cost * 1e3:8.1f} ms  {data}  {cell.notebook} [{cell.number}]")
    return "\n".join(lines)
