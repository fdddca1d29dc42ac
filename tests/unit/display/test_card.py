from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cellburst.display.card import card_bundle, card_html, card_text, live_text
from cellburst.display.view import MIME, RunHead, TaskLine
from cellburst.model.run import Counts
from tests.unit.display.page import Page
from tests.unit.display.samples import HEAD, SINGLE, view


def test_the_bundle_has_an_id_and_nothing_executable() -> None:
    bundle = card_bundle(view())
    assert bundle[MIME] == {"run": HEAD.id, "store": HEAD.store, "version": 1}
    assert set(bundle) == {MIME, "text/html", "text/plain"}
    json.dumps(bundle)


def test_a_bundle_says_what_the_tasks_say_while_they_run() -> None:
    lines = (TaskLine(3, 0.5, "epoch 2\x1b[31m"), TaskLine(1, None, "loading"))
    assert card_bundle(view(lines=lines))[MIME]["said"] == [
        {"task": 3, "fraction": 0.5, "text": "epoch 2"},
        {"task": 1, "fraction": None, "text": "loading"},
    ]


def test_a_running_sweep_in_one_line() -> None:
    text = card_text(view(elapsed=3.2, eta=2.0, reason="all 4 workers are busy"))
    assert text == (
        "◐ running · 12 of 20 tasks done · 4 running · 4 queued · 3.2 s · about 2.0 s left · all 4 workers are busy"
        " · local · run 0abc123-x9z8"
    )


def test_an_ended_sweep_in_one_line() -> None:
    counts = Counts(succeeded=18, failed=2)
    text = card_text(view("failed", counts=counts, elapsed=65.0, hint="`%remote retry last`"))
    assert (
        text
        == "✗ failed · 18 of 20 tasks done · 2 failed · 1 min 5 s · local · run 0abc123-x9z8\n  `%remote retry last`"
    )
    assert "all 1,000 tasks done" in card_text(view("succeeded", counts=Counts(succeeded=1000)))


def test_a_single_cell_counts_nothing() -> None:
    text = card_text(view("succeeded", SINGLE, counts=Counts(succeeded=1), elapsed=0.012))
    assert text == "✓ succeeded · 12 ms · local · run 0abc123-x9z8"


def test_the_name_is_shown() -> None:
    named = dataclasses.replace(HEAD, name="every model")
    assert "every model" in card_text(view(head=named))


def test_progress_can_be_heard() -> None:
    lines = (TaskLine(3, 0.5, "epoch 2"),)
    page = Page(card_html(view(lines=lines, counts=Counts(succeeded=5, failed=1, running=1, queued=3))))
    assert page.values("role") == ["group", "progressbar"]
    assert page.values("aria-valuenow") == ["65"]
    assert "task 3  50%  epoch 2" in page.text
    assert "running" in page.values("aria-label")[0]


@pytest.mark.parametrize("state", ["succeeded", "failed", "cancelled"])
def test_an_ended_run_has_no_bar(state: str) -> None:
    assert "progressbar" not in Page(card_html(view(state))).values("role")


def test_a_terminal_line_has_what_the_last_task_says() -> None:
    text = live_text(view(lines=(TaskLine(3, None, "epoch 2"),)))
    assert text.endswith("task 3  epoch 2 · local · run 0abc123-x9z8")


def test_colours_of_text_and_background_are_the_pages_own() -> None:
    styles = ";".join(Page(card_html(view())).values("style"))
    declared = [part.partition(":") for part in styles.split(";")]
    for name, _, value in ((name.strip(), colon, value.strip()) for name, colon, value in declared):
        if name == "color":
            assert value == "inherit" or value.startswith("var(--jp-")
        if name == "background":
            assert value.startswith("var(--jp-")


@given(name=st.text(), reason=st.text(), said=st.text(), hint=st.text(), target=st.text())
def test_everything_is_escaped(name: str, reason: str, said: str, hint: str, target: str) -> None:
    head = RunHead("0abc123-x9z8", name, target, "", single=False)
    page = Page(card_html(view(head=head, reason=reason, hint=hint, lines=(TaskLine(0, 0.1, said),))))
    assert set(page.tags) <= {"div", "span", "b", "code"}
    assert {key for key, _ in page.attributes} <= {
        "class",
        "role",
        "style",
        "aria-hidden",
        "aria-label",
        "aria-valuemin",
        "aria-valuemax",
        "aria-valuenow",
    }


@pytest.mark.parametrize(
    "attack", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "</div><iframe>"]
)
def test_attacks_are_shown_as_they_were_written(attack: str) -> None:
    page = Page(card_html(view(head=dataclasses.replace(HEAD, name=attack))))
    assert attack in page.text
