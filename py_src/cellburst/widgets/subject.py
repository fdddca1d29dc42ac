"""What a grid runs: a function, or a cell whose magic line took the grid."""

from __future__ import annotations

import dataclasses
import inspect
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cellburst.client.connecting.discover import offline
from cellburst.errors import UsageError
from cellburst.payload.collecting import uncollected

if TYPE_CHECKING:
    from cellburst.client.options.submission import SubmitOptions
    from cellburst.client.runs.run import Run


@dataclass(frozen=True)
class Function:
    """``cellburst.map`` of it; ``kwargs`` go to every call."""

    fn: Callable[..., Any]
    kwargs: dict[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return f"{getattr(self.fn, '__name__', type(self.fn).__name__)}()"

    @property
    def code(self) -> str:
        """Its source, as runs record it; empty where there is none."""
        fn = inspect.unwrap(getattr(self.fn, "func", self.fn))
        try:
            return inspect.getsource(fn)
        except (OSError, TypeError):
            return ""

    def start(self, grid: Any, options: dict[str, Any]) -> Run:
        """Submit; returns at once."""
        from cellburst.client.starting import functions

        if isinstance(self.fn, functions.RemoteFunction):
            return self.fn.with_options(**_chosen(options)).map(grid, **self.kwargs)
        return functions.map(self.fn, grid, **self.kwargs, **options)


def _chosen(options: dict[str, Any]) -> dict[str, Any]:
    """Without a target that nobody has chosen: the function has its own."""
    return {name: value for name, value in options.items() if (name, value) != ("target", "local")}


@dataclass(frozen=True)
class Cell:
    """The body of a ``%%remote`` cell and what its line said; the grid takes the place of what it was then."""

    code: str
    options: SubmitOptions
    shell: Any

    @property
    def label(self) -> str:
        first = next((line.strip() for line in self.code.splitlines() if line.strip()), "")
        return f"the cell “{first if len(first) <= 40 else first[:39] + '…'}”"

    def start(self, grid: Any, options: dict[str, Any]) -> Run:
        """Submit it as a detached run: the kernel stays free."""
        from cellburst.client.starting.cell import prepare_cell
        from cellburst.client.starting.submit import submit_prepared

        said = dataclasses.replace(self.options, over=grid, detach=True, dry_run=False, **options)
        with uncollected():
            return submit_prepared(prepare_cell(self.code, self.shell, said, offline()), offline())


Subject = Function | Cell


def shell_of() -> Any:
    """The IPython that runs here. Raises UsageError elsewhere: a cell needs its notebook."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        raise UsageError("a cell is run by a notebook, and this is none; give the grid a function: ParameterGrid(fn)")
    return shell


_listening: dict[str, Callable[..., None]] = {}  # by the grid's name: a cell that runs again makes a new grid


def after_cells(grid: Any, ran: Callable[[Any], None]) -> None:
    """Call ``ran(grid)`` after each cell of the notebook, until there is another grid of that name."""
    try:
        events = shell_of().events
    except (UsageError, ImportError):
        return
    held = weakref.ref(grid)

    def told(*_: Any) -> None:
        there = held()
        if there is not None and there.comm is not None:
            ran(there)

    before = _listening.pop(grid.label, None)
    if before is not None and before in events.callbacks["post_run_cell"]:
        events.unregister("post_run_cell", before)
    _listening[grid.label] = told
    events.register("post_run_cell", told)
