from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cellburst.display.results import SHOWN, results_bundle
from cellburst.model.run import Counts
from tests.unit.display.page import Page
from tests.unit.display.samples import row


def test_params_values_and_costs() -> None:
    rows = [
        row(0, params={"lr": 0.1}, summary=0.91234, seconds=1.5, peak_rss=2_000_000, attempt=1),
        row(1, "failed", params={"lr": 0.01}, error="ValueError: no", seconds=0.02, attempt=2),
        row(2, "queued", params={"lr": 0.001}),
    ]
    assert results_bundle(rows)["text/plain"].splitlines() == [
        "3 tasks: 1 succeeded, 1 failed, 1 queued",
        "task     lr  value           state         time    peak  attempt",
        "   0    0.1  0.9123          ✓ succeeded  1.5 s  2.0 MB        1",
        "   1   0.01  ValueError: no  ✗ failed     20 ms                2",
        "   2  0.001                  ○ queued",
    ]


def test_attempts_and_metrics_only_where_there_are_some() -> None:
    plain = results_bundle([row(0, summary=1, attempt=1)])["text/plain"]
    assert "attempt" not in plain
    logged = results_bundle([row(0, summary=1, metrics={"loss": 0.5})])["text/plain"]
    assert "loss" in logged.splitlines()[1]


def test_without_values_metrics_stand_alone() -> None:
    lines = results_bundle([row(0, metrics={"loss": 0.5}, attempt=1)])["text/plain"].splitlines()
    assert lines[1].split() == ["task", "loss", "state", "time", "peak"]
    assert "value" in results_bundle([row(0, attempt=1)])["text/plain"].splitlines()[1]
    failed = [row(0, metrics={"loss": 0.5}), row(1, "failed", error="ValueError: no")]
    assert "ValueError: no" in results_bundle(failed)["text/plain"]


def test_of_many_tasks_the_first_and_the_last() -> None:
    bundle = results_bundle([row(index, summary=index) for index in range(10_000)])
    lines = bundle["text/plain"].splitlines()
    assert lines[0] == "10,000 tasks: 10,000 succeeded"
    assert len(lines) == 2 + SHOWN + 1
    assert lines[-1].split()[0] == "9999"
    assert Page(bundle["text/html"]).tags.count("tr") == 1 + SHOWN + 1


def test_the_rows_in_between_need_not_be_there() -> None:
    rows = [row(index, summary=index) for index in range(10_000)]
    ends = [*rows[: SHOWN // 2], *rows[-(SHOWN // 2) :]]
    assert results_bundle(ends, counts=Counts(succeeded=10_000)) == results_bundle(rows)


def test_no_tasks() -> None:
    assert results_bundle([])["text/plain"] == "no tasks"


@given(st.dictionaries(st.text(), st.text(), max_size=3), st.text(), st.text())
def test_everything_is_escaped(params: dict[str, str], summary: str, error: str) -> None:
    page = Page(results_bundle([row(0, params=params, summary=summary), row(1, error=error)])["text/html"])
    assert set(page.tags) <= {"div", "table", "caption", "thead", "tbody", "tr", "th", "td", "span"}
    assert page.tags.count("tr") == 3


def test_records_of_scalars_have_a_column_for_each_field() -> None:
    rows = [row(0, summary={"kind": "tree", "score": 0.97531}), row(1, error="ValueError: no", state="failed")]
    text = results_bundle(rows)["text/plain"].splitlines()
    assert text[1].split() == ["task", "kind", "score", "note", "state", "time", "peak"]
    assert "0.9753" in text[2]
    assert "ValueError: no" in text[3]


def test_between_first_and_last_rows_there_is_no_state() -> None:
    bundle = results_bundle([row(index, summary=index) for index in range(50)])
    assert "?" not in bundle["text/plain"]
    assert "?" not in Page(bundle["text/html"]).text


def test_a_metric_that_is_the_value_is_shown_once() -> None:
    rows = [row(0, summary=0.5, metrics={"value": 0.5}), row(1, summary=0.7, metrics={"value": 0.7})]
    assert results_bundle(rows)["text/plain"].splitlines()[1].split().count("value") == 1
    rows.append(row(2, summary="text", metrics={"value": 0.9}))
    assert results_bundle(rows)["text/plain"].splitlines()[1].split().count("value") == 2
