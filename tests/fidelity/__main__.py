"""Run notebooks in plain kernels and in one with ``%%remote`` on each cell, and tell every difference.

    python -m tests.fidelity NOTEBOOKS... [--target local] [--report out.html] [--json out.json] [--cells N] [-j N]
                              [--fresh] [--freeze]

NOTEBOOKS are files or folders. For each notebook a line with a letter for each cell (e equal, r refused, s said,
c carried, S silent), and a block for each cell that differs: its source, and each place with the plain and the remote
text. Places are like ``names: a[0]`` (what the namespace holds after the cell), ``outputs: stdout``,
``states: numpy.random``, ``files: x.csv``.
A difference is told at the cell where it first appears; cells at which only the same places differ are carried.
One controller stays warm over all notebooks, as a user's would; with --fresh each notebook has a new one. Others may
edit cellburst meanwhile: --freeze runs a copy as it is now.
Exit status 1 if there is a silent difference or fewer than --allow percent of the cells that are not carried are equal.
"""

from __future__ import annotations

import sys

from tests.fidelity.command import main

sys.exit(main())
