"""What a command takes along to another machine, and where it runs there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cellburst.commands import places
from cellburst.commands.places import Luggage, packed
from cellburst.errors import UsageError


def study(folder: Path) -> Path:
    (folder / "data").mkdir(parents=True)
    (folder / "job.sh").write_text("echo $1\n")
    (folder / "job.sh").chmod(0o755)
    (folder / "data" / "a.csv").write_text("1")
    (folder / ".env").write_text("KEY=1")
    return folder


def test_it_runs_elsewhere_with_the_files_that_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, away = study(tmp_path / "home"), tmp_path / "away"
    named = [home / "job.sh", home / "data/a.csv", home / ".env", Path(__file__)]
    luggage, left = packed(named, home, "/no/such/python")
    assert [file.name for file in luggage.files] == ["data/a.csv", "job.sh"]
    assert {sentence.partition(" stays here: ")[0] for sentence in left} == {__file__, str(home / ".env")}
    away.mkdir()
    monkeypatch.chdir(away)
    assert luggage.unpack("/no/such/folder") == str(away)
    assert (away / "data/a.csv").read_text() == "1"
    assert (away / "job.sh").stat().st_mode & 0o111
    assert luggage.words(["/no/such/python", "train.py"]) == [sys.executable, "train.py"]


def test_a_folder_that_is_there_keeps_its_files(tmp_path: Path) -> None:
    home = study(tmp_path / "home")
    luggage, _ = packed([home / "job.sh", home / "data/a.csv"], home, sys.executable)
    (home / "job.sh").write_text("mine")
    (home / "data/a.csv").unlink()
    assert luggage.unpack(str(home)) == str(home)
    assert (home / "job.sh").read_text() == "mine"
    assert (home / "data/a.csv").read_text() == "1"


def test_on_this_machine_nothing_moves() -> None:
    assert Luggage().unpack("/no/such/folder") == "/no/such/folder"
    assert Luggage().words(["python", "a"]) == ["python", "a"]


def test_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "LARGEST", 5)
    home = study(tmp_path / "home")
    with pytest.raises(UsageError, match="put them where machines can read them"):
        packed([home / "job.sh"], home, sys.executable)
