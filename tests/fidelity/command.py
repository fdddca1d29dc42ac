"""The command line."""

from __future__ import annotations

import argparse
import dataclasses
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.fidelity.costs import costs, costs_text
from tests.fidelity.notebooks import find, limited, read
from tests.fidelity.report import page
from tests.fidelity.results import BookResult, counts, share_equal
from tests.fidelity.session import run_all
from tests.fidelity.text import book_text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the harness; the exit status."""
    given = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended as at any other end
    books = limited((read(path) for path in find(given.notebooks)), given.cells)
    results: list[BookResult] = []
    how = {"processes": given.processes, "fresh": given.fresh, "freeze": given.freeze, "times": given.times}
    for result in run_all(books, target=given.target, **how):
        results.append(result)
        for line in book_text(result):
            print(line, flush=True)
    results.sort(key=lambda result: result.name)
    print(summary(results))
    good = passed(results, given.allow)
    if given.report:
        given.report.write_text(page(results, target=given.target, passed=good, allow=given.allow), "utf-8")
    if given.json:
        given.json.write_text(as_json(results), "utf-8")
    return int(not good)


def as_json(results: Sequence[BookResult]) -> str:
    """Everything that was found, pictures left out."""
    data = [dataclasses.asdict(result) for result in results]
    for cell in (cell for book in data for cell in book["cells"]):
        del cell["pictures"]
    return json.dumps({"counts": counts(results), "notebooks": data}, indent=1)


def summary(results: Sequence[BookResult]) -> str:
    """Totals and costs."""
    found = counts(results)
    total = found["cells"]
    parts = [f"{total} cells: {found['equal']} equal ({share_equal(found):.1f} % of those not carried)"]
    parts += [f"{found[kind]} {kind}" for kind in ("refused", "said", "carried", "silent")]
    text = (
        ", ".join(parts)
        + f"; {found['silent differences']} silent differences, {found['unstable']} places not compared"
    )
    figures = costs([cell for book in results for cell in book.cells])
    return text if figures is None else f"{text}\n{costs_text(figures)}"


def passed(results: Sequence[BookResult], allow: float) -> bool:
    """Whether nothing differs in silence, and enough is equal."""
    found = counts(results)
    broken = any(book.problem for book in results)
    return not broken and not found["silent"] and share_equal(found) >= allow


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fidelity")
    parser.add_argument("notebooks", nargs="+", type=Path, help="notebooks, or folders of them")
    parser.add_argument("--target", default="local", help="what comes after %%%%remote (local)")
    parser.add_argument("--report", type=Path, help="write a page with every difference")
    parser.add_argument("--json", type=Path, help="write the findings as data")
    parser.add_argument("--cells", type=int, help="run only so many cells, of the first notebooks")
    parser.add_argument("--allow", type=float, default=99.0, help="percent of the cells that must be equal (99)")
    parser.add_argument("-j", "--processes", type=int, default=1, help="notebooks at the same time (1)")
    parser.add_argument("--times", type=int, default=1, help="run each notebook so often: its cells cost the least (1)")
    parser.add_argument("--fresh", action="store_true", help="a new controller with new workers for each notebook")
    parser.add_argument("--freeze", action="store_true", help="run a copy of cellburst as it is now, unmoved by edits")
    return parser
