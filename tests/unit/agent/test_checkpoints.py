"""Checkpoints in a bucket: whole ones only, of machines of this run only, on whatever machine comes next."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cellburst.agent.checkpoints import Checkpoints, Manifest
from cellburst.bucket.keys import RunKeys
from cellburst.bucket.memory import Bucket, MemoryStore
from cellburst.bucket.signing import KeyPair, Place, seal
from cellburst.errors import TamperedError

KEYS = RunKeys("0123456789ab", "run1")
FOLDER = f"{KEYS.prefix}checkpoint/000000004.1/"


class Machines:
    """Machines of a run, by name, each with a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bucket = Bucket(time.time)
        self.keys: dict[str, KeyPair] = {}

    def __call__(self, name: str) -> Checkpoints:
        key = self.keys.setdefault(name, KeyPair())
        store = MemoryStore(self.bucket)
        return Checkpoints(store, KEYS, self.folder / name, name, key, self.public_of)

    def public_of(self, name: str) -> bytes | None:
        return self.keys[name].public if name in self.keys else None

    def write(self, name: str, path: str, text: str) -> Path:
        file = self.folder / name / "4.checkpoint" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def read(self, name: str) -> dict[str, str]:
        root = self.folder / name / "4.checkpoint"
        return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def machines(tmp_path: Path) -> Machines:
    return Machines(tmp_path)


def test_another_machine_goes_on_from_it(machines: Machines) -> None:
    first, second = machines("m1"), machines("m2")
    machines.write("m1", "state", "3")
    machines.write("m1", "parts/a", "")
    assert first.save(4, 1, 1)
    assert second.restore(4, 1) == 2
    assert machines.read("m2") == {"state": "3", "parts/a": ""}
    assert not second.save(4, 1, 2)  # nothing is new
    machines.write("m2", "state", "4")
    assert second.save(4, 1, 2)
    assert first.restore(4, 1) == 2  # what is here is old
    assert machines.read("m1") == {"state": "4", "parts/a": ""}


def test_what_did_not_change_is_not_sent_and_what_is_gone_is_removed(machines: Machines) -> None:
    first = machines("m1")
    machines.write("m1", "large", "x" * 1000)
    file = machines.write("m1", "old", "y")
    first.save(4, 1, 1)
    assert not first.save(4, 1, 1)
    file.unlink()
    machines.write("m1", "new", "z")
    calls = machines.bucket.calls
    first.save(4, 1, 1)
    assert machines.bucket.calls - calls == 3  # the new file, the manifest, the end of the old one
    assert len([key for key in machines.bucket.objects if key.startswith(FOLDER)]) == 3


def test_its_own_machine_keeps_what_is_there(machines: Machines) -> None:
    first = machines("m1")
    machines.write("m1", "state", "3")
    first.save(4, 1, 1)
    machines.write("m1", "state", "newer, and not sent")
    assert first.restore(4, 1) == 0
    assert machines.read("m1") == {"state": "newer, and not sent"}


def test_a_retried_task_finds_that_of_the_generation_before(machines: Machines) -> None:
    machines.write("m1", "state", "3")
    machines("m1").save(4, 1, 1)
    assert machines("m2").restore(4, 3) == 1
    assert machines("m3").restore(5, 1) == 0


def test_after_its_success_nothing_is_left(machines: Machines) -> None:
    first, second = machines("m1"), machines("m2")
    machines.write("m1", "state", "3")
    first.save(4, 1, 1)
    second.restore(4, 1)
    second.remove(4, 1)
    assert not [key for key in machines.bucket.objects if "checkpoint" in key]
    second.remove(4, 1)  # which may be asked again


def test_what_somebody_else_wrote_is_not_used(machines: Machines) -> None:
    machines.write("m1", "state", "3")
    machines("m1").save(4, 1, 1)
    second = machines("m2")
    del machines.keys["m1"]  # nothing proves that it is a machine of this run
    with pytest.raises(TamperedError):
        second.restore(4, 1)
    assert machines.read("m2") == {}


def test_files_that_were_changed_are_not_used(machines: Machines) -> None:
    machines.write("m1", "state", "3")
    machines("m1").save(4, 1, 1)
    (key,) = (key for key in machines.bucket.objects if key.startswith(FOLDER) and not key.endswith("manifest"))
    machines.bucket.objects[key] = b"4"
    with pytest.raises(TamperedError):
        machines("m2").restore(4, 1)
    assert machines.read("m2") == {}


@pytest.mark.parametrize("path", ["/etc/passwd", "../other", "a/../../b"])
def test_no_file_is_written_elsewhere(machines: Machines, path: str) -> None:
    machines("m1")
    place = Place(KEYS.env, KEYS.run, "checkpoint", 4, 1, 1)
    said = seal(machines.keys["m1"], "m1", place, Manifest(((path, "0" * 64, 0),)))
    machines.bucket.write(f"{FOLDER}manifest", said, create=False)
    with pytest.raises(TamperedError, match="outside"):
        machines("m2").restore(4, 1)


def test_links_are_not_followed(machines: Machines, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s")
    machines.write("m1", "state", "3").with_name("link").symlink_to(tmp_path / "secret")
    machines("m1").save(4, 1, 1)
    machines("m2").restore(4, 1)
    assert machines.read("m2") == {"state": "3"}
