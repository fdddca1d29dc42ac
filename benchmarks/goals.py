"""What cellburst means to reach, measured through a real IPython shell with every outcome durable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Medians = dict[str, dict[str, float]]  # system -> measure -> median


@dataclass(frozen=True)
class Goal:
    """A measure of ours and the figure that it must not exceed (or, with ``at_least``, must reach).

    ``limit`` is None where the figure depends on something that was not measured.
    """

    what: str
    measure: str
    said: str
    limit: Callable[[Medians], float | None]
    unit: str
    at_least: bool = False

    def met(self, medians: Medians) -> bool | None:
        """None when it cannot be said."""
        found, limit = medians.get("cellburst", {}).get(self.measure), self.limit(medians)
        if found is None or limit is None:
            return None
        return found >= limit if self.at_least else found <= limit


def _fixed(figure: float) -> Callable[[Medians], float | None]:
    return lambda medians: figure


def _times(factor: float, system: str, measure: str) -> Callable[[Medians], float | None]:
    def limit(medians: Medians) -> float | None:
        found = medians.get(system, {}).get(measure)
        return None if found is None else factor * found

    return limit


GOALS = (
    Goal("warm cell, median", "warm_ms", "≤ 8 ms", _fixed(8), "ms"),
    Goal("warm cell, 95th percentile", "warm_p95_ms", "≤ 20 ms", _fixed(20), "ms"),
    Goal("first cell: no controller, no workers", "cold_call_s", "≤ 0.4 s", _fixed(0.4), "s"),
    Goal("10,000 tiny tasks, each durable", "tiny_per_s", "≥ 80,000 /s", _fixed(80_000), "/s", at_least=True),
    Goal("10,000 submits, each durable", "executor_submit_s", "≤ loky", _times(1, "loky", "executor_submit_s"), "s"),
    Goal(
        "500 MB array by 50 tasks",
        "array_first_s",
        "≤ 1.8 times writing it",
        _times(1.8, "limits", "write_s"),
        "s",
    ),
    Goal("500 MB array by 50, again", "array_again_s", "≤ 1.3 times reading it", _times(1.3, "limits", "read_s"), "s"),
    Goal("500 MB array, peak extra memory", "array_peak_mb", "≤ 1.03 times the array", _fixed(515), "MB"),
    Goal("40 results of 20 MB", "results_s", "≤ 0.45 times Ray", _times(0.45, "ray", "results_s"), "s"),
    Goal("state of libraries, unused, per cell", "states_ms", "≤ 1 ms", _fixed(1), "ms"),
    Goal("scikit-learn search, over the ideal", "search_over_ideal", "≤ 1.05", _fixed(1.05), ""),
    Goal("scikit-learn search, beside Ray", "search_s", "≤ Ray", _times(1, "ray", "search_s"), "s"),
    Goal("import cellburst", "import_ms", "≤ 50 ms", _fixed(50), "ms"),
    Goal("%load_ext cellburst", "load_ext_ms", "≤ 150 ms", _fixed(150), "ms"),
)
