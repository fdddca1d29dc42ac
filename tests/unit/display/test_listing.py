from __future__ import annotations

import pytest

from cellburst.display.listing import NO_RUNS, ago, runs_bundle, tally
from cellburst.model.naming import telling_line
from cellburst.model.run import Counts, RunState, RunSummary


def summary(**fields: object) -> RunSummary:
    given: dict[str, object] = {
        "id": "0abc123-x9z8",
        "name": "",
        "target": "local",
        "state": RunState.RUNNING,
        "counts": Counts(succeeded=8, failed=2, running=10),
        "submitted": 940.0,
        "started": 950.0,
        "ended": None,
        "notebook": "/home/me/lab.ipynb",
        "code": "%%remote local -p x=range(20)\nx ** 2",
        **fields,
    }
    return RunSummary(**given)  # type: ignore[arg-type]


def test_a_row_for_each_run() -> None:
    lines = runs_bundle([summary(), summary(name="grid", ended=960.0)], 1000.0)["text/plain"].splitlines()
    assert lines[0].split() == ["run", "name", "target", "state", "tasks", "submitted", "took", "notebook"]
    assert lines[1].split("  ")[0] == "0abc123-x9z8"
    assert "x ** 2" in lines[1]
    assert "grid" in lines[2]
    assert "◐ running" in lines[1]
    assert "10/20, 2 failed" in lines[1]
    assert "1 min ago" in lines[1]
    assert "50 s  lab.ipynb" in lines[1]
    assert "10 s  lab.ipynb" in lines[2]


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("%%remote\n# why\nimport math\nfrom os import path\n\n  x = math.pi", "x = math.pi"),
        ("import math", "import math"),
        ("", ""),
    ],
)
def test_a_run_without_a_name_is_called_by_its_first_telling_line(code: str, named: str) -> None:
    assert telling_line(code) == named


def test_no_runs_says_how_to_make_one() -> None:
    assert runs_bundle([], 0.0) == {"text/plain": NO_RUNS}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5.0, "1 s ago"),
        (59.9, "59 s ago"),
        (60.0, "1 min ago"),
        (125.0, "2 min ago"),
        (90000.0, "1 d ago"),
        (7200.0, "2 h ago"),
    ],
)
def test_how_long_ago(seconds: float, text: str) -> None:
    assert ago(1000.0, 1000.0 + seconds) == text


def test_beyond_a_week_it_is_a_date() -> None:
    assert ago(0.0, 30 * 86400.0).startswith("19")


def test_tallies_name_what_is_not_well() -> None:
    assert tally(Counts(queued=1, running=1, succeeded=3, failed=2)) == "5/7, 2 failed"
    assert tally(Counts(failed=1)) == "1/1", "the state of the run says it"
