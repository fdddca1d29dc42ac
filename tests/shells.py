"""IPython's shell in a test: made without history, and taken away with what it changed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def the_shell() -> Iterator[Any]:
    """The one that ``get_ipython()`` gives."""
    from IPython.core.interactiveshell import InteractiveShell

    main = sys.modules["__main__"]
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    try:
        yield shell
    finally:
        shell.history_manager.enabled = False
        InteractiveShell.clear_instance()
        sys.modules["__main__"] = main


@contextmanager
def a_shell() -> Iterator[Any]:
    """One that nobody else knows."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    main = sys.modules["__main__"]
    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    try:
        yield shell
    finally:
        shell.restore_sys_module_state()
        sys.modules["__main__"] = main
