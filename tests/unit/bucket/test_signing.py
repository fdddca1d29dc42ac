"""Signatures hold in one place only, and there is no way around them."""

from __future__ import annotations

import multiprocessing
import stat
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from cellburst.bucket.records import Claim, Stop
from cellburst.bucket.signing import KeyPair, Place, canonical, seal, unseal, user_key
from cellburst.errors import TamperedError, UsageError

PLACE = Place("0123456789ab", "0000001-abcd", "done", 3, 1, 2, "m1")
KEY = KeyPair()


def key_of(by: str) -> bytes | None:
    return KEY.public if by == "m1" else None


def test_what_was_signed_is_read() -> None:
    assert unseal(seal(KEY, "m1", PLACE, Claim("n", "m1")), PLACE, key_of, Claim) == ("m1", Claim("n", "m1"))


def test_the_attempt_is_the_objects_own() -> None:
    data = seal(KEY, "m1", PLACE, Claim("n", "m1"))
    assert unseal(data, replace(PLACE, attempt=0), key_of, Claim)
    forged = data.replace(b'"attempt":2', b'"attempt":1')
    assert forged != data
    with pytest.raises(TamperedError):
        unseal(forged, PLACE, key_of, Claim)


@pytest.mark.parametrize(
    "elsewhere",
    [{"env": "x"}, {"run": "x"}, {"role": "in"}, {"index": 4}, {"generation": 2}, {"name": "m2"}],
    ids=lambda change: next(iter(change)),
)
def test_a_signature_is_good_in_its_own_place_only(elsewhere: dict[str, str]) -> None:
    data = seal(KEY, "m1", PLACE, Claim("n", "m1"))
    with pytest.raises(TamperedError, match="not m1's for this place"):
        unseal(data, replace(PLACE, **elsewhere), key_of, Claim)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not signed"),
        (b'{"nonce":"n","machine":"m1"}', "not signed"),
        (b"\xff\xfe", "not signed"),
        (msgspec.json.encode({"by": "m1", "attempt": 2, "signature": b"", "body": {"nonce": "n"}}), "not m1's"),
        (seal(KEY, "m2", PLACE, Claim("n", "m1")), "nothing may come here"),
        (seal(KeyPair(), "m1", PLACE, Claim("n", "m1")), "not m1's"),
        (seal(KEY, "m1", PLACE, Stop("finish", "n")), "signed something else"),
    ],
)
def test_anything_else_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(TamperedError, match=why):
        unseal(data, PLACE, key_of, Claim)


def test_no_two_places_are_signed_alike() -> None:
    places = [Place("a", "b,c", "d"), Place("a,b", "c", "d"), Place('a","b', "c", "d"), Place("a", "b", "c", name="d")]
    assert len({canonical(place, "0" * 64) for place in places}) == len(places)


def test_the_users_key_is_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = user_key(folder)
    (path,) = folder.iterdir()
    assert user_key(folder).public == first.public
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert first.private() == path.read_bytes()


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    user_key(tmp_path)
    (path,) = tmp_path.iterdir()
    path.chmod(0o640)
    with pytest.raises(UsageError, match="chmod 600"):
        user_key(tmp_path)


def public_of_key(folder: Path) -> bytes:
    return user_key(folder).public


def test_processes_that_ask_at_once_get_the_same_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert len(set(pool.map(public_of_key, [tmp_path / "keys"] * 8))) == 1
