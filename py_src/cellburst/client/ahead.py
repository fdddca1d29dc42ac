"""Importing here what a cell begins with, while the worker imports it too.

The kernel would import it anyway when the cell's variables come back. Only installed packages, named in import
statements that nothing comes before but `%matplotlib inline`: whatever happens to the cell, it runs these.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from itertools import takewhile

_NAMES = r"[\w.]+(?:\s+as\s+\w+)?"
_IMPORT = re.compile(rf"import\s+({_NAMES}(?:\s*,\s*{_NAMES})*)\s*(?:#.*)?;?$")
_INLINE = "get_ipython().run_line_magic('matplotlib', 'inline')"  # imports it, and so begins many a notebook
_FROM = re.compile(r"from\s+(\w[\w.]*)\s+import\s+(\(?)[^)]*(\)?)\s*(?:#.*)?$")


def leading_imports(source: str) -> list[str]:
    """The modules that plain Python imports before it does anything else."""
    found: list[str] = []
    lines = iter(source.splitlines())
    for line in lines:
        text = line.rstrip()
        if not text or text.startswith("#"):
            continue
        if text == _INLINE:
            found.append("matplotlib.pyplot")
            continue
        if match := _IMPORT.match(text):
            found += [name.split()[0] for name in match.group(1).split(",")]
        elif match := _FROM.match(text):
            found.append(match.group(1))
            if match.group(2) and not match.group(3) and not _end_of_names(lines):
                break
        else:
            break
    return found


def _end_of_names(lines: Iterator[str]) -> bool:
    return any(")" in line for line in lines)


def import_ahead(source: str) -> None:
    """Import what ``source`` begins with and is not loaded; what fails, fails in the cell."""
    missing = (name for name in leading_imports(source) if name not in sys.modules)
    wanted = list(takewhile(_is_installed, missing))  # after one that may fail, the cell may import no more
    if not wanted:
        return
    from cellburst.library_state.quietly import quietly

    with quietly():  # the worker says what is to be said
        for name in wanted:
            try:
                import_module(name)
            except (Exception, SystemExit):
                return


def _is_installed(name: str) -> bool:
    from cellburst.cells.local_modules import is_installed

    top = name.partition(".")[0]
    if top in sys.modules:
        return is_installed(str(getattr(sys.modules[top], "__file__", None) or ""))
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        return False
    return spec is not None and spec.has_location and is_installed(str(spec.origin))
