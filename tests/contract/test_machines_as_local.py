"""The same cell ends in the same way on this machine, by the controller, and on a machine of its own, by the agent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cellburst.model.outcome import TaskResult
from tests.fault.plant import Plant
from tests.integration.agents import Home

_VARIABLES = """import os
names = ('RUN_ID', 'TASK_INDEX', 'TASK_COUNT', 'ATTEMPT', 'SEED')
' '.join(f"{name}={os.environ['CELLBURST_' + name]}" for name in names if name != 'RUN_ID')
"""
CELLS: dict[str, tuple[str, int, dict[str, Any]]] = {
    "values": ("task.index ** 2", 3, {}),
    "output": ("import sys\nprint('to', task.index)\nprint('err', file=sys.stderr)\nNone", 2, {}),
    "seeds": ("import random\nf'{task.seed} {random.random()}'", 3, {"seed": 11}),
    "variables": (_VARIABLES, 2, {"seed": 3}),
    "an exception": ("{}['missing']", 1, {}),
    "an exception that goes away": ("assert task.attempt == 2\ntask.attempt", 2, {"retries": 1}),
    "one that does not": ("1 / 0", 1, {"retries": 1}),
    "a time limit": ("import time\ntime.sleep(60)", 1, {"timeout": 0.5}),
    "a time limit with retries": (
        "import time\ntime.sleep(60 if task.attempt == 1 else 0)",
        1,
        {"timeout": 1, "retries": 1},
    ),
    "an exit": ("import os\nos._exit(7)", 1, {}),
    "a signal": ("import os\nos.kill(os.getpid(), 11)", 1, {}),
    "an exit once": ("import os\nos._exit(7) if task.attempt == 1 else task.attempt", 2, {}),
    "at most once": ("import os\nos._exit(7)", 1, {"at_most_once": True}),
    "an exception at most once": ("1 / 0", 1, {"at_most_once": True}),
    "metrics": ("task.log(loss=0.5, name='x')\ntask.report(3, 0.25)\n1", 1, {}),
    "files": ("(task.output_dir / 'a.txt').write_text('hello')", 1, {}),
    "a large value": ("'x' * 300_000", 1, {}),
}
_MARKED = {"a signal", "an exit", "a time limit with retries"}


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    found = Plant(tmp_path / "local")
    found.start()
    yield found
    found.stop()


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.slow] * (name in _MARKED)) for name in CELLS])
def test_it_ends_alike(name: str, plant: Plant, tmp_path: Path) -> None:
    source, count, options = CELLS[name]
    home = Home(tmp_path, source, count, **options)
    home.machine()
    there = home.finish()
    here = plant.finish(source, count, **options)
    assert [seen(there[index]) for index in sorted(there)] == [seen(result) for result in here]


def seen(result: TaskResult) -> dict[str, Any]:
    """What of a result has to be the same anywhere."""
    error = result.error
    sentence = "" if error is None else error.evalue.replace("killed 3 workers", "lost 3 workers")
    return {
        "task": (result.index, result.generation, result.attempt),
        "kind": result.kind,
        "value": result.summary,
        "size": None if result.value is None else result.value.size,
        "error": None if error is None else (error.ename, sentence),
        "metrics": result.metrics,
        "files": result.files,
        "note": result.note,
    }
