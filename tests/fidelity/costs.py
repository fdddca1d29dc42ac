"""What ``%%remote`` costs: seconds that a cell takes more than in a plain kernel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.fidelity.results import CellResult

GOAL_MEDIAN = 0.015
GOAL_WORST = 0.100


@dataclass(frozen=True)
class Costs:
    """Seconds; ``over`` are the cells over the goal beyond the time to copy their data, with searches for garbage too.

    ``work`` is what the processors did: its median, its 95th percentile, and how many cells are so over the goal.
    ``garbage`` is how much longer a kernel looks for garbage, for each cell on average.
    """

    median: float
    p95: float
    worst: tuple[CellResult, ...]
    over: tuple[CellResult, ...]
    work: tuple[float, float, int]
    garbage: float


def costs(cells: Sequence[CellResult]) -> Costs | None:
    """The figures of all cells that were run remotely; None if there are none."""
    run = sorted((cell for cell in cells if cell.verdict.kind != "refused"), key=lambda cell: cell.cost)
    if not run:
        return None
    over = [cell for cell in run if min(cell.cost, cell.cost + cell.garbage) > GOAL_WORST + cell.copying]
    work = sorted(cell.work for cell in run)
    late = min(len(run) - 1, round(0.95 * len(run)))
    return Costs(
        median=run[len(run) // 2].cost,
        p95=run[late].cost,
        worst=tuple(reversed(run[-10:])),
        over=tuple(reversed(over)),
        work=(work[len(run) // 2], work[late], sum(cell.work > GOAL_WORST + cell.copying for cell in run)),
        garbage=sum(cell.garbage for cell in run) / len(run),
    )


def costs_text(found: Costs) -> str:
    """The figures beside their goals."""
    lines = [
        f"added cost per cell: median {found.median * 1e3:.1f} ms (goal < {GOAL_MEDIAN * 1e3:.0f}), "
        f"95 % {found.p95 * 1e3:.1f} ms; {len(found.over)} cells over {GOAL_WORST * 1e3:.0f} ms + data (goal 0)",
        work_text(found),
        garbage_text(found),
    ]
    for cell in found.worst:
        data = f"{cell.size / 1e6:8.2f} MB copied in {cell.copying * 1e3:7.1f} ms"
        lines.append(f"   {cell.cost * 1e3:8.1f} ms  {data}  {cell.notebook} [{cell.number}]")
    return "\n".join(lines)


def work_text(found: Costs) -> str:
    """What the processors did, in all processes together: also where others use the machine."""
    median, p95, over = found.work
    return (
        f"added work of the processors: median {median * 1e3:.1f} ms, 95 % {p95 * 1e3:.1f} ms; "
        f"{over} cells over {GOAL_WORST * 1e3:.0f} ms + data"
    )


def garbage_text(found: Costs) -> str:
    """What is in no cell's figure."""
    return f"looking for garbage in the kernel: {found.garbage * 1e3:+.1f} ms per cell, in none of these figures"
