"""The names that users may rely on, and the settings they may set."""

from __future__ import annotations

import inspect
from dataclasses import fields
from pathlib import Path

import cellburst
from cellburst import errors
from cellburst.settings import Settings

ROOT = Path(__file__).parents[2]
PUBLIC = {
    "AsyncExecutor",
    "Executor",
    "ParameterGrid",
    "Results",
    "Run",
    "__version__",
    "attach",
    "errors",
    "explore",
    "load_ipython_extension",
    "log",
    "map",
    "register_state",
    "remote",
    "runs",
    "submit",
    "sweeps",
    "task",
}


def test_public_names_are_these() -> None:
    assert set(cellburst.__all__) == PUBLIC


def test_public_names_resolve_and_are_listed() -> None:
    assert set(dir(cellburst)) >= PUBLIC
    for name in PUBLIC:
        assert getattr(cellburst, name) is not None


def test_public_functions_and_classes_are_described() -> None:
    for name in PUBLIC:
        thing = getattr(cellburst, name)
        if inspect.isfunction(thing) or inspect.isclass(thing):
            assert inspect.getdoc(thing), name


def test_a_wrong_name_is_an_attribute_error() -> None:
    assert not hasattr(cellburst, "no_such_name")


def test_every_setting_is_documented_with_its_default() -> None:
    text = (ROOT / "docs" / "settings.md").read_text()
    for item in fields(Settings):
        row = next((line for line in text.splitlines() if line.startswith(f"| `{item.name}`")), None)
        assert row is not None, f"docs/settings.md has no row for {item.name}"
        assert f"| {item.metadata['meaning']} |" in row
        assert f"| `{item.default!r}` |" in row


def test_documented_settings_exist() -> None:
    names = {item.name for item in fields(Settings)}
    lines = (ROOT / "docs" / "settings.md").read_text().splitlines()
    documented = {line.split("`")[1] for line in lines if line.startswith("| `")}
    assert documented == names


def test_every_error_has_one_root_and_a_default_message() -> None:
    kinds = [kind for kind in vars(errors).values() if inspect.isclass(kind) and issubclass(kind, Exception)]
    assert kinds
    for kind in kinds:
        assert issubclass(kind, errors.CellburstError)
        assert kind.__doc__
        assert kind.__name__ in (errors.__doc__ or "")
