"""Two cells: the second runs elsewhere, with what was captured, as it would have run here."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cellburst.cells.capture import capture
from cellburst.errors import UnpicklableError
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.pickling import pack, unpack
from cellburst.settings import Settings
from tests.property.generated_programs import NAMES, Programs, TooLong, Traced, execute, fresh, run, told


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**48), st.integers(0, 2**48))
def test_a_cell_does_elsewhere_what_it_would_have_done_here(first: int, second: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        here = written_and_run(first)
        cell = Programs(Random(second)).program()
        try:
            compile(cell, "<cell>", "exec")
        except SyntaxError:
            assume(False)
        there = elsewhere(cell, here)
        before = [dict(there), dict(here)]
        error_there = execute(cell, there)
        error_here = execute(cell, here)
    assume(not isinstance(error_here, TooLong) and not isinstance(error_there, TooLong))
    assert type(error_there) is type(error_here), cell
    touched = rebound(before[0], there) | rebound(before[1], here)
    assert final(there, touched) == final(here, touched), cell


def written_and_run(seed: int) -> Traced:
    """The namespace after a first cell, cleaned of what can travel nowhere."""
    source = Programs(Random(seed)).program()
    try:
        namespace, _error = run(source, {"a", "c", "e", "g"})
    except SyntaxError:
        assume(False)
        raise
    return namespace


def elsewhere(cell: str, here: Traced) -> Traced:
    try:
        captured = capture(cell, here)
    except (NameError, UnpicklableError):
        assume(False)
        raise
    # a left-over that cannot travel, of a name that the cell may set itself, is left behind
    assume(not any(entry.why.startswith("cannot travel") for entry in captured.manifest.entries))
    with tempfile.TemporaryDirectory() as folder:
        blobs = BlobFolder(Path(folder))
        packed = pack(captured.inputs, blobs, Settings(), namespace=here)
        there = fresh(set())
        dict.update(there, unpack(packed, blobs, namespace=there))
    return there


def rebound(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """Names that came, went or are something else now."""
    missing = object()
    return {name for name in NAMES if dict.get(before, name, missing) is not dict.get(after, name, missing)}


def final(namespace: dict[str, Any], names: set[str]) -> dict[str, str]:
    return {name: told(dict.__getitem__(namespace, name)) for name in names if name in namespace}
