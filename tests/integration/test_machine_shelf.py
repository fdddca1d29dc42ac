"""Built environments in the bucket: one machine keeps it, others find it, and none believes what is broken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import boto3
import pytest

from cellburst.environments.machine import building
from cellburst.environments.machine.environment import Shelf
from cellburst.environments.machine.fetch import Bucket
from cellburst.environments.machine.telling import Teller
from cellburst.testing.fakecloud import FakeCloud

NAME, SHARED, PREFIX = "cellburst-shelf", "0123456789ab/", "0123456789ab/8x1k3mq-a2b4/"


@pytest.fixture
def bucket(cloud: FakeCloud) -> Bucket:
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket=NAME)
    return Bucket(NAME, "us-east-1", cloud.environment()["AWS_ENDPOINT_URL"])


@pytest.fixture
def teller(bucket: Bucket) -> Teller:
    return Teller(bucket, f"{PREFIX}machine/m1.setup.json")


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """An environment as it is built, with the image's own Python."""
    place = tmp_path / "first" / "env"
    venv.create(place / "venv", symlinks=True)
    said = {"build": "b", "python": os.path.realpath(sys._base_executable)}  # type: ignore[attr-defined]
    (place / building.DONE).write_text(json.dumps(said))
    return str(place)


def shelf(bucket: Bucket, run: str = PREFIX) -> Shelf:
    return Shelf(bucket, SHARED, run, "b")


def names(ending: str) -> list[str]:
    listed = boto3.client("s3", region_name="us-east-1").list_objects_v2(Bucket=NAME, Prefix=f"{SHARED}env/")
    return [found["Key"] for found in listed.get("Contents", ()) if found["Key"].endswith(ending)]


def kept(bucket: Bucket, folder: str, teller: Teller) -> None:
    thread = shelf(bucket).keeper(folder, teller)
    assert thread is not None
    thread.join(60)
    assert len(names(".json")) == 1


def test_what_one_machine_keeps_another_finds(bucket: Bucket, folder: str, teller: Teller, tmp_path: Path) -> None:
    assert shelf(bucket).fetched(str(tmp_path / "second"), teller) == ""
    kept(bucket, folder, teller)

    python = shelf(bucket).fetched(str(tmp_path / "second"), teller)

    assert python == str(tmp_path / "second" / "venv" / "bin" / "python")
    prefix = subprocess.run([python, "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True, check=True)
    assert prefix.stdout.strip() == str(tmp_path / "second" / "venv")


def test_one_machine_of_a_run_keeps_it(bucket: Bucket, folder: str, teller: Teller) -> None:
    kept(bucket, folder, teller)

    assert shelf(bucket).keeper(folder, teller) is None


def test_the_first_of_two_runs_wins(bucket: Bucket, folder: str, teller: Teller) -> None:
    kept(bucket, folder, teller)
    record = bucket.get(names(".json")[0])
    Path(folder, "more").write_text("built a little later")

    other = shelf(bucket, f"{SHARED}9z1k3mq-a2b4/").keeper(folder, teller)

    assert other is not None
    other.join(60)
    assert bucket.get(names(".json")[0]) == record
    assert len(names(".tar.gz")) == 2  # and nobody asks for the second


def test_half_an_archive_is_not_unpacked(bucket: Bucket, folder: str, teller: Teller, tmp_path: Path) -> None:
    kept(bucket, folder, teller)
    archive = names(".tar.gz")[0]
    bucket.put(archive, bucket.get(archive)[:1000])

    assert shelf(bucket).fetched(str(tmp_path / "second"), teller) == ""
    assert not (tmp_path / "second").exists()


def test_a_record_of_something_else_is_not_believed(
    bucket: Bucket, folder: str, teller: Teller, tmp_path: Path
) -> None:
    kept(bucket, folder, teller)
    for record in (b"{}", b"[]", b"no record", b'{"sha256": 7, "size": "x"}'):
        bucket.put(names(".json")[0], record)

        assert shelf(bucket).fetched(str(tmp_path / "second"), teller) == ""


def test_one_whose_python_is_not_here_is_of_no_use(bucket: Bucket, folder: str, teller: Teller, tmp_path: Path) -> None:
    Path(folder, building.DONE).write_text('{"build": "b", "python": "/gone/bin/python3.11"}')
    os.unlink(Path(folder, "venv", "bin", "python"))
    os.symlink("/gone/bin/python3.11", Path(folder, "venv", "bin", "python"))
    kept(bucket, folder, teller)

    assert shelf(bucket).fetched(str(tmp_path / "second"), teller) == ""
