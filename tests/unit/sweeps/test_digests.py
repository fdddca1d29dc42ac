"""Digests of parameters."""

from __future__ import annotations

import datetime
import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from cellburst.sweeps.digests import params_digest, words_of
from cellburst.sweeps.seeds import task_seed_by

HOSTILE: list[Any] = []
HOSTILE.append(HOSTILE)
DIFFERENT: list[Any] = [
    None, True, False, 0, 1, -1, 2**70, 0.5, -0.5, math.nan, math.inf, -math.inf,
    "", "1", "a", "\udc80", b"", b"a", [], (), {}, set(),
    [1], [[1]], [1, 1], (1,), {"a": 1}, {"a": 2}, {"b": 1}, {1}, {1, 2}, np.zeros(2), np.zeros(3), np.zeros((2, 1)),
    np.zeros(2, "float32"), np.array([None]), datetime.date(2026, 1, 1), datetime.date(2026, 1, 2), len, HOSTILE,
    ["a", "b"], ["ab"], ["a1:b"], math.sqrt, 1j,
]  # fmt: skip


def test_different_values_have_different_digests() -> None:
    digests = [params_digest({"x": value}) for value in DIFFERENT]
    assert len(set(digests)) == len(DIFFERENT)
    assert all(len(digest) == 16 for digest in digests)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"a": 1}, {"a": 1.0}),
        ({"a": 0.1}, {"a": np.float64(0.1)}),
        ({"a": 1}, {"a": np.uint8(1)}),
        ({"a": "x"}, {"a": np.str_("x")}),
        ({"a": {"x": 1, "y": {3, 4}}}, {"a": {"y": {4, 3}, "x": 1}}),
        ({"a": 0.0}, {"a": -0.0}),
        ({"a": True}, {"a": np.True_}),
    ],
)
def test_equal_parameters_have_equal_digests(left: dict[str, Any], right: dict[str, Any]) -> None:
    assert params_digest(left) == params_digest(right)


def test_the_digest_is_the_same_in_every_process() -> None:
    source = (
        "from cellburst.sweeps.digests import params_digest\n"
        "import datetime\n"
        "print(params_digest({'n': {'a', 'b', 'c'}, 'd': datetime.date(2026, 1, 1), 'f': 0.25}).hex())"
    )
    path = ":".join(sys.path)
    ended = [
        subprocess.run(
            [sys.executable, "-c", source],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": path},
        )
        for seed in ("1", "2")
    ]
    here = params_digest({"f": 0.25, "n": {"c", "b", "a"}, "d": datetime.date(2026, 1, 1)}).hex()
    assert [process.stdout.strip() for process in ended] == [here, here]


def test_a_recorded_digest_and_its_seed() -> None:
    words = words_of(params_digest({"lr": 0.1, "depth": 3}))
    assert words == words_of(params_digest({"depth": 3, "lr": 0.1}))
    expected = np.random.SeedSequence(2**70, spawn_key=words).generate_state(1, np.uint64)[0]
    assert task_seed_by(2**70, words) == int(expected)
