from __future__ import annotations

import re

import pytest

from cellburst.display.states import MARKS, mark
from cellburst.model.run import RunState, TaskState

LIGHT, DARK_LAB, DARK_CODE = "#ffffff", "#111111", "#1e1e1e"


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("state", [*RunState, *TaskState])
def test_every_state_has_a_mark_of_its_own_word(state: RunState | TaskState) -> None:
    assert MARKS[state.value].word == state.value


def test_shapes_tell_states_apart_without_colour() -> None:
    shapes = [look.shape for look in MARKS.values()]
    assert len(set(shapes)) == len(shapes)


@pytest.mark.parametrize("state", MARKS)
@pytest.mark.parametrize("background", [LIGHT, DARK_LAB, DARK_CODE])
def test_fallback_colours_can_be_seen_on_light_and_on_dark(state: str, background: str) -> None:
    found = re.search(r"#[0-9a-f]{6}", MARKS[state].colour)
    assert found
    assert contrast(found[0], background) >= 3.0  # WCAG 2, graphical objects


@pytest.mark.parametrize("look", MARKS.values(), ids=lambda look: look.word)
def test_colours_are_the_themes_own_where_it_has_some(look: object) -> None:
    assert str(look.colour).startswith("var(--jp-")  # type: ignore[attr-defined]


def test_a_state_of_a_newer_version_shows_its_word() -> None:
    assert mark("hibernating").word == "hibernating"
