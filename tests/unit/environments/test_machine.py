"""The program that sets machines up: it runs on whatever Python an image has."""

from __future__ import annotations

import ast
import os
import sys
from pathlib import Path

import pytest

from cellburst.environments import bootstrap, machine
from cellburst.environments.machine import facts, fetch, requirements, sources, telling, unpacking

FOLDER = Path(machine.__file__).parent
MODULES = sorted(FOLDER.glob("*.py"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_it_is_what_python_3_8_understands(module: Path) -> None:
    ast.parse(module.read_text(), feature_version=(3, 8))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_it_imports_the_standard_library_and_itself_alone(module: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            imported.add(str(node.module).partition(".")[0])
        else:
            assert not isinstance(node, ast.ImportFrom) or module.name != "fetch.py"  # it travels alone

    assert imported <= sys.stdlib_module_names


def test_the_program_is_the_same_bytes_every_time() -> None:
    assert bootstrap.program() == bootstrap.program()


def test_archives_come_back_as_they_were(tmp_path: Path) -> None:
    folder = tmp_path / "env"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "run").write_text("#!/bin/sh\n")
    (folder / "bin" / "run").chmod(0o755)
    (folder / "bin" / "link").symlink_to("run")
    (folder / "large").write_bytes(os.urandom(9 << 20))

    unpacking.pack(str(folder), str(tmp_path / "a.tar.gz"))
    unpacking.unpack(str(tmp_path / "a.tar.gz"), str(tmp_path / "again"))

    assert (tmp_path / "again" / "large").read_bytes() == (folder / "large").read_bytes()
    assert os.readlink(tmp_path / "again" / "bin" / "link") == "run"
    assert (tmp_path / "again" / "bin" / "run").stat().st_mode & 0o111


def test_half_an_archive_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "env"
    folder.mkdir()
    (folder / "large").write_bytes(os.urandom(1 << 20))
    unpacking.pack(str(folder), str(tmp_path / "a.tar.gz"))
    (tmp_path / "half.tar.gz").write_bytes((tmp_path / "a.tar.gz").read_bytes()[: 1 << 19])

    with pytest.raises(telling.Trouble, match="cannot be unpacked"):
        unpacking.unpack(str(tmp_path / "half.tar.gz"), str(tmp_path / "again"))
    monkeypatch.setattr(unpacking.shutil, "which", lambda name: None)  # an image without tar
    with pytest.raises(telling.Trouble, match="cannot be unpacked"):
        unpacking.unpack(str(tmp_path / "half.tar.gz"), str(tmp_path / "again2"))


def recipe(platform: str, *packages: tuple[str, str]) -> dict[str, object]:
    return {"platform": platform, "packages": [list(package) for package in packages], "index": "", "indexes": []}


def test_the_same_platform_gets_the_very_same_files() -> None:
    same = f"linux-{facts.arch()}"

    assert requirements.attempts(recipe(same, ("numpy", "2.0"))) == [(["numpy==2.0"], ["--no-deps"])]


def test_another_platform_gets_what_its_wheels_require() -> None:
    first, last = requirements.attempts(recipe("darwin-arm64", ("numpy", "2.0")))

    assert first == (["numpy==2.0"], [])
    assert last == (["numpy==2.0"], ["--no-deps"])


def test_builds_for_other_hardware_are_exchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    same = f"linux-{facts.arch()}"
    monkeypatch.setattr(facts, "has_gpu", lambda: False)
    assert requirements.attempts(recipe(same, ("torch", "2.3.0+cu121")))[0] == (
        ["torch==2.3.0"],
        ["--torch-backend", "cpu"],
    )
    assert requirements.attempts(recipe(same, ("torch", "2.3.0+cpu")))[0] == (
        ["torch==2.3.0+cpu"],
        ["--no-deps", "--torch-backend", "cpu"],
    )

    monkeypatch.setattr(facts, "has_gpu", lambda: True)
    assert requirements.attempts(recipe(same, ("torch", "2.3.0+cu121")))[0] == (
        ["torch==2.3.0+cu121"],
        ["--no-deps", "--torch-backend", "cu121"],
    )
    assert requirements.attempts(recipe("darwin-arm64", ("torch", "2.3.0")))[0] == (
        ["torch==2.3.0"],
        ["--torch-backend", "auto"],
    )
    assert requirements.attempts(recipe(same, ("torch", "2.3.0+cpu")))[0] == (
        ["torch==2.3.0"],
        ["--torch-backend", "auto"],
    )


def test_indexes_are_asked_together() -> None:
    said = {"index": "https://a.example/all", "indexes": ["https://b.example/x"]}

    assert requirements.sources(said) == [
        *("--default-index", "https://a.example/all", "--index", "https://b.example/x"),
        *("--index-strategy", "unsafe-best-match"),
    ]


def test_code_is_put_where_the_sender_has_it_unless_the_image_has_something_there(tmp_path: Path) -> None:
    for name in ("outer", "inner", "own", "taken"):
        (tmp_path / "code" / name).mkdir(parents=True)
        (tmp_path / "code" / name / f"{name}.py").write_text(name)
    (tmp_path / "taken").mkdir()
    here = str(tmp_path)
    wanted = [
        ("inner", f"{here}/ann/study/src"),
        ("outer", f"{here}/ann/study"),
        ("taken", f"{here}/taken"),
        ("own", ""),
    ]
    said = [{"sha256": name, "place": place} for name, place in wanted]
    bucket = fetch.Bucket("none", "us-east-1")  # all of it was fetched before

    found = sources.all_of({"cellburst": {"sha256": "own"}, "sources": said}, bucket, "", f"{here}/code")

    study = tmp_path / "ann" / "study"
    assert found == [f"{here}/code/own", str(study / "src"), str(study), f"{here}/code/taken", f"{here}/code/own"]
    assert ((study / "outer.py").read_text(), (study / "src" / "inner.py").read_text()) == ("outer", "inner")
    assert not list((tmp_path / "taken").iterdir())
