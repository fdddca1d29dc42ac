from __future__ import annotations

from pathlib import Path

import pytest

from cellburst import targets
from cellburst.errors import TargetError, UnknownTargetError
from cellburst.paths import Folders
from cellburst.targets import file

_ASKED = {
    "backend": "ec2",
    "instance_type": ("g5.xlarge", "g4dn.xlarge"),
    "spot_policy": "spot_with_fallback",
    "region": "us-east-1",
    "max_cost": 20.0,
    "max_lifetime": "2h",
}
_FILE = """\
# ours
[gpu]  # the good one
backend = "ec2"
instance_type = ["g5.xlarge"]  # 24 GB

[cpu]
backend = 'ec2'
cpus = "4+"
memory = "32GB"
"""


@pytest.fixture
def path(folders: Folders) -> Path:
    folders.targets.parent.mkdir(parents=True, exist_ok=True)
    return folders.targets


def test_without_a_file_there_are_the_built_in_ones(folders: Folders) -> None:
    assert list(targets.load(folders)) == ["local", "fakecloud"]
    assert not targets.has_machines(targets.find("local"))
    assert targets.find("fakecloud").backend == "fakecloud"


def test_what_is_added_is_read_again(folders: Folders) -> None:
    added = targets.add("gpu", _ASKED, folders)
    found = targets.load(folders)["gpu"]
    assert found == added
    assert (found.instance_type, found.max_lifetime, found.max_cost) == (("g5.xlarge", "g4dn.xlarge"), 7200.0, 20.0)


def test_comments_and_other_sections_stay(path: Path, folders: Folders) -> None:
    path.write_text(_FILE)
    targets.add("big", {"backend": "ec2", "memory": "500GB"}, folders)
    assert path.read_text().startswith(_FILE)
    targets.remove("cpu", folders)
    assert "# the good one" in path.read_text()
    assert "# 24 GB" in path.read_text()
    assert list(targets.load(folders)) == ["local", "fakecloud", "gpu", "big"]


def test_a_change_of_the_file_is_seen(path: Path, folders: Folders) -> None:
    path.write_text(_FILE)
    assert targets.find("cpu", folders).cpus == 4
    path.write_text(_FILE.replace('"4+"', "64"))
    assert targets.find("cpu", folders).cpus == 64


@pytest.mark.parametrize(
    ("wrong", "line", "message"),
    [
        ("[gpu]\nbackend = 'ec2'\n\nmax_cots = 3\n", 4, "[gpu] there is no key 'max_cots'; did you mean max_cost?"),
        ("[gpu]\nbackend = 'ec2'\nmax-cost = 3\n", 3, "did you mean max_cost?"),
        ("# x\n[gpu]\nregion = 'us-east-1'\n", 2, "it needs backend, which is one of ec2, fakecloud"),
        ("[gpu]\nbackend = 'aws'\n", 2, "'aws' is none of local, ec2, fakecloud"),
        ("[local]\nbackend = 'local'\n", 2, "local is there without a section"),
        ("[fakecloud]\nbackend = 'ec2'\n", 2, "give real machines another name"),
        ("[GPU]\nbackend = 'ec2'\n", 1, "'GPU' is no name for a target"),
        ("backend = 'ec2'\n", 1, "backend stands in no section"),
        (
            "[a]\nbackend = 'ec2'\n[b]\nbackend = 'ec2'\nmax_cost = -3\n",
            5,
            "-3: an amount of dollars above 0 is needed",
        ),
        ("[gpu]\nbackend = 'ec2'\nmax_lifetime = '1d'\n", 3, "[gpu] max_lifetime: 24 hours are longer than the 12"),
        ("[gpu]\nbackend = 'ec2'\n\nregion = us-east-1\n", 4, "texts stand in quotation marks"),
        ("[gpu]\nbackend = 'ec2'\n[gpu]\n", 3, "there are two sections [gpu]"),
        ("[gpu]\nbackend = 'ec2'\nbackend = 'ec2'\n", 3, "the section has this key already"),
        ("gpu:\n  backend: ec2\n", 1, "this is no TOML"),
        ('["gpu"]\n"backend" = "ec2"\n"regio" = ""\n', 3, "did you mean region?"),
    ],
)
def test_errors_name_file_line_and_key(path: Path, folders: Folders, wrong: str, line: int, message: str) -> None:
    path.write_text(wrong)
    with pytest.raises(TargetError) as caught:
        targets.load(folders)
    assert str(caught.value).startswith(f"{path}, line {line}: ")
    assert message in str(caught.value)


def test_a_damaged_file_leaves_the_built_in_ones(path: Path, folders: Folders) -> None:
    path.write_text("[gpu\n")
    found, trouble = targets.known(folders)
    assert list(found) == ["local", "fakecloud"]
    assert "line 1" in trouble
    assert targets.find("local", folders).name == "local"


def test_every_key_of_every_section_is_checked(path: Path) -> None:
    path.write_text("[a]\n[b]\nbackend = 'ec2'\n[c]\nbackend = 'ec2'\ncpus = 0\nmax_cots = 1\n")
    lines = [str(error).split(": ")[0] for error in file.troubles(path)]
    assert lines == [f"{path}, line {number}" for number in (1, 6, 7)]


def test_a_file_that_cannot_be_read_says_why(path: Path, folders: Folders) -> None:
    path.write_bytes(b"[gpu]\nbackend = 'ec2'\nregion = '\xff'\n")
    with pytest.raises(TargetError, match="line 3: this is not UTF-8"):
        targets.load(folders)
    path.unlink()
    path.mkdir()
    with pytest.raises(
        TargetError, match=r"cannot be read: Is a directory; make it a file that is yours, or name another"
    ):
        targets.load(folders)


def test_nothing_is_written_over_unasked(path: Path, folders: Folders) -> None:
    path.write_text(_FILE)
    with pytest.raises(TargetError, match="--replace"):
        targets.add("gpu", _ASKED, folders)
    with pytest.raises(TargetError, match="did you mean region"):
        targets.add("new", {"backend": "ec2", "regin": "us-east-1"}, folders)
    assert path.read_text() == _FILE
    assert targets.add("gpu", _ASKED, folders, replace=True).max_cost == 20
    assert "# 24 GB" not in path.read_text()


def test_a_link_stays_one(path: Path, folders: Folders) -> None:
    real = path.with_name("elsewhere.toml")
    real.write_text(_FILE)
    real.chmod(0o600)
    path.symlink_to(real)
    targets.remove("cpu", folders)
    assert path.is_symlink()
    assert (real.stat().st_mode & 0o777, "[cpu]" in real.read_text()) == (0o600, False)


def test_only_own_targets_can_be_removed(folders: Folders) -> None:
    with pytest.raises(TargetError, match="built in"):
        targets.remove("local", folders)
    with pytest.raises(UnknownTargetError):
        targets.remove("gpu", folders)
    targets.add("fakecloud", {"instance_type": "m7i.large"}, folders)
    targets.remove("fakecloud", folders)
    assert targets.find("fakecloud", folders).instance_type == ()


def test_an_unknown_target_says_how_to_add_one(folders: Folders) -> None:
    with pytest.raises(UnknownTargetError, match=r"there are local, fakecloud .*`cellburst targets add gpu "):
        targets.find("gpu", folders)
    with pytest.raises(UnknownTargetError, match="did you mean fakecloud"):
        targets.find("fakeclod", folders)
