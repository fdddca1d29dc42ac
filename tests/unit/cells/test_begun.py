"""What is tried is pickled once: as the beginning of what is sent, wherever the tries show that it can be."""

from __future__ import annotations

import pickle
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cellburst.cells.capture import capture
from cellburst.cells.trial import Trials
from cellburst.errors import UnpicklableError
from cellburst.payload.begun import Begun
from cellburst.payload.blobs import BlobFolder
from cellburst.payload.pickling import pack, unpack
from cellburst.settings import Settings

_SETTINGS = Settings()


class Thing:
    """An instance that counts how often it is pickled."""

    def __init__(self, **parts: Any) -> None:
        self.times = 0
        self.__dict__.update(parts)

    def __getstate__(self) -> dict[str, Any]:
        self.times += 1
        return dict(self.__dict__)


@pytest.fixture
def blobs(tmp_path: Path) -> BlobFolder:
    return BlobFolder(tmp_path)


def _sent(values: dict[str, Any], blobs: BlobFolder, tried: list[Any] | None = None) -> tuple[dict[str, Any], Begun]:
    """What arrives of variables that were tried in the order in which they stand, or those of ``tried``."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    begun = Begun(_SETTINGS.buffer_bytes)
    trials = Trials(namespace, None, begun)
    for value in values.values() if tried is None else tried:
        assert trials.of(value).error is None
    packed = pack(values, blobs, _SETTINGS, namespace=namespace, begun=begun)
    return unpack(packed, blobs, namespace={}), begun


def test_each_value_is_pickled_once(blobs: BlobFolder) -> None:
    thing = Thing()
    _sent({"thing": thing, "again": [thing]}, blobs)
    assert thing.times == 1


def test_names_share_what_they_share_here(blobs: BlobFolder) -> None:
    part = [object()]
    whole = Thing(part=part, circle=[])
    whole.circle.append(whole)
    found, begun = _sent({"whole": whole, "part": part, "number": 7, "both": {"a": part, "b": whole}}, blobs)
    assert begun.is_open
    assert found["whole"].part is found["part"]
    assert found["both"] == {"a": found["part"], "b": found["whole"]}
    assert found["whole"].circle[0] is found["whole"]
    assert found["number"] == 7


def test_part_of_what_was_tried_is_known_beyond_the_first_numbers(blobs: BlobFolder) -> None:
    many = [[number] for number in range(70_000)]
    trials = Trials({}, None, Begun(_SETTINGS.buffer_bytes))
    assert not trials.of(many).within
    assert trials.of(many[3]).within
    assert trials.of(many[69_000]).within
    assert not trials.of([3]).within
    found, _ = _sent({"many": many, "late": many[69_000], "early": many[3]}, blobs)
    assert found["many"][69_000] is found["late"]
    assert found["many"][3] is found["early"]


def test_large_arrays_and_views_of_them(blobs: BlobFolder) -> None:
    memory = np.arange(200_000.0)
    found, _ = _sent({"first": memory[:150_000], "text": "x" * 300_000, "rest": memory[50_000:]}, blobs)
    np.testing.assert_array_equal(found["first"], memory[:150_000])
    np.testing.assert_array_equal(found["rest"], memory[50_000:])
    assert np.shares_memory(found["first"], found["rest"])
    assert found["text"] == "x" * 300_000


def test_sets_come_in_their_order(blobs: BlobFolder) -> None:
    numbers = set(range(5000))
    numbers.difference_update(set(range(5000)) - {7, 8})
    assert list(numbers) != list(pickle.loads(pickle.dumps(numbers)))
    holder = Thing(members=numbers)
    found, _ = _sent({"numbers": numbers, "holder": holder}, blobs)
    assert list(found["numbers"]) == list(numbers)
    assert found["holder"].members is found["numbers"]
    assert holder.times == 2  # such sets are told in another pickling


def test_the_last_may_lead_to_code_of_the_notebook(blobs: BlobFolder) -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec("def shout(): return text.upper()", namespace)
    thing = Thing(call=namespace["shout"])
    begun = Begun(_SETTINGS.buffer_bytes)
    trials = Trials(namespace, None, begun)
    assert trials.of(thing).code == {namespace["shout"].__code__}
    packed = pack({"thing": thing}, blobs, _SETTINGS, namespace=namespace, begun=begun)
    assert thing.times == 1
    there: dict[str, Any] = {"text": "there"}
    assert unpack(packed, blobs, namespace=there)["thing"].call() == "THERE"


def test_what_else_leads_to_that_code_is_known_to_do_so(blobs: BlobFolder) -> None:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec("def shout(): return text.upper()", namespace)
    code = {namespace["shout"].__code__}
    texts = [f"{number:0900d}" for number in range(10_000)]  # of much, what was reached is not kept
    for more in [], texts:
        first, part = Thing(more=[[text] for text in more]), [namespace["shout"]]
        first.part = part
        begun = Begun(_SETTINGS.buffer_bytes)
        trials = Trials(namespace, None, begun)
        assert trials.of([0]).code == set()
        assert trials.of(first).code == code
        assert begun.is_open
        assert trials.of(part).code == code
        assert not begun.is_open
        assert trials.of([1]).code == set()
        packed = pack({"first": first, "part": part}, blobs, _SETTINGS, namespace=namespace, begun=begun)
        found = unpack(packed, blobs, namespace={})
        assert found["first"].part is found["part"]


def test_what_is_tried_and_not_sent_does_not_travel(blobs: BlobFolder) -> None:
    kept, other = Thing(), Thing(text="not to be sent")
    found, _ = _sent({"kept": kept}, blobs, tried=[kept, other])
    assert list(found) == ["kept"]
    assert kept.times == 2


def test_one_that_fails_leaves_the_others_as_they_are(blobs: BlobFolder) -> None:
    begun = Begun(_SETTINGS.buffer_bytes)
    trials = Trials({}, None, begun)
    first, bad = Thing(), Thing(lock=threading.Lock())
    assert trials.of(first).error is None
    assert trials.of(bad).error is not None
    assert not begun.is_open
    assert trials.of(first).within
    assert trials.of([bad]).error is not None
    with pytest.raises(UnpicklableError, match="lock"):
        pack({"first": first, "bad": bad}, blobs, _SETTINGS, namespace={}, begun=begun)


def _namespace(source: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "__main__", "Thing": Thing, "np": np}
    exec(source, namespace)
    return namespace


def test_code_inside_of_values_is_found_in_each_of_them() -> None:
    namespace = _namespace(
        "rate = 2\ndef use(): return rate\none = Thing(a=1)\nholder = Thing(call=use)\nother = Thing(call=use, one=one)"
    )
    for source in ("one, holder, other", "other, one, holder", "use, one, holder", "holder, use"):
        begun = Begun(_SETTINGS.buffer_bytes)
        found = capture(source, namespace, begun=begun)
        assert {"rate", "Thing"} <= {*found.inputs, "Thing"}
        assert found.codes == {namespace["use"].__code__}


def test_code_that_is_met_again_counts_for_every_name() -> None:
    """A name that is used before the cell binds what its code reads needs that from here."""
    namespace = _namespace(
        "rate = 2\ndef use(): return rate\nlate = Thing(call=use)\nearly = [Thing(call=use), Thing()]"
    )
    source = "early[0].call()\nrate = 5\nlate.call()"
    for cell in (source, source.replace("early[0]", "late").replace("late.call()", "early", 1)):
        with_begun = capture(cell, namespace, begun=Begun(_SETTINGS.buffer_bytes))
        assert set(with_begun.inputs) == set(capture(cell, namespace).inputs)
        assert "rate" in with_begun.inputs


def test_capture_finds_the_same(blobs: BlobFolder) -> None:
    namespace = _namespace("data = Thing(x=np.arange(3))\nx = data.x\nwords = ['a', 'b']\ndef f(): return data")
    begun = Begun(_SETTINGS.buffer_bytes)
    found = capture("f(), x, words, data", namespace, begun=begun)
    plain = capture("f(), x, words, data", namespace)
    assert found.inputs.keys() == plain.inputs.keys()
    assert [entry.name for entry in found.manifest.entries] == [entry.name for entry in plain.manifest.entries]
    there = unpack(pack(found.inputs, blobs, _SETTINGS, namespace=namespace, begun=begun), blobs, namespace={})
    assert there["data"].x is there["x"]
    assert there["words"] == ["a", "b"]


@pytest.mark.parametrize("size", [1000, 70_000, 200_000, 400_000])
def test_arrays_of_every_size_travel(blobs: BlobFolder, size: int) -> None:
    flat = np.arange(size, dtype="uint8")
    values = {"flat": flat, "columns": np.asfortranarray(flat.reshape(-1, 2)), "bytes": bytes(size)}
    found, _ = _sent(values, blobs)
    for name, value in values.items():
        np.testing.assert_array_equal(found[name], value)
