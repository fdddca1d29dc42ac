from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from cellburst.display.bundles import bundle_of
from cellburst.display.view import MIME
from cellburst.errors import UnknownRunError
from cellburst.model.blob import Packed
from cellburst.model.payload import Payload
from cellburst.model.run import Counts, Run, RunOptions
from cellburst.model.sweep import SweepView
from tests.unit.display.samples import HEAD, row, status

RECORD = Run(HEAD.id, "k", "", "local", Payload("cell", Packed()), SweepView("copies", 20), RunOptions(), 90.0)


class Handle:
    record = RECORD
    status = status(succeeded=20)
    connection = SimpleNamespace(folders=SimpleNamespace(store=Path("/data/stores/e.db")))


class Deleted(Handle):
    @property
    def status(self) -> object:  # type: ignore[override]
        raise UnknownRunError("gone")


def test_a_run_is_its_card() -> None:
    bundle = bundle_of(Handle())
    assert bundle
    assert bundle[MIME] == {"run": HEAD.id, "store": "/data/stores/e.db", "version": 1}


def test_results_are_their_table() -> None:
    bundle = bundle_of(SimpleNamespace(excerpt=lambda most: ([row(0, summary=1)], Counts(succeeded=1))))
    assert bundle
    assert bundle["text/plain"].startswith("1 task: 1 succeeded")


@pytest.mark.parametrize("shown", [3, "text", None])
def test_nothing_else_is_ours(shown: object) -> None:
    assert bundle_of(shown) is None


def test_a_deleted_run_leaves_its_plain_repr() -> None:
    assert bundle_of(Deleted()) is None
