"""Where things are, and what can be set."""

from __future__ import annotations

import os
import tempfile
from dataclasses import fields
from pathlib import Path

import pytest

from cellburst.paths import Folders
from cellburst.settings import Settings


def test_folders_are_for_this_user_only(tmp_path: Path) -> None:
    folders = Folders.of(Settings(data_dir=str(tmp_path / "d"), runtime_dir=str(tmp_path / "r")))
    folders.create()
    for folder in (folders.data, folders.runtime, folders.stores, folders.blobs, folders.outputs, folders.spool):
        assert folder.stat().st_mode & 0o077 == 0


def test_a_folder_that_others_can_read_is_closed(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir(mode=0o755)
    folders = Folders.of(Settings(data_dir=str(tmp_path / "d"), runtime_dir=str(tmp_path / "r")))
    folders.create()
    assert (tmp_path / "d").stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.getuid() != 0, reason="needs to give a folder away")
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    os.chown(tmp_path / "d", 65534, 65534)
    folders = Folders.of(Settings(data_dir=str(tmp_path / "d"), runtime_dir=str(tmp_path / "r")))
    with pytest.raises(PermissionError, match="CELLBURST_DATA_DIR"):
        folders.create()


def test_a_socket_name_always_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = Folders.of(Settings(data_dir=str(tmp_path), runtime_dir=str(tmp_path / ("x" * 150))))
    assert len(os.fsencode(folders.pool_socket)) <= 100
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("t" * 150)))  # a terminal's may be another
    again = Folders.of(Settings(data_dir=str(tmp_path), runtime_dir=str(tmp_path / ("x" * 150))))
    assert again == folders


def test_the_environment_overrides_every_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    for item in fields(Settings):
        text = {"bool": "true", "int": "7", "float": "2.5", "str": "/x"}[type(item.default).__name__]
        monkeypatch.setenv(f"CELLBURST_{item.name.upper()}", text)
    settings = Settings.load()
    assert (settings.strict_sync, settings.workers, settings.idle_exit, settings.data_dir) == (True, 7, 2.5, "/x")


def test_settings_follow_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLBURST_WORKERS", "3")
    assert Settings.load() is Settings.load(), "nothing has changed"
    monkeypatch.setenv("CELLBURST_WORKERS", "4")
    assert Settings.load().workers == 4
    monkeypatch.delenv("CELLBURST_WORKERS")
    assert Settings.load().workers == 0


def test_a_setting_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLBURST_WORKERS", "many")
    with pytest.raises(ValueError, match="CELLBURST_WORKERS='many' is not int"):
        Settings.load()


def test_every_setting_says_what_it_means() -> None:
    assert all(item.metadata["meaning"] for item in fields(Settings))


def test_settings_are_passed_on_as_they_were_spelled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cells see the environment that their worker was given."""
    monkeypatch.setenv("CELLBURST_IDLE_EXIT", "120")
    monkeypatch.setenv("CELLBURST_STRICT_SYNC", "yes")
    found = Settings.load()
    assert found.variables()["CELLBURST_IDLE_EXIT"] == "120"
    assert found.variables()["CELLBURST_STRICT_SYNC"] == "yes"
    monkeypatch.setenv("CELLBURST_IDLE_EXIT", "much")
    monkeypatch.delenv("CELLBURST_STRICT_SYNC")
    assert found.variables()["CELLBURST_IDLE_EXIT"] == "120.0"
    assert found.variables()["CELLBURST_STRICT_SYNC"] == "1"
