"""Cells inside a cell (``get_ipython().run_cell``): their code has the file names that the kernel would give it."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

_FOLDER = "ipykernel_"  # and the kernel's process id


def compiler_class() -> Any:
    """A compiler for the worker's shell; needs IPython."""
    from IPython.core.compilerop import CachingCompiler

    class InnerCellCompiler(CachingCompiler):
        """``inner_cells`` has the number and the source by file name, ``folder`` is that of the kernel's cells."""

        def __init__(self) -> None:
            parent: Any = super()
            parent.__init__()
            self.folder = ""
            self.inner_cells: dict[str, tuple[int, str]] = {}

        def name_like(self, filenames: list[str]) -> None:
            """Name cells as these are."""
            folders = (os.path.dirname(name) for name in filenames)
            self.folder = next((folder for folder in folders if os.path.basename(folder).startswith(_FOLDER)), "")

        def get_code_name(self, raw_code: str, code: str, number: int) -> Any:
            """As ipykernel makes it, if the kernel is one of its."""
            if self.folder:
                naming = import_module("ipykernel.compiler")
                return f"{self.folder}{os.sep}{naming.murmur2_x86(raw_code, naming.get_tmp_hash_seed())}.py"
            parent: Any = super()
            return parent.get_code_name(raw_code, code, number)

        def cache(self, transformed_code: str, number: int = 0, raw_code: str | None = None) -> Any:
            """Remember a cell that is to be executed; its name."""
            parent: Any = super()
            name = parent.cache(transformed_code, number, raw_code)
            self.inner_cells[name] = number, transformed_code
            return name

    return InnerCellCompiler
