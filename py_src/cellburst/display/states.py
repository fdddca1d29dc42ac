"""How a state looks: a shape, a word and a colour, so that no one needs the colour."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mark:
    """``colour`` is CSS: JupyterLab's variable, then VS Code's, then one that is legible on light and on dark."""

    shape: str
    word: str
    colour: str


def _colour(lab: str, code: str, fallback: str) -> str:
    return f"var(--jp-{lab}, var(--vscode-{code}, {fallback}))"


_GREY = _colour("ui-font-color2", "descriptionForeground", "#7a7a7a")
_BLUE = _colour("info-color1", "charts-blue", "#1f87d6")
_GREEN = _colour("success-color1", "charts-green", "#3a923d")
_RED = _colour("error-color1", "charts-red", "#e0433a")
_AMBER = _colour("warn-color1", "charts-orange", "#b87608")

MARKS: dict[str, Mark] = {
    "queued": Mark("○", "queued", _GREY),
    "running": Mark("◐", "running", _BLUE),
    "cancelling": Mark("◌", "cancelling", _AMBER),
    "succeeded": Mark("✓", "succeeded", _GREEN),
    "failed": Mark("✗", "failed", _RED),
    "cancelled": Mark("⊘", "cancelled", _AMBER),
    "unknown": Mark("?", "unknown", _AMBER),
    "pruned": Mark("▽", "pruned", _GREY),
}


def mark(state: str) -> Mark:
    """The mark of a run's or a task's state; a state from a newer version is shown by its word."""
    return MARKS.get(state) or Mark("?", state, _GREY)
