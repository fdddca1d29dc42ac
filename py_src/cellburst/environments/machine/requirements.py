"""What uv is asked to install on this machine, and from where."""

from __future__ import annotations

from typing import Any

from . import facts

_BUILDS = ("torch", "torchvision", "torchaudio")


def lines(recipe: dict[str, Any], exact: bool = True) -> list[str]:
    """Requirements by name and version; unless ``exact``, without the labels that say for which hardware."""
    named = [(name, version) for name, version in recipe["packages"]]
    return [f"{name}=={version if exact else version.partition('+')[0]}" for name, version in named]


def attempts(recipe: dict[str, Any]) -> list[tuple[list[str], list[str]]]:
    """Requirements and options of uv, in the order in which they are tried.

    The very files of the sender's platform need no resolution. On another one, or where a build for other hardware
    is called for, what they require is resolved for this machine, with every version as it is at the sender's.
    """
    labels = [v.partition("+")[2] for name, v in recipe["packages"] if "+" in v]
    same = recipe["platform"] == f"linux-{facts.arch()}"
    if labels:
        backend = ["--torch-backend", _backend(labels)]
        first = (lines(recipe), ["--no-deps", *backend]) if same and backend[1] in labels else None
        plain = lines(recipe, False)
        return [*([first] if first else []), (plain, backend), (plain, []), (plain, ["--no-deps"])]
    if same:
        return [(lines(recipe), ["--no-deps"])]
    if any(name in _BUILDS for name, _ in recipe["packages"]):
        return [(lines(recipe), ["--torch-backend", _backend([])]), (lines(recipe), [])]
    return [(lines(recipe), []), (lines(recipe), ["--no-deps"])]


def sources(recipe: dict[str, Any]) -> list[str]:
    """The options that say where packages come from."""
    options = ["--default-index", recipe["index"]] if recipe["index"] else []
    for index in recipe["indexes"]:
        options += ["--index", index]
    return [*options, "--index-strategy", "unsafe-best-match"] if options else []


def _backend(labels: list[str]) -> str:
    """Which build of torch fits: the sender's where there is a GPU for it."""
    if not facts.has_gpu():
        return "cpu"
    return next((label for label in labels if label.startswith(("cu", "rocm"))), "auto")
