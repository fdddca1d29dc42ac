"""Where the example is, and a copy of it to play."""

from __future__ import annotations

import shutil
from pathlib import Path

import cellburst
from cellburst.errors import UsageError

NAME = "quickstart.ipynb"


def find() -> Path:
    """The notebook: in the checkout, or inside the installed package."""
    package = Path(cellburst.__file__).parent
    checkout = package.parents[1]
    for folder in (checkout / "examples", package / "examples"):
        if (folder / NAME).is_file():
            return folder / NAME
    raise UsageError(f"{NAME} is missing from this installation; install cellburst again")


def copy_to(folder: Path) -> Path:
    """A copy to execute, in ``folder``, so that the example itself stays as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / NAME
    shutil.copyfile(find(), target)
    return target


def how_to_open(played: Path) -> str:
    """The command that opens the notebook in JupyterLab."""
    return "make lab" if _in_checkout() else f"jupyter lab {played}"


def _in_checkout() -> bool:
    folder = Path.cwd()
    return (folder / "Makefile").is_file() and (folder / "examples" / NAME).is_file()
