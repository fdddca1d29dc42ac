"""The work itself: the same functions for every system."""

from __future__ import annotations

import time
from typing import Any

WORKERS = 2
TINY = 10_000
ARRAY_MB, ARRAY_TASKS = 500, 50
RESULT_MB, RESULTS = 20, 40


def tiny(i: int) -> int:
    return i


def part_sum(array: Any, part: tuple[int, int]) -> float:
    return float(array[part[0] : part[1]].sum())


def parts() -> list[tuple[int, int]]:
    step = ARRAY_MB * 1_000_000 // 8 // ARRAY_TASKS
    return [(i * step, (i + 1) * step) for i in range(ARRAY_TASKS)]


def big_array() -> Any:
    import numpy as np

    return np.ones(ARRAY_MB * 1_000_000 // 8)


def make_result(i: int) -> Any:
    import numpy as np

    return np.full(RESULT_MB * 1_000_000 // 8, float(i))


def candidate(params: dict[str, Any]) -> tuple[float, float]:
    """One candidate of the search, three folds: its score, and the CPU seconds that it took."""
    from sklearn.datasets import load_digits
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import cross_val_score
    from sklearn.svm import SVC

    began = time.process_time()
    x, y = load_digits(return_X_y=True)
    values = dict(params)
    model = SVC if values.pop("kind") == "svc" else RandomForestClassifier
    if model is RandomForestClassifier:
        values |= {"random_state": 0, "n_jobs": 1}
    score = float(cross_val_score(model(**values), x, y, cv=3).mean())
    return score, time.process_time() - began


def candidates() -> list[dict[str, Any]]:
    """Sixty: twenty support vector machines, forty forests."""
    found: list[dict[str, Any]] = [
        {"kind": "svc", "C": c, "gamma": gamma} for c in (0.1, 1, 10, 100) for gamma in (1e-4, 3e-4, 1e-3, 3e-3, 1e-2)
    ]
    found += [
        {"kind": "forest", "n_estimators": trees, "max_depth": depth, "max_features": features}
        for trees in (10, 20, 30, 40)
        for depth in (4, 8, 12, 16, None)
        for features in ("sqrt", 0.1)
    ]
    return found
