"""Errors of ours as IPython shows them: what is wrong and the way out, without frames that are not the user's."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from cellburst.errors import CellburstError
from cellburst.magics.raising import raise_as_the_cells


@contextmanager
def shown_plainly(*others: type[BaseException]) -> Iterator[None]:
    """Let our own errors (and ``others``) raised inside be shown without a traceback; they stay what they are.

    An error that says itself how to be shown, as a task's own does, is left as it is.
    """
    try:
        yield
    except BaseException as error:
        if isinstance(error, (CellburstError, *others)):
            show_plainly(error)
        raise


def show_plainly(error: BaseException) -> None:
    """Let IPython show the type and the text of ``error`` only."""
    if not hasattr(error, "_render_traceback_") and not _is_the_cells(error):
        lines = f"{type(error).__name__}: {error}".splitlines()
        error._render_traceback_ = lambda: lines  # type: ignore[attr-defined]


def _is_the_cells(error: BaseException) -> bool:
    """Whether a cell elsewhere has raised it, so that it has frames of the cell's."""
    entry = error.__traceback__
    while entry is not None and entry.tb_frame.f_code is not raise_as_the_cells.__code__:
        entry = entry.tb_next
    return entry is not None and entry.tb_next is not None


def warn(sentence: str) -> None:
    """A line on standard error, there before anything that comes next."""
    print(f"cellburst: {sentence}", file=sys.stderr, flush=True)
