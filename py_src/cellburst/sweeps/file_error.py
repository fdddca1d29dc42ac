"""What is wrong with a file of rows, and where in it."""

from __future__ import annotations

from cellburst.errors import SweepError
from cellburst.sweeps.values import written


class FileError(SweepError):
    """A file cannot be read; says where in it."""

    def __init__(self, path: object, said: str, line: int = 0, column: int = 0) -> None:
        place = f", line {line}" + (f", column {column}" if column else "") if line else ""
        super().__init__(f"--over {written(path)}{place}: {said}", at="--over")
