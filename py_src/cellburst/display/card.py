"""A run as one display: its own MIME type, HTML, and plain text for everything else."""

from __future__ import annotations

from typing import Any

from cellburst.display.formatting import counted, format_duration, one_line, status_line
from cellburst.display.markup import Markup, element, join, with_code
from cellburst.display.states import mark
from cellburst.display.tables import state_html, state_text
from cellburst.display.view import MIME, RunView, TaskLine
from cellburst.model.run import ENDED

_SEPARATOR = " · "
_REASON = 200  # characters
_MUTED = "var(--jp-border-color2, var(--vscode-panel-border, rgba(128, 128, 128, 0.35)))"


def card_bundle(view: RunView) -> dict[str, Any]:
    """The data of a ``display_data`` message. Nothing in it is executable: an id, a path, markup, text."""
    return {
        MIME: _card(view),
        "text/html": str(card_html(view)),
        "text/plain": card_text(view),
    }


def _card(view: RunView) -> dict[str, Any]:
    """Which run it is: whoever renders it asks the store how it stands, and knows from here what its tasks say."""
    card: dict[str, Any] = {"run": view.head.id, "store": view.head.store, "version": 1}
    if view.lines:
        card["said"] = [
            {"task": line.index, "fraction": line.fraction, "text": status_line(line.text)} for line in view.lines
        ]
    if view.standing:
        card["standing"] = view.standing[0]
        card["found"] = list(view.found)
    return card


def card_text(view: RunView) -> str:
    """One line, and one more for the way on."""
    text = _SEPARATOR.join([state_text(view.state.value), *_facts(view)])
    return f"{text}\n  {view.hint}" if view.hint else text


def live_text(view: RunView) -> str:
    """One line for a terminal; what a task says comes before what may be cut off at the right."""
    said = [_line_text(line, view.head.single) for line in view.lines[:1]]
    return _SEPARATOR.join(
        [state_text(view.state.value), *_tally(view), *_times(view), *view.fleet, *said, *_about(view)]
    )


def card_html(view: RunView) -> Markup:
    """The card: state, facts, a bar while it runs, what tasks say, the way on."""
    label = f"run {view.head.id} {mark(view.state.value).word}"
    facts = element("span", _SEPARATOR + _SEPARATOR.join(_facts(view)))
    parts = [element("div", element("b", state_html(view.state.value)), facts)]
    if view.state not in ENDED and (view.counts.total > 1 or view.lines):
        parts.append(_bar(view))
    parts += [element("div", _line_text(line, view.head.single), style=_SMALL) for line in view.lines]
    if view.hint:
        parts.append(element("div", with_code(view.hint), style=_SMALL))
    return element("div", *parts, class_="cellburst-run", role="group", aria_label=label, style=_CARD)


_CARD = (
    f"border-left: 3px solid {_MUTED}; padding: 2px 8px; margin: 2px 0; color: inherit; "
    "font-family: var(--jp-ui-font-family, inherit); line-height: 1.5"
)
_SMALL = "opacity: 0.85; font-size: 90%; white-space: pre-wrap; overflow-wrap: anywhere"


def _facts(view: RunView) -> list[str]:
    return [*_tally(view), *_times(view), *view.fleet, *_about(view)]


def _times(view: RunView) -> list[str]:
    times = [] if view.elapsed is None else [format_duration(view.elapsed)]
    return times if view.eta is None else [*times, f"about {format_duration(view.eta)} left"]


def _about(view: RunView) -> list[str]:
    # a search may have a reason to have ended
    reason = [one_line(view.reason, _REASON)] if view.reason and (view.state not in ENDED or view.standing) else []
    name = [one_line(view.head.name, 60)] if view.head.name else []
    return [*reason, view.head.target, *name, f"run {view.head.id}"]


def _tally(view: RunView) -> list[str]:
    if view.standing:
        return list(view.standing)
    counts = view.counts
    if counts.total <= 1:
        return []
    kept = [f"{view.head.cached:,} cached"] if view.head.cached else []
    if counts.succeeded == counts.total:
        return [f"all {counted(counts.total, 'task')} done", *kept]
    words = [f"{counts.succeeded:,} of {counted(counts.total, 'task')} done", *kept]
    for name in ("failed", "cancelled", "unknown", "pruned", "running", "queued"):
        if number := getattr(counts, name):
            words.append(f"{number:,} {name}")
    return words


def _line_text(line: TaskLine, single: bool) -> str:
    parts = [] if single else [f"task {line.index}"]
    if line.fraction is not None:
        parts.append(f"{line.fraction:.0%}")
    if line.text:
        parts.append(status_line(line.text))
    return "  ".join(parts)


def _bar(view: RunView) -> Markup:
    counts, total = view.counts, max(view.counts.total, 1)
    inside = sum(line.fraction or 0.0 for line in view.lines) / total
    shares = [
        (getattr(counts, state) / total, state) for state in ("succeeded", "failed", "cancelled", "unknown", "pruned")
    ]
    pieces = (_piece(share, state) for share, state in [*shares, (inside, "running")] if share > 0)
    percent = round(100 * min(1.0, counts.ended / total + inside))
    return element(
        "div",
        join(*pieces),
        role="progressbar",
        aria_label=f"progress of run {view.head.id}",
        aria_valuemin="0",
        aria_valuemax="100",
        aria_valuenow=str(percent),
        style=f"display: flex; height: 4px; max-width: 480px; margin: 2px 0; background: {_MUTED}; overflow: hidden",
    )


def _piece(share: float, state: str) -> Markup:
    return element("div", style=f"width: {min(share, 1.0):.2%}; background: {mark(state).colour}")
