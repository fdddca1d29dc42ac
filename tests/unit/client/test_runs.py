from __future__ import annotations

import dataclasses

import msgspec
import pytest

from cellburst.client.runs.finding import attach, resolve, runs, summaries
from cellburst.errors import ControllerError, UnknownRunError, UsageError
from cellburst.model.events import RunSubmitted
from cellburst.model.run import RunState
from cellburst.model.sweep import SweepView
from cellburst.paths import Folders
from cellburst.settings import Settings
from cellburst.store.sqlite import SqliteStore
from tests.unit.client.scripted import make_run

OLD, NEW, THEIRS = "1aaaaaa-aaaa", "1bbbbbb-bbbb", "1cccccc-cccc"


@pytest.fixture
def kept(folders: Folders, settings: Settings) -> None:
    """Two runs of this environment, and a newer one of another."""
    folders.create()
    other = dataclasses.replace(folders, env="0" * 12)
    for where, ids in ((folders, (OLD, NEW)), (other, (THEIRS,))):
        store = SqliteStore(where.store, where.outputs, None, settings=settings)
        for age, run in enumerate(ids):
            whole = make_run(SweepView("copies", 2), run=run)
            submitted = 100.0 + age + (10 if where is other else 0)
            store.commit([RunSubmitted(msgspec.structs.replace(whole, key=run, submitted=submitted))])
        store.close()


@pytest.mark.usefixtures("kept")
def test_runs_of_all_environments_are_listed_newest_first() -> None:
    assert [run.id for run in runs()] == [THEIRS, NEW, OLD]
    assert [run.id for run in runs(limit=2)] == [THEIRS, NEW]
    assert [summary.id for summary in summaries()] == [THEIRS, NEW, OLD]


def test_without_any_run_the_list_is_empty() -> None:
    assert runs() == []


@pytest.mark.usefixtures("kept")
def test_last_is_the_newest_of_this_environment() -> None:
    assert attach().id == NEW
    assert resolve("last") == NEW


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("text", [OLD, "1aa", "1aaaaaa-"])
def test_the_start_of_an_id_is_enough(text: str) -> None:
    assert resolve(text) == OLD


@pytest.mark.usefixtures("kept")
def test_a_start_that_fits_several_names_them() -> None:
    with pytest.raises(UnknownRunError, match=f"{OLD}, {NEW}, {THEIRS}"):
        resolve("1")


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("text", ["2", "zzzzzzz-zzzz", "", "../../etc", "1aa%", "1AA", "1" * 50, "a\0b"])
def test_what_is_no_run_is_refused(text: str) -> None:
    with pytest.raises(UnknownRunError):
        resolve(text)


def test_without_any_run_there_is_no_last() -> None:
    with pytest.raises(UnknownRunError, match="no run yet"):
        attach()


@pytest.mark.usefixtures("kept")
def test_reading_needs_no_controller(folders: Folders) -> None:
    run = attach(NEW)
    assert (run.state, run.count, run.target, run.progress) == (RunState.QUEUED, 2, "local", 0.0)
    assert repr(run) == f"<Run {NEW} queued: 2 queued>"
    assert run == attach("1bb")
    assert len({run, attach("1bb")}) == 1
    assert not folders.controller_file.exists()


@pytest.mark.usefixtures("kept")
def test_a_run_of_another_environment_can_be_read_and_not_changed() -> None:
    run = attach(THEIRS)
    assert run.counts.queued == 2
    with pytest.raises(ControllerError, match="another Python environment"):
        run.cancel()


@pytest.mark.usefixtures("kept")
def test_a_sweep_has_no_single_value() -> None:
    with pytest.raises(UsageError, match=r"has 2 tasks; \.results"):
        _ = attach(NEW).value
    with pytest.raises(UnknownRunError, match="no task 2"):
        attach(NEW).logs(2)


def test_a_repr_never_fails(kept: None, folders: Folders) -> None:
    run = attach(NEW)
    folders.store.unlink()
    assert NEW in repr(run)
