"""Rows 65 and 67: nothing that a submitter put into the environment is written, and no odd name becomes a path."""

from __future__ import annotations

from pathlib import Path

import pytest

from cellburst.errors import CellburstError
from cellburst.model.blob import Packed
from cellburst.model.events import RunStateChanged, RunSubmitted, TasksEnded
from cellburst.model.payload import Payload
from cellburst.model.run import RunState
from tests.unit.store.builders import T0, make_result, make_run, open_sqlite, run_id, text

SECRET = "planted-4f1c9a-secret"


def everything_written(data: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(data.rglob("*")) if path.is_file())


def test_the_environment_of_a_run_is_written_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLBURST_TEST_TOKEN", SECRET)
    store = open_sqlite(tmp_path)
    payload = Payload("cell", Packed(b"\x80"), env={"TOKEN": SECRET})
    store.commit([RunSubmitted(make_run(payload=payload)), RunStateChanged(run_id(1), RunState.RUNNING, T0)])
    store.append_outputs(run_id(1), 0, 1, [text("public")])
    store.commit([TasksEnded(run_id(1), (make_result(0),), T0)])
    assert b"public" in everything_written(tmp_path), "the scan finds what is there"
    assert SECRET.encode() not in everything_written(tmp_path)
    store.close()
    assert SECRET.encode() not in everything_written(tmp_path)


@pytest.mark.parametrize("name", ["../../../x", "/etc/passwd", "", ".", "a/b", "0000001-abcd/../x", "x\0y", "a" * 300])
def test_a_run_with_an_odd_id_is_refused(tmp_path: Path, name: str) -> None:
    store = open_sqlite(tmp_path / "data")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(CellburstError, match="run id"):
        store.commit([RunSubmitted(make_run(id=name))])
    assert store.runs() == []
    assert sorted(tmp_path.rglob("*")) == before
    store.close()
