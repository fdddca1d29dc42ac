"""From rows to medians, tables and JSON."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections import defaultdict
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks.goals import GOALS, Medians

MEASURES = {
    "cold_s": "cold start to first result, s",
    "warm_ms": "warm one task, ms",
    "tiny_per_s": "10,000 tiny tasks, tasks/s",
    "executor_submit_s": "10,000 submits, s",
    "executor_map_s": "10,000 in chunks of 100, s",
    "executor_trip_ms": "submit to result, ms",
    "array_first_s": "500 MB array, first, s",
    "array_again_s": "again, s",
    "array_peak_mb": "peak extra memory, MB",
    "results_s": "40 results of 20 MB, s",
    "search_s": "search, s",
    "search_over_ideal": "search / ideal",
}


def medians(rows: list[dict[str, Any]]) -> Medians:
    """The median of each measure of each system."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        for measure, figure in row["measured"].items():
            found[row["system"]][measure].append(figure)
    return {
        system: {name: statistics.median(figures) for name, figures in measures.items()}
        for system, measures in found.items()
    }


def table(found: Medians) -> str:
    """Systems against measures, as Markdown."""
    lines = ["| | " + " | ".join(MEASURES.values()) + " |", "|---" * (len(MEASURES) + 1) + "|"]
    for system, measures in found.items():
        if system != "limits":
            cells = (_figure(measures.get(measure)) for measure in MEASURES)
            lines.append(f"| {system} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def goals(found: Medians) -> str:
    """Our figures against the goals, as Markdown."""
    lines = ["| what | goal | limit here | measured | |", "|---|---|---|---|---|"]
    for goal in GOALS:
        figure = found.get("cellburst", {}).get(goal.measure)
        verdict = {True: "met", False: "MISSED", None: "not measured"}[goal.met(found)]
        limit = goal.limit(found)
        lines.append(f"| {goal.what} | {goal.said} | {_figure(limit)} | {_figure(figure)} {goal.unit} | {verdict} |")
    return "\n".join(lines)


def save(rows: list[dict[str, Any]], folder: Path) -> Path:
    """Rows, medians and what they were measured on."""
    folder.mkdir(parents=True, exist_ok=True)
    found = medians(rows)
    path = folder / time.strftime("%Y-%m-%d-%H%M%S.json")
    verdicts = [{"what": g.what, "goal": g.said, "limit": g.limit(found), "met": g.met(found)} for g in GOALS]
    path.write_text(json.dumps({"machine": _machine(), "goals": verdicts, "medians": found, "rows": rows}, indent=1))
    return path


def _machine() -> dict[str, Any]:
    versions = {}
    for name in ("cellburst", "joblib", "loky", "distributed", "ray", "ipyparallel", "numpy", "scikit-learn"):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {"python": platform.python_version(), "system": platform.platform(), "cores": os.cpu_count(), **versions}


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
