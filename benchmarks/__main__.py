"""`make bench`: every system in fresh processes, rounds interleaved, then the table."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.memory import MARK, Sampler, end_marked
from benchmarks.systems import installed
from benchmarks.work import WORKERS

ROOT = Path(__file__).parents[1]
OURS = ("imports", "states")
SHARED = ("latency", "tiny", "executor", "array", "results", "search")
LEFT_OUT = {("loky", "array")}
EXECUTORS = ("cellburst", "ProcessPoolExecutor", "loky")
TIMEOUT = 120.0


def main() -> None:
    options = _options()
    systems = options.systems or installed()
    rows: list[dict[str, Any]] = []
    for turn in range(options.rounds):
        rows += _round(turn, systems[turn % len(systems) :] + systems[: turn % len(systems)], options.workloads)
    found = report.medians(rows)
    print("\n" + report.table(found) + "\n\n" + report.goals(found))
    print(f"\nWritten to {report.save(rows, ROOT / 'benchmarks' / 'results')}")


def _round(turn: int, systems: list[str], workloads: list[str]) -> list[dict[str, Any]]:
    rows = []
    if "array" in workloads:
        rows.append(measure("limits", "limits", turn))
    for workload in workloads:
        for system in systems:
            if (system, workload) in LEFT_OUT or (workload in OURS and system != "cellburst"):
                continue
            if workload == "executor" and system not in EXECUTORS:
                continue
            rows.append(measure(system, workload, turn))
    return rows


def measure(system: str, workload: str, turn: int) -> dict[str, Any]:
    """One measurement in a fresh process with fresh folders. The first round of the array also samples memory."""
    home = Path(tempfile.mkdtemp(prefix="cb-"))
    out, tag = home / "out.json", home.name
    environment = os.environ | {
        MARK: tag,
        "PYTHONPATH": str(ROOT),
        "CELLBURST_DATA_DIR": str(home / "data"),
        "CELLBURST_RUNTIME_DIR": str(home / "run"),
        "CELLBURST_WORKERS": str(WORKERS),
        "IPYTHONDIR": str(home / "ipython"),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "benchmarks.workloads", system, workload, str(out)]
    sampler = Sampler(tag, home)
    try:
        if workload == "array" and turn == 0:
            with sampler:
                error = _run(command, environment, home)
        else:
            error = _run(command, environment, home)
        measured = json.loads(out.read_text()) if out.exists() else {}
    finally:
        left = end_marked(tag)
        shutil.rmtree(home, ignore_errors=True)
    marks = measured.pop("marks", None)
    if marks and sampler.samples:
        peak = sampler.peak_between(marks[0], marks[-1])
        measured = {} if peak is None else {"array_peak_mb": peak / 1e6}
    _say(turn, system, workload, measured, error)
    return {"round": turn, "system": system, "workload": workload, "measured": measured, "error": error, "left": left}


def _run(command: list[str], environment: dict[str, str], home: Path) -> str:
    """An empty text, or the end of what the process said when it failed."""
    with (home / "log").open("w+") as log:
        try:
            done = subprocess.run(
                command, cwd=home, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, timeout=TIMEOUT
            )
        except subprocess.TimeoutExpired:
            return f"still running after {TIMEOUT:g} s"
        log.seek(0)
        lines = log.read().strip().splitlines()
    return "" if done.returncode == 0 else (lines[-1] if lines else f"exit code {done.returncode}")


def _say(turn: int, system: str, workload: str, measured: dict[str, float], error: str) -> None:
    figures = "  ".join(f"{name} {figure:.4g}" for name, figure in measured.items())
    print(f"[{turn + 1}] {workload:<8} {system:<20} {figures or error}", flush=True)


def _options() -> argparse.Namespace:
    def names(text: str) -> list[str]:
        return text.split(",")

    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--systems", type=names, help="comma-separated; default: all that are installed")
    parser.add_argument("--workloads", type=names, default=[*OURS, *SHARED], help="comma-separated")
    return parser.parse_args()


if __name__ == "__main__":
    main()
