"""What machines there are, what they cost, which of them a run gets, and what it came to."""

from __future__ import annotations

from cellburst.pricing.catalogue import Catalogue, MachineType, Price, bundled, load
from cellburst.pricing.fitting import Fit, fits, fitting
from cellburst.pricing.naming import named
from cellburst.pricing.planning import Work, plan
from cellburst.pricing.reporting import report
from cellburst.pricing.shown import COLUMNS, question, rows, sentences

__all__ = [
    "COLUMNS",
    "Catalogue",
    "Fit",
    "MachineType",
    "Price",
    "Work",
    "bundled",
    "fits",
    "fitting",
    "load",
    "named",
    "plan",
    "question",
    "report",
    "rows",
    "sentences",
]
