"""Whether somebody agrees to what a plan may cost."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from cellburst import pricing
from cellburst.errors import UsageError
from cellburst.model.money import dollars
from cellburst.model.plan import Plan

Show = Callable[[Plan], None]
_YES = frozenset({"y", "yes"})


def agree(plan: Plan, confirm_above: float, *, yes: bool, show: Show | None = None) -> None:
    """Show the plan, and ask unless its worst case is small or ``yes`` was said. Raises UsageError for a no."""
    (show or _print)(plan)
    if yes or plan.worst <= confirm_above:
        return
    said = f"{pricing.question(plan)[:-1].replace('Start ', 'nothing was started: ')}"
    if not _can_ask():
        raise UsageError(
            f"{said} want a yes, and nobody can be asked here; add --yes (yes=True), "
            f"or raise confirm_above of the target ({dollars(confirm_above)})"
        )
    try:
        answer = input(f"{pricing.question(plan)} [y/N] ")
    except (EOFError, RuntimeError, NotImplementedError):  # a kernel whose front end has no field for it
        answer = ""
    if answer.strip().lower() not in _YES:
        raise UsageError(f"{said} want a yes")


def _print(plan: Plan) -> None:
    columns = [cells for cells in zip(pricing.COLUMNS, *pricing.rows(plan), strict=True) if any(cells[1:])]
    widths = [max(map(len, cells)) for cells in columns]
    for line in zip(*columns, strict=True):
        print("  ".join(map(str.ljust, line, widths)).rstrip(), file=sys.stderr)
    for sentence in pricing.sentences(plan, time.time()):
        print(sentence, file=sys.stderr, flush=True)


def _can_ask() -> bool:
    """A terminal, or a cell in a kernel whose front end shows a field for it; behind a widget's button it does not."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    kernel = getattr(shell, "kernel", None)
    if kernel is not None:
        of_a_cell = kernel.get_parent().get("header", {}).get("msg_type") == "execute_request"
        return of_a_cell and bool(getattr(kernel, "_allow_stdin", True))
    return sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()
