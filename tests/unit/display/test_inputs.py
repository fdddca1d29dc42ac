from __future__ import annotations

from cellburst.display.inputs import inputs_bundle, sweep_text, warnings_of
from cellburst.model.manifest import InputEntry, Manifest
from cellburst.model.sweep import Axis, SweepView

MANIFEST = Manifest(
    (
        InputEntry("X", "ndarray (100, 4) float64", 3200, "value"),
        InputEntry("np", "module", None, "import"),
        InputEntry("log", "file", None, "skipped", why="the cell does not read it"),
        InputEntry("key", "str", 40, "value", warning="key looks like a secret"),
    )
)


def test_name_type_size_how_and_why() -> None:
    grid = SweepView("grid", 10, axes=(Axis("lr", (0.1, 0.01)), Axis("depth", (3, 4, 5, 6, 7))))
    assert inputs_bundle(MANIFEST, grid)["text/plain"].splitlines() == [
        "10 tasks: lr (2), depth (5); 2 names, 3.2 kB by value; 1 by import; 1 skipped",
        "name  type                        size  how        note",
        "X     ndarray (100, 4) float64  3.2 kB  by value",
        "np    module                            by import",
        "log   file                              skipped    the cell does not read it",
        "key   str                         40 B  by value   ⚠ key looks like a secret",
    ]


def test_a_cell_that_reads_nothing() -> None:
    assert inputs_bundle(Manifest()) == {"text/plain": "the cell reads no variables"}


def test_sweeps_in_words() -> None:
    assert sweep_text(SweepView("single", 1)) == "1 task"
    assert sweep_text(SweepView("copies", 4)) == "4 copies"
    assert sweep_text(SweepView("search", 0)) == "tasks decided while it runs"
    assert sweep_text(SweepView("search", 0, columns=("lr", "depth"))) == "tasks decided while it runs: lr, depth"
    assert sweep_text(SweepView("table", 3, columns=("a", "b"))) == "3 tasks: a, b"


def test_warnings_name_secrets_and_what_cannot_travel() -> None:
    refused = InputEntry("model", "Model", None, "refused", why="model.log.stream is an open file")
    vague = InputEntry("token", "str", 20, "value", warning="looks like a credential")
    assert warnings_of(Manifest((*MANIFEST.entries, refused, vague))) == [
        "key looks like a secret",
        "model (Model) cannot travel: model.log.stream is an open file",
        "token: looks like a credential",
    ]
