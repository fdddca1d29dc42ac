"""From what stands in a notebook cell to plain Python."""

from __future__ import annotations

from collections.abc import Callable


def transform(cell: str, transformer: Callable[[str], str] | None = None) -> str:
    """The Python source of ``cell``: magics, shell lines and help become calls of ``get_ipython()``.

    ``transformer`` is a shell's ``input_transformer_manager.transform_cell``, or its ``transform_cell`` where
    automagic counts; without one a plain IPython's rules apply. Blank lines at the start, which IPython drops,
    are put back, so that line n of the result is line n of the cell.
    """
    if transformer is None:
        transformer = _plain_transformer()
    source = transformer(cell)
    return "\n" * _leading_blank_lines(cell) + source


def _leading_blank_lines(cell: str) -> int:
    for count, line in enumerate(cell.splitlines()):
        if line and not line.isspace():
            return count
    return 0


def _plain_transformer() -> Callable[[str], str]:
    from IPython.core.inputtransformer2 import TransformerManager  # costs what importing IPython costs

    manager: Callable[[str], str] = TransformerManager().transform_cell  # type: ignore[no-untyped-call]
    return manager
